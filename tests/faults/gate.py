"""A gate in front of every system call by which a process changes a folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

_BY_DESCRIPTOR = ("write", "pwrite", "ftruncate", "fsync", "fdatasync")
_BY_PATH = ("mkdir", "rename", "replace", "link", "unlink", "remove", "rmdir", "truncate")
_NOT_DATA = {"lock"}


class Gate:
    """Calls ``before`` with the number (from 1), the name and the path of each such call on something in ``folder``.

    The lock file is passed over: how often it is touched depends on the moment, and it holds nothing. To be made once,
    in a process that is there for nothing else.
    """

    def __init__(self, folder: Path, before: Callable[[int, str, str], None]) -> None:
        self.calls = 0
        self._folder = str(folder.resolve())
        self._before = before
        for name in _BY_DESCRIPTOR:
            self._guard(name, _path_of)
        for name in _BY_PATH:
            self._guard(name, os.fsdecode)
        self._guard_open()

    def _guard(self, name: str, path_of: Callable[[Any], str]) -> None:
        real = getattr(os, name)

        def call(first: Any, *arguments: Any, **options: Any) -> Any:
            self._pass(name, path_of(first))
            return real(first, *arguments, **options)

        setattr(os, name, call)

    def _guard_open(self) -> None:
        real = os.open

        def call(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
            if flags & (os.O_CREAT | os.O_TRUNC):
                self._pass("create", os.fsdecode(path))
            return real(path, flags, *arguments, **options)

        os.open = call

    def _pass(self, name: str, path: str) -> None:
        if (path.startswith(self._folder + os.sep) and Path(path).name not in _NOT_DATA) or path == self._folder:
            self.calls += 1
            self._before(self.calls, name, path)


def _path_of(descriptor: int) -> str:
    return os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115  a name as text is all that is wanted
