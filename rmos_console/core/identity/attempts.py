"""Wrong passphrases: counted for each person of a store, logged without what was typed, and slowed.

Each try is counted as wrong before the passphrase is looked at, so that ending the program does not undo it, and takes
the next free moment, so that trying in several processes at once is no faster. A right one clears the count. This slows
whoever sits at the keyboard; whoever can copy the key file is held up by the cost of scrypt alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rmos_console.core.canonical import canonical, read_json
from rmos_console.core.errors import BadDataError
from rmos_console.core.identity.folders import file_of, write_private
from rmos_console.core.log import logger, swallowed

FREE_TRIES: Final = 3
"""Wrong tries after which the next one waits."""

MOST_SECONDS: Final = 30.0
"""The longest that one try waits."""


@dataclass(frozen=True)
class Attempt:
    """One try. ``failures`` counts it as wrong; ``delay`` is how long the next one waits then, in seconds."""

    store_id: str
    person_id: str
    failures: int
    delay: float

    def failed(self) -> None:
        """Log that the passphrase was wrong; it was counted before."""
        facts = {
            "store_id": self.store_id,
            "person_id": self.person_id,
            "failures": self.failures,
            "delay_s": self.delay,
        }
        logger.log(logging.WARNING if self.delay else logging.INFO, "wrong passphrase", extra=facts)

    def succeeded(self) -> None:
        """Forget the wrong tries."""
        try:
            file_of("sign-in", self.store_id, self.person_id).unlink(missing_ok=True)
        except OSError as error:
            swallowed("identity.attempts", error, person_id=self.person_id)


def begin(store_id: str, person_id: str, *, clock: Callable[[], float], wait: Callable[[float], None]) -> Attempt:
    """Count a try as wrong, and wait as long as those before it demand. ``clock`` and ``wait`` are in seconds."""
    path = file_of("sign-in", store_id, person_id)
    now = clock()
    failures, not_before = _read(path, person_id)
    start = min(max(now, not_before), now + MOST_SECONDS)
    attempt = Attempt(store_id, person_id, failures + 1, _delay(failures + 1))
    try:
        state = {"failures": attempt.failures, "not_before": float(start + attempt.delay)}
        write_private(path, canonical(state), replace=True)
    except OSError as error:
        swallowed("identity.attempts", error, person_id=person_id)
    if start > now:
        wait(start - now)
    return attempt


def failures(store_id: str, person_id: str) -> int:
    """Return how many wrong passphrases were typed for a person on this machine since the last right one."""
    return _read(file_of("sign-in", store_id, person_id), person_id)[0]


def _delay(count: int) -> float:
    return 0.0 if count < FREE_TRIES else min(2.0 ** min(count - FREE_TRIES, 60), MOST_SECONDS)


def _read(path: Path, person_id: str) -> tuple[int, float]:
    """Return the count and the moment before which no try may begin; a file that says neither counts for nothing."""
    try:
        state: Any = read_json(path.read_bytes(), name="The count of wrong passphrases", limit=4096)
    except FileNotFoundError:
        return 0, 0.0
    except (OSError, BadDataError) as error:
        swallowed("identity.attempts", error, person_id=person_id)
        return 0, 0.0
    match state:
        case {"failures": int(count), "not_before": float(moment)} if count >= 0:
            return count, moment
    return 0, 0.0
