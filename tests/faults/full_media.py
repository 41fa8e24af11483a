"""Media without room, and media that may not be written, under a store; needs mounts of its own.

Called as ``python -m tests.faults.full_media FOLDER [SABOTAGE]`` within a user namespace; prints a JSON object with the
violations of each case. In the namespace this process is root over its own mounts and nothing else.
"""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from rmos_console.cli.main import run as command
from rmos_console.core.errors import DiskFullError, ReadOnlyError, RmosError
from rmos_console.core.records.actor import Actor, Caller
from rmos_console.core.records.events import Event
from rmos_console.core.store import Limits, Store, create_store, open_store
from rmos_console.core.usecases.audit import audit
from rmos_console.core.usecases.importing import import_paths
from tests.faults.power_check import Acknowledged, come_back
from tests.store.making import draft, run_id, sealed

CATCHES = ("no_tail_repair",)
"""The ways to break a store that these cases find."""

LIMITS = Limits(runs=4)

_CALLER = Caller(by=Actor(kind="service", id="cli"), request_id=None)
_TORN = b'{"prev":"' + b"0" * 3000
_IMPORTED = 600


class Small:
    """A file system in memory with little room, in which everything but ``leave`` can be taken away."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store = root / "store"
        self._filler = root / "filler"

    def fill(self, leave: int = 0) -> None:
        """Fill every block but those of ``leave`` bytes."""
        descriptor = os.open(self._filler, os.O_WRONLY | os.O_CREAT, 0o600)
        size = 0
        try:
            while written := os.write(descriptor, bytes(65_536)):
                size += written
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
        os.ftruncate(descriptor, max(size - leave, 0))
        os.close(descriptor)

    def fill_inodes(self) -> None:
        """Take every inode."""
        self._filler.mkdir()
        try:
            for number in range(1_000_000):
                (self._filler / str(number)).touch()
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise

    def free(self) -> None:
        """Make room again."""
        if self._filler.is_dir():
            for file in self._filler.iterdir():
                file.unlink()
            self._filler.rmdir()
        else:
            self._filler.unlink()


@contextmanager
def small(folder: Path, options: str = "size=4m") -> Iterator[Small]:
    """Mount a small file system at ``folder``, with a store of three runs in it."""
    folder.mkdir(parents=True)
    _run("mount", "-t", "tmpfs", "-o", options, "rmos-faults", str(folder))
    try:
        made = Small(folder)
        create_store(made.store)
        with open_store(made.store, limits=LIMITS) as store:
            for number in range(3):
                store.commit(draft(sealed(number)))
        yield made
    finally:
        _run("umount", "-l", str(folder))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def _refused(what: str, act: Callable[[], object], kind: type[RmosError] = DiskFullError) -> Iterator[str]:
    """Yield what is wrong unless ``act`` is refused with exit code 6, the cause, and the way out."""
    words = ("room", "full") if kind is DiskFullError else ("read-only",)
    try:
        act()
    except RmosError as error:
        if type(error) is not kind or error.exit_code != 6:
            yield f"{what}: {error!r}"
        elif not any(word in error.message for word in words):
            yield f"{what}: the message does not name the cause: {error.message}"
        elif kind is DiskFullError and "free some space" not in error.message:
            yield f"{what}: the message does not name the way out: {error.message}"
    except OSError as error:
        yield f"{what} raises what no user should see: {error!r}"
    else:
        yield f"{what} succeeds without room"


def _fine(small: Small, *numbers: int, number: int = 900) -> Iterator[str]:
    """Yield what is wrong with the store once there is room again."""
    acknowledged = Acknowledged(runs={run_id(each) for each in (0, 1, 2, *numbers)})
    yield from come_back(small.store, acknowledged, number).violations


def _leftovers(small: Small) -> Iterator[str]:
    yield from (f"left behind: {path}" for path in small.store.rglob(".tmp-*"))


def _ledger(small: Small) -> bytes:
    return b"".join(path.read_bytes() for path in sorted((small.store / "ledger").iterdir()))


def commits(folder: Path) -> Iterator[str]:
    """No byte is left; the same transaction works once there is room, in the same open store."""
    with small(folder) as medium, open_store(medium.store) as store:
        before = _ledger(medium)
        medium.fill()
        yield from _refused("commit", lambda: store.commit(draft(sealed(10), tx="tx_10")))
        if _ledger(medium) != before:
            yield "a refused commit left something in the ledger"
        medium.free()
        store.commit(draft(sealed(10), tx="tx_10"))
        yield from _fine(medium, 10)


def short_writes(folder: Path) -> Iterator[str]:
    """The look at the room is deceived, so that the write itself runs out of it, half-way."""
    large = sealed(10, meta={"words": "x" * 30_000})
    for leave in (0, 4_096, 8_192):
        with small(folder / str(leave)) as medium, open_store(medium.store) as store:
            before = _ledger(medium)
            medium.fill(leave)
            with _deceived():
                yield from _refused(f"commit with {leave} bytes left", _committing(store, large))
            if _ledger(medium) != before:
                yield "a short write was not taken back"
            medium.free()
            _committing(store, large)()
            yield from _fine(medium, 10)


@contextmanager
def _deceived() -> Iterator[None]:
    """Let every medium look as roomy as this one was in the beginning."""
    real, roomy = os.fstatvfs, os.statvfs("/")
    os.fstatvfs = lambda _descriptor: roomy
    try:
        yield
    finally:
        os.fstatvfs = real


def _committing(store: Store, event: Event) -> Callable[[], object]:
    """Return a call that commits an event, always in the same transaction."""
    made = draft(event, tx="tx_10")
    return lambda: store.commit(made)


def blobs(folder: Path) -> Iterator[str]:
    """A blob does not fit; nothing of it stays."""
    with small(folder) as medium, open_store(medium.store) as store:
        medium.fill(20_000)
        yield from _refused("put_blob", lambda: store.put_blob(bytes(300_000)))
        yield from _leftovers(medium)
        medium.free()
        store.get_blob(store.put_blob(bytes(300_000)))
        yield from _fine(medium)


def catalog(folder: Path) -> Iterator[str]:
    """The catalog cannot be saved: that is no one's business, since it can be built again."""
    with small(folder) as medium:
        with open_store(medium.store) as store:
            store.commit(draft(sealed(10)))
            medium.fill()
        yield from _leftovers(medium)
        medium.free()
        yield from _fine(medium, 10)


def rotation(folder: Path) -> Iterator[str]:
    """No inode is left for the next segment."""
    with small(folder, "size=16m,nr_inodes=200") as medium, open_store(medium.store, limits=LIMITS) as store:
        medium.fill_inodes()
        store.commit(draft(sealed(10)))  # the fourth, for which the segment has room: no new file is needed
        for _ in range(2):
            yield from _refused("commit at the end of a segment", lambda: store.commit(draft(sealed(11), tx="tx_11")))
        medium.free()
        store.commit(draft(sealed(11), tx="tx_11"))
        yield from _fine(medium, 10, 11)


def inodes(folder: Path) -> Iterator[str]:
    """No inode is left for a blob, or for the catalog."""
    with small(folder, "size=16m,nr_inodes=200") as medium:
        with open_store(medium.store) as store:
            medium.fill_inodes()
            yield from _refused("put_blob", lambda: store.put_blob(b"bytes"))
            store.commit(draft(sealed(10)))
        yield from _leftovers(medium)
        medium.free()
        yield from _fine(medium, 10)


def torn(folder: Path) -> Iterator[str]:
    """A torn tail cannot be set aside: it is not cut, and mended once there is room."""
    for options, name in (("size=4m", "fill"), ("size=16m,nr_inodes=200", "fill_inodes")):
        with small(folder / name, options) as medium:
            with (medium.store / "ledger/000001.jsonl").open("ab") as file:
                file.write(_TORN)
            before = _ledger(medium)
            getattr(medium, name)()
            with open_store(medium.store) as store:
                yield from _refused(f"mending ({name})", _committing(store, sealed(10)))
            if _ledger(medium) != before:
                yield f"{name}: torn bytes were cut although they could not be set aside"
            medium.free()
            yield from _fine(medium)
            if [path.read_bytes() for path in (medium.store / "quarantine").iterdir()] != [_TORN]:
                yield f"{name}: the torn bytes are not in quarantine"


def imports(folder: Path) -> Iterator[str]:
    """An import meets the end of the medium, and is done again with more room: everything once."""
    log = folder.with_suffix(".jsonl")
    job = {"created_at": "2026-03-14T09:00:00Z", "machine_id": "mill-1", "note": "x" * 3_000}
    names = [f"job_{number}" for number in range(_IMPORTED)]
    log.write_text("".join(json.dumps({**job, "run_id": name}) + "\n" for name in names))
    with small(folder, "size=2m") as medium, open_store(medium.store) as store:
        yield from _refused("import", lambda: import_paths(store, [log], caller=_CALLER))
        _run("mount", "-o", "remount,size=32m", str(folder))
        found = import_paths(store, [log], caller=_CALLER).value
        if found.imported + found.already_present != _IMPORTED:
            yield f"the second import has {found.imported} + {found.already_present} of {_IMPORTED} runs"
        acknowledged = Acknowledged(imports=set(names))
        yield from come_back(medium.store, acknowledged, 900).violations


def making(folder: Path) -> Iterator[str]:
    """There is no room to make a store; once there is, the same call makes one."""
    with small(folder) as medium:
        medium.fill()
        again = medium.root / "again"
        yield from _refused("init", lambda: create_store(again))
        medium.free()
        try:
            create_store(again)
            open_store(again).close()
        except RmosError as error:
            yield f"init again, with room: {error!r}"


def read_only(folder: Path) -> Iterator[str]:
    """A store on a medium that may not be written: everything is read, nothing is touched, with and without catalog."""
    for name in ("with catalog", "without", "torn"):
        with small(folder / name) as medium:
            if name == "without":
                for file in (medium.store / "catalog").iterdir():
                    file.unlink()
            if name == "torn":
                with (medium.store / "ledger/000001.jsonl").open("ab") as torn:
                    torn.write(_TORN)
            _run("mount", "-o", "remount,ro", str(folder / name))
            before = _pictured(medium.store)
            with open_store(medium.store) as store:
                yield from (f"{name}: {complaint}" for complaint in _reading(store))
            yield from (f"{name}: {complaint}" for complaint in _typed(medium.store))
            if _pictured(medium.store) != before:
                yield f"{name}: something was written"


def _reading(store: Store) -> Iterator[str]:
    if "read-only" not in (store.read_only_reason or ""):
        yield f"it says {store.read_only_reason!r}, not that it is read-only"
    if store.snapshot().run_count != 3:
        yield f"{store.snapshot().run_count} runs instead of 3"
    store.read_run(run_id(1))
    report = audit(store.path)
    if not report.ok or any(finding.severity != "notice" for finding in report.findings):
        yield f"audit: {report}"
    yield from _refused("commit", lambda: store.commit(draft(sealed(10))), ReadOnlyError)
    yield from _refused("put_blob", lambda: store.put_blob(b"bytes"), ReadOnlyError)


def _typed(store: Path) -> Iterator[str]:
    """Type what an auditor would, and what nobody should."""
    run = b'{"mode":"saw","tool_id":"T1","status":"OK"}'
    for code, words in ((0, ["list", "--json"]), (0, ["audit"]), (6, ["create", "-"])):
        said = io.StringIO()
        with redirect_stdout(said), redirect_stderr(said):
            sys.stdin = io.TextIOWrapper(io.BytesIO(run))
            found = command(["--store", str(store), *words])
        if found != code or (code and "read-only" not in said.getvalue()):
            yield f"{' '.join(words)} ends with {found}: {said.getvalue()[:300]}"


def _pictured(store: Path) -> list[tuple[str, int, int, int]]:
    found = [(path, path.stat()) for path in (store, *store.rglob("*"))]
    return sorted((str(path), status.st_size, status.st_mtime_ns, status.st_ctime_ns) for path, status in found)


CASES: dict[str, Callable[[Path], Iterator[str]]] = {
    each.__name__: each
    for each in (commits, short_writes, blobs, catalog, rotation, inodes, torn, imports, making, read_only)
}


def main(arguments: Sequence[str]) -> None:
    """Go through every case."""
    folder = Path(arguments[0])
    if len(arguments) > 1:
        from tests.faults.sabotage import apply  # noqa: PLC0415  only where the product is to be broken

        apply(arguments[1])
    found: dict[str, Any] = {}
    for name, case in CASES.items():
        (folder / name).mkdir()
        found[name] = list(case(folder / name / "medium"))
    print(json.dumps(found))  # noqa: T201  the answer


if __name__ == "__main__":
    main(sys.argv[1:])
