"""Runs come in: created one by one, given meta and files later."""

from __future__ import annotations

import mimetypes
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rmos_console.core.canonical import MAX_DOCUMENT_BYTES, canonical, canonical_sha256
from rmos_console.core.errors import BadDataError, ConflictError, NotFoundError, RefusedError
from rmos_console.core.log import use_case
from rmos_console.core.records import events
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.changes import Written
from rmos_console.core.records.ids import new_run_id
from rmos_console.core.records.intake import sealed_from_request
from rmos_console.core.records.run import Attachment, RunArtifact
from rmos_console.core.store import Proposed, Store, View, stored_run
from rmos_console.core.usecases.browse import artifact, artifact_of
from rmos_console.core.usecases.clock import now_utc
from rmos_console.core.usecases.commit import commit
from rmos_console.core.usecases.find import find_run


def create(store: Store, document: object, caller: Caller, *, source_format: str = "create") -> Written[RunArtifact]:
    """Seal a new run. The same document with the same ``run_id`` again writes nothing and returns the run.

    Raises :class:`BadDataError` for what is no run and :class:`ConflictError` for a known id with other content.
    """
    with use_case("create", request_id=caller.request_id) as facts:
        run = sealed_from_request(document, now_utc=now_utc(), source_format=source_format, run_id=new_run_id())
        if run.request_id is None and caller.request_id is not None:
            run = run.model_copy(update={"request_id": caller.request_id})
        facts["run_id"] = run.run_id
        timed = isinstance(document, dict) and document.get("created_at_utc") is not None
        asked = isinstance(document, dict) and document.get("request_id") is not None
        sealed = stored_run(run.document(), store.put_blob, store.resolve)

        def decide(view: View) -> Sequence[Proposed]:
            known = view.run(run.run_id)
            if known is None:
                return [sealed]
            repeat = body = sealed.document()
            if not timed:  # a retry without a time of its own is told from another run by everything else
                repeat = {**body, "created_at_utc": known.created_at_utc}
            if not asked:  # each call has a request id of its own
                repeat = {**repeat, "request_id": known.request_id}
            if canonical_sha256(repeat) == known.run_sha256:
                return []
            raise ConflictError(
                f"Run {run.run_id} exists already with other content; a sealed run never changes. Use a new run_id.",
                run_id=run.run_id,
                stored_sha256=known.run_sha256,
            )

        changes = commit(store, caller, decide)
        if run.run_id not in changes.run_ids:  # it was here before
            return _answer(store, run.run_id, changes)
        view = store.snapshot()
        return Written(value=artifact_of(view, _entry(view, run.run_id), run), changes=changes)


def patch_meta(
    store: Store, run: str, set_: dict[str, Any], unset: Sequence[str], caller: Caller
) -> Written[RunArtifact]:
    """Set and remove keys of a run's meta, outside its seal. What changes nothing writes nothing."""
    with use_case("meta", run_id=run, request_id=caller.request_id):
        entry, _ = find_run(store.snapshot(), run)
        size = len(canonical(set_))
        if size > MAX_DOCUMENT_BYTES:
            raise BadDataError(f"The meta values are {size:,} bytes; at most {MAX_DOCUMENT_BYTES:,} are taken.")
        if not all(set_) or not all(unset):
            raise BadDataError("A meta key is empty; write KEY=VALUE.")
        wanted = store.externalize(set_)

        def decide(view: View) -> Sequence[events.Event]:
            now = _entry(view, entry.run_id).meta
            news = {key: value for key, value in wanted.items() if key not in now or _differs(now[key], value)}
            gone = [key for key in dict.fromkeys(unset) if key in now]
            return [events.meta_patched(entry.run_id, set_=news, unset=gone)] if news or gone else []

        return _answer(store, entry.run_id, commit(store, caller, decide))


def add_file(
    store: Store, run: str, path: Path, caller: Caller, *, kind: str = "file", mime: str | None = None
) -> Written[RunArtifact]:
    """Keep a copy of a file with a run, named by the SHA-256 of its bytes. The same file again writes nothing.

    Raises :class:`NotFoundError` for a missing file, :class:`BadDataError` for one above 32 MB or not a regular file.
    """
    with use_case("file.add", run_id=run, request_id=caller.request_id):
        entry, _ = find_run(store.snapshot(), run)
        data = read_file(path)
        guess = mime or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        attachment = Attachment(
            sha256=store.put_blob(data),
            kind=kind,
            mime=guess,
            filename=path.name,
            size_bytes=len(data),
            created_at_utc=now_utc(),
        )

        def decide(view: View) -> Sequence[events.Event]:
            known = _entry(view, entry.run_id).attachments
            if any(_same_file(item, attachment) for item in known):
                return []
            return [events.attachment_added(entry.run_id, attachment)]

        return _answer(store, entry.run_id, commit(store, caller, decide))


def save_file(store: Store, run: str, sha256: str, target: Path) -> Path:
    """Write one attachment of a run to a new file (0600) and return its path; the bytes are verified first.

    Raises :class:`NotFoundError` where the run has no such attachment, :class:`RefusedError` where ``target`` exists.
    """
    with use_case("file.save", run_id=run):
        entry, _ = find_run(store.snapshot(), run)
        if not any(item.sha256 == sha256 for item in entry.attachments):
            raise NotFoundError(f"Run {entry.run_id} has no file {sha256}; `show` lists its attachments.")
        data = store.get_blob(sha256)
        try:
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise RefusedError(f"{target} exists already; name a file that does not.") from error
        except OSError as error:
            raise BadDataError(f"{target} cannot be written: {error.strerror}.") from error
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        return target


def read_file(path: Path, *, limit: int = MAX_DOCUMENT_BYTES) -> bytes:
    """Return the bytes of a regular file, its size checked before it is read.

    Raises :class:`NotFoundError` and :class:`BadDataError` with a line that names the file.
    """
    try:
        with open(path, "rb", opener=_without_waiting) as file:  # Path.open takes no opener
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise BadDataError(f"{path} is not a regular file.")
            if status.st_size > limit:
                raise BadDataError(f"{path} is {status.st_size:,} bytes; at most {limit:,} are taken.")
            return file.read(limit + 1)
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no file {path}.") from error
    except OSError as error:
        raise BadDataError(f"{path} cannot be read: {error.strerror}.") from error


def _without_waiting(name: str, flags: int) -> int:
    """Open a file; a pipe that nobody writes to is not waited for."""
    return os.open(name, flags | os.O_NONBLOCK)


def _answer(store: Store, run_id: str, changes: Any) -> Written[RunArtifact]:
    view = store.snapshot()
    return Written(value=artifact(store, view, _entry(view, run_id)), changes=changes)


def _entry(view: View, run_id: str) -> Any:
    entry = view.run(run_id)
    if entry is None:  # runs are never removed: only a damaged or replaced store loses one between two looks
        raise NotFoundError(f"There is no run {run_id} any more; run `audit`.", run_id=run_id)
    return entry


def _differs(left: Any, right: Any) -> bool:
    return canonical(left) != canonical(right)


def _same_file(known: Attachment, found: Attachment) -> bool:
    return (known.sha256, known.kind, known.filename) == (found.sha256, found.kind, found.filename)
