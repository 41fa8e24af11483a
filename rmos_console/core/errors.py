"""Every error that the core raises on purpose, in one tree.

::

    RmosError
    ├── UsageError            exit 2   the call itself is wrong
    ├── NotFoundError         exit 3   no such run, advisory, attachment or input file
    ├── RefusedError          exit 4   a rule says no
    │   ├── PolicyError                the approval policy, a role or a missing reason
    │   ├── StaleError                 what was shown is not what is stored now
    │   ├── ConflictError              an existing id with other bytes
    │   └── SignatureError             wrong passphrase, wrong key, no key on this machine
    ├── BadDataError          exit 5   malformed, too large, unreadable or invalid data
    │   └── BadIdError                 an id that does not match its pattern
    ├── CancelledError        exit 1   the caller asked to stop
    ├── EngineError           exit 1   an explanation engine cannot be used, or gave nothing that can be
    └── StoreError            exit 6   the store cannot be used this way, now
        ├── NoStoreError               nothing there
        ├── ForeignStoreError          a folder in another RMOS layout
        ├── NewerStoreError            written by a later version
        ├── OlderStoreError            in an older format; a migration brings it up to date
        ├── LockedError                another process holds the lock
        ├── ReadOnlyError              opened or mounted read-only, or no permission
        ├── DegradedError              a write could not be made durable earlier
        ├── DiskFullError              no room; nothing was written
        └── DamagedError               bytes on disk are not what was written

A message is one line that names the thing, the cause and the way out. ``details`` carries the same facts for
programs; it never holds secrets or payloads.
"""

from __future__ import annotations

from typing import Any, ClassVar


class RmosError(Exception):
    """Base of all errors raised on purpose; ``code`` and ``exit_code`` are part of the public contract."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, Any] = details

    def document(self) -> dict[str, Any]:
        """Return the error document of the command line and the HTTP API."""
        return {"error": {"code": self.code, "message": self.message, "details": self.details}}


class UsageError(RmosError):
    """The call itself is wrong: an unknown option, a contradiction, a missing argument."""

    code = "usage"
    exit_code = 2


class NotFoundError(RmosError):
    """No such run, advisory, attachment or input file."""

    code = "not_found"
    exit_code = 3


class RefusedError(RmosError):
    """A rule of the product says no; the same call may be right under other circumstances."""

    code = "refused"
    exit_code = 4


class PolicyError(RefusedError):
    """The approval policy, a role or a missing reason forbids it."""

    code = "policy"


class StaleError(RefusedError):
    """What was shown to the person is not what is stored now."""

    code = "stale"


class ConflictError(RefusedError):
    """An existing id comes back with other bytes."""

    code = "conflict"


class SignatureError(RefusedError):
    """Wrong passphrase, wrong key, or no key of this person on this machine."""

    code = "signature"


class BadDataError(RmosError):
    """Malformed, too large, unreadable or invalid data."""

    code = "bad_data"
    exit_code = 5


class BadIdError(BadDataError):
    """An id that does not match its pattern; it never becomes a path."""

    code = "bad_id"


class CancelledError(RmosError):
    """The caller asked to stop; what was acknowledged before stays."""

    code = "cancelled"
    exit_code = 1


class EngineError(RmosError):
    """An explanation engine cannot be used, broke off, or gave nothing that can be shown."""

    code = "engine"
    exit_code = 1


class StoreError(RmosError):
    """The store cannot be used this way, now."""

    code = "store"
    exit_code = 6


class NoStoreError(StoreError):
    """There is no store at the place named."""

    code = "no_store"


class ForeignStoreError(StoreError):
    """The folder is in another RMOS layout; it is never written into."""

    code = "foreign_store"


class NewerStoreError(StoreError):
    """The store was written by a later version of this program."""

    code = "newer_store"


class OlderStoreError(StoreError):
    """The store is in an older format; ``doctor --migrate`` backs it up and brings it up to date."""

    code = "older_store"


class LockedError(StoreError):
    """Another process holds the lock; ``details`` names it."""

    code = "locked"


class ReadOnlyError(StoreError):
    """The store was opened read-only, or the medium or the permissions make it so."""

    code = "read_only"


class DegradedError(StoreError):
    """An earlier write could not be made durable; ``doctor --reverify`` is the way out."""

    code = "degraded"


class DiskFullError(StoreError):
    """No room on the medium; nothing was written and the next try may work."""

    code = "disk_full"


class DamagedError(StoreError):
    """Bytes on disk are not what was written; ``details`` holds ``file`` and ``offset``."""

    code = "damaged"
