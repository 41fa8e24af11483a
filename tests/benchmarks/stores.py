"""The stores that are measured: made once for each size, kept in a folder of their own, written to only as copies."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from rmos_console.core.store import open_store
from tests.benchmarks.make_store import SEED, Shares, make_store
from tests.benchmarks.rivals import per_file, sqlite, tiny
from tests.benchmarks.rivals.rival import Document
from tests.benchmarks.workshop import Workshop

FILLS: Mapping[str, Callable[[Path, Iterable[Document]], None]] = {
    "sqlite": sqlite.fill,
    "tiny": tiny.fill,
    "files": per_file.fill,
}

RIVALS_VERSION = 2
VERSION = 2
"""Parts of the names in the folder; they go up where what lies there changes."""


class Shelf:
    """The folder of stores and of what rivals are given, all made of the same runs."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self._settled: set[int] = set()

    def store(self, runs: int) -> Path:
        """Return a store of so many runs, with its catalog; it must not be written to."""
        path = self.kept(f"store-{runs}", lambda path: make_store(path, runs))
        if runs not in self._settled:
            with open_store(path):  # a catalog of another version of this program is built anew, and saved
                self._settled.add(runs)
        return path

    def rival(self, name: str, runs: int) -> Path:
        """Return the same runs as ``sqlite``, ``tiny`` or ``files`` hold them; not to be written to."""
        shop = workshop(runs)
        return self.kept(f"{name}-{RIVALS_VERSION}-{runs}", lambda path: FILLS[name](path, map(shop.run, range(runs))))

    def kept(self, name: str, make: Callable[[Path], None]) -> Path:
        """Return what ``make(path)`` once made under a name; nothing half made is ever found."""
        path = self.folder / f"{name}-v{VERSION}"
        if path.exists():
            return path
        began = time.perf_counter()
        half = self.folder / f".{path.name}-{os.getpid()}"
        if half.exists():
            shutil.rmtree(half)
        make(half)
        half.rename(path)
        say(f"made {path.name} in {time.perf_counter() - began:.1f} s")
        return path

    @contextmanager
    def copy(self, runs: int) -> Iterator[Path]:
        """Hold a copy of the store of so many runs, to be written to."""
        with self.scratch() as folder:
            yield Path(shutil.copytree(self.store(runs), folder / "store"))

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Hold an empty folder on the same medium."""
        folder = Path(mkdtemp(prefix="scratch-", dir=self.folder))
        try:
            yield folder
        finally:
            shutil.rmtree(folder)


def workshop(runs: int) -> Workshop:
    """Return the runs that the store of this size holds."""
    share = Shares.of(runs)
    return Workshop(SEED, share.runs, share.imported)


def newcomers(count: int, *, seed: int) -> Workshop:
    """Return runs that no store holds yet."""
    return Workshop(SEED + seed, count, 0)


def say(text: str) -> None:
    """Tell how far the measuring is, apart from the table."""
    sys.stderr.write(f"  {text}\n")
    sys.stderr.flush()
