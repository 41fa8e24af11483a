"""Every use of a store in which something was planted: python -m tests.faults.planted_worker FOLDER KIND.

FOLDER holds ``template`` (a store), ``outside`` (what planted links lead to) and ``foreign`` (something to import). One
line of JSON is printed for each place and use: what came of it, and what was opened outside meanwhile.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rmos_console.core.errors import RmosError
from rmos_console.core.records.actor import Actor, Caller
from rmos_console.core.store import Store, open_store
from rmos_console.core.usecases.audit import audit
from rmos_console.core.usecases.export import bundle
from rmos_console.core.usecases.importing import import_paths
from tests.store.making import run_id, seal

CALLER = Caller(by=Actor(kind="service", id="tests"))
SECONDS = 20
KEPT = b"a blob of the template"
TOUCHING = {
    *("open", "os.listdir", "os.scandir", "os.chmod", "os.chown", "os.mkdir", "os.remove", "os.rename", "os.rmdir"),
    *("os.link", "os.symlink", "os.truncate", "os.utime", "shutil.rmtree"),
}


class Touched:
    """What the process opened, listed or changed below a folder, by whatever name."""

    def __init__(self, folder: Path) -> None:
        self._folder = os.path.realpath(folder)
        self._on = False
        self.found: list[str] = []

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take one audit event in."""
        if not self._on or event not in TOUCHING or not isinstance(arguments[0], (str, bytes, os.PathLike)):
            return
        self._on = False  # resolving the name is an event, too
        name = os.fsdecode(os.fspath(arguments[0]))
        above = os.path.realpath(Path(name).parent if event == "os.rename" else name)
        if above.startswith(self._folder):
            self.found.append(f"{event} {name}")
        self._on = True

    def during(self, use: Callable[[], object]) -> object:
        """Watch while ``use`` runs."""
        self.found.clear()
        self._on = True
        try:
            return use()
        finally:
            self._on = False


def plant(path: Path, kind: str, outside: Path) -> bool:
    """Put something in the place of ``path``; returns whether that is possible there."""
    aside = outside / "aside"
    if kind == "hard link" and not path.is_file():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(path):
        path.rename(aside)
    if kind == "symlink" and aside.exists():
        path.symlink_to(aside)
    elif kind == "symlink":
        path.symlink_to(outside / "secret")
    elif kind == "symlink to a folder":
        path.symlink_to(outside)
    elif kind == "dangling symlink":
        path.symlink_to(outside / "nothing")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        _bind(path)
    elif kind == "device":
        os.mknod(path, 0o600 | 0o020000, os.makedev(1, 5))  # /dev/zero: reading it would not end
    else:
        path.hardlink_to(aside)
    return True


def _bind(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the names of sockets are short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def uses(store: Path, folder: Path, blob: str) -> dict[str, Callable[[], object]]:
    """Return the uses of a store, by name."""

    def with_store(use: Callable[[Store], object], *, read_only: bool = False) -> Callable[[], object]:
        def run() -> object:
            with open_store(store, read_only=read_only, wait_seconds=1) as opened:
                return use(opened)

        return run

    def read(opened: Store) -> object:
        if opened.unread is not None:
            raise opened.unread
        body = opened.read_run(run_id(1))
        opened.get_blob(blob)
        return body["run_id"]

    return {
        "read": with_store(read, read_only=True),
        "open": with_store(lambda opened: opened.read_only_reason),
        "audit": lambda: [f"{each.severity} {each.file} {each.message}" for each in audit(store).findings],
        "export": lambda: bundle(store, folder / "bundle.zip").ok,
        "commit": with_store(lambda opened: seal(opened, 50)),
        "blob": with_store(lambda opened: opened.put_blob(b"kept")),
        "same blob": with_store(lambda opened: opened.put_blob(KEPT)),
        "import": with_store(lambda opened: import_paths(opened, [folder / "foreign"], caller=CALLER).value.imported),
    }


def snapshot(outside: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return what lies outside: modes, times and bytes."""
    found = {}
    for each in sorted(outside.rglob("*")):
        status = each.lstat()
        found[str(each)] = (status.st_mode, status.st_mtime_ns, each.read_bytes() if each.is_file() else b"")
    return found


def main() -> int:
    """Try every use with one kind of thing planted in every place."""
    folder, kind = Path(sys.argv[1]), sys.argv[2]
    template, outside = folder / "template", folder / "outside"
    blob = next(each.name for each in (template / "blobs").rglob("*") if len(each.name) == 64)
    spots = sorted(each.relative_to(template).as_posix() for each in template.rglob("*"))
    spots += ["blobs/.tmp-0", "catalog/.tmp-0", "quarantine/.tmp-0", "ledger/stranger", "ledger/000003.jsonl", "other"]
    touched = Touched(outside)
    sys.addaudithook(touched)
    for spot in spots:
        for name in uses(template, folder, blob):
            if name == "import" and "/" in spot and not spot.startswith("ledger/"):
                continue  # it writes as a commit does
            store = folder / "store"
            shutil.rmtree(store, ignore_errors=True)
            shutil.rmtree(outside, ignore_errors=True)
            (folder / "bundle.zip").unlink(missing_ok=True)
            shutil.copytree(template, store)
            outside.mkdir()
            (outside / "secret").write_bytes(b"nobody's business")
            if not plant(store / spot, kind, outside):
                continue
            before = snapshot(outside)
            signal.alarm(SECONDS)  # ends the process where something blocks
            try:
                said, error = touched.during(uses(store, folder, blob)[name]), None
            except (RmosError, OSError) as failure:
                said, error = None, failure
            signal.alarm(0)
            told = {"spot": spot, "use": name, "said": said, "touched": list(touched.found)}
            told["error"] = None if error is None else f"{type(error).__name__}: {error}"
            told["changed"] = before != snapshot(outside)
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
