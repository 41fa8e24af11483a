"""A model of a medium: what of a store would be left if the power went, by the letter of what was synced.

Only bytes that fsync was called for, under names in folders that fsync was called for, are there afterwards. A real
medium keeps more as a rule; a store that lives through this lives through less. The tier with root cuts real ones.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, cast

Kept = Literal["synced", "names"]
"""What a cut leaves: only what was synced; or all names as they are, over bytes that were synced (a file system that
writes its journal first)."""

Inode = tuple[int, int]


class Medium:
    """Follows the fsyncs below a folder; everything that is there at the beginning counts as synced."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._bytes: dict[Inode, bytes] = {}
        self._names: dict[Inode, dict[str, Inode]] = {}
        self._kinds: dict[Inode, bool] = {}
        for folder, _, files in os.walk(root):
            self.synced(Path(folder))
            for file in files:
                self.synced(Path(folder, file))

    def synced(self, path: Path) -> None:
        """Take in that a file or folder was synced as it is now."""
        status = path.stat()
        inode = (status.st_dev, status.st_ino)
        if stat.S_ISDIR(status.st_mode):
            self._names[inode] = self._listed(path)
        else:
            self._bytes[inode] = path.read_bytes()

    def left(self, kept: Kept) -> str:
        """Return a digest of what would be left after a power cut now."""
        found = sha256()
        for path, data in self._kept(kept):
            found.update(b"%s %d " % (str(path).encode(), -1 if data is None else len(data)))
            found.update(data or b"")
        return found.hexdigest()

    def cut(self, target: Path, kept: Kept) -> Path:
        """Write what is left after a power cut now below ``target``, and return the folder."""
        for path, data in self._kept(kept):
            if data is None:
                (target / path).mkdir(mode=0o700)
            else:
                (target / path).write_bytes(data)
                (target / path).chmod(0o600)
        return target

    def _kept(self, kept: Kept) -> Iterator[tuple[Path, bytes | None]]:
        """Yield paths relative to the root, with the bytes of files and None for folders."""
        root = self._root.stat()
        folders = [(Path(), (root.st_dev, root.st_ino))]
        while folders:
            here, inode = folders.pop()
            yield here, None
            named = self._root / here
            names = self._listed(named) if kept == "names" and named.is_dir() else self._names.get(inode, {})
            for name, child in names.items():
                if self._kinds[child]:
                    folders.append((here / name, child))
                else:
                    yield here / name, self._bytes.get(child, b"")

    def _listed(self, folder: Path) -> dict[str, Inode]:
        found: dict[str, Inode] = {}
        for entry in os.scandir(folder):
            status = entry.stat(follow_symlinks=False)
            found[entry.name] = (status.st_dev, status.st_ino)
            self._kinds[found[entry.name]] = entry.is_dir(follow_symlinks=False)
        return found


@contextmanager
def watched(medium: Medium, before: Callable[[Path], None]) -> Iterator[None]:
    """Tell ``medium`` every fsync of this process, and call ``before`` with its path before each."""
    system = cast("Any", os)
    real = os.fsync

    def fsync(descriptor: int) -> None:
        opened = Path(f"/proc/self/fd/{descriptor}")
        before(opened.readlink())
        real(descriptor)
        medium.synced(opened)

    system.fsync = fsync
    try:
        yield
    finally:
        system.fsync = real
