"""What strace wrote down: the calls that change a store, with the paths they are about, in order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

CALLS = (
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "rename",
    "link",
    "unlink",
    "openat",
    "ftruncate",
    "mkdir",
    "fchmod",
    "flock",
    "pread64",
    "read",
)
"""What is traced, beside ``sendto``, by which the work says what it was told."""

_BY_NAME = frozenset({"openat", "rename", "link", "unlink", "mkdir"})
_LINE = re.compile(r"^(\w+)\((.*?)\) *= (-?\d+|\?)(.*)$")
_DESCRIPTOR = re.compile(r"^(?:AT_FDCWD|\d+)<([^>]*)>")
_NAME = re.compile(r'"((?:[^"\\]|\\.)*)"')


class Call(NamedTuple):
    """One system call: its name, the path it is about relative to the store, a second path (rename), the arguments as
    printed, what it returned, and the how manieth of that name it is in its thread, from 1.
    """

    name: str
    path: str
    target: str
    arguments: str
    result: str
    note: str
    number: int

    @property
    def failed(self) -> bool:
        """Whether it returned an error."""
        return self.result.startswith("-")


def calls(log: Path, store: Path) -> Iterator[Call]:
    """Yield the calls on files of a store, and each ``sendto``, in the order in which they ended."""
    begun: dict[str, str] = {}
    numbers: Counter[tuple[str, str]] = Counter()
    for text in log.read_text(encoding="utf-8", errors="replace").splitlines():
        thread, _, rest = text.partition(" ")
        rest = rest.strip()
        if rest.endswith("<unfinished ...>"):
            begun[thread] = rest.removesuffix("<unfinished ...>").strip()
            continue
        if rest.startswith("<... "):
            rest = begun.pop(thread, "") + rest.partition("resumed>")[2]
        match = _LINE.match(rest)
        if match is not None:
            name, arguments, result, note = match.groups()
            numbers[thread, name] += 1
            yield from _on_store(Call(name, "", "", arguments, result, note, numbers[thread, name]), str(store))


def _on_store(call: Call, store: str) -> Iterator[Call]:
    """Yield the call with its paths, if it is on a file of the store or tells something."""
    if call.name == "sendto":
        yield call
        return
    descriptor = _DESCRIPTOR.match(call.arguments)
    names = _NAME.findall(call.arguments) if call.name in _BY_NAME else []
    paths = names or ([descriptor.group(1)] if descriptor else [])
    if paths and paths[0].startswith(store):
        inside = [path.removeprefix(store).lstrip("/") for path in paths]
        yield call._replace(path=inside[0], target=inside[1] if len(inside) > 1 else "")


def disorder(found: Iterable[Call]) -> Iterator[str]:
    """Yield each place where something rests on what was not made durable before; for work in which nothing failed.

    Segments that were there at the beginning count as not synced: their writer may have died before it did so.
    """
    order = _Order()
    for call in found:
        if not call.failed:
            yield from order.take(call)


class _Order:
    """What is durable by now: ``dirty`` files lack an fsync, ``unnamed`` ones one of their folder."""

    def __init__(self) -> None:
        self.dirty: set[str] = set()
        self.unnamed: dict[str, str] = {}
        self.clean_segments: set[str] = set()
        self.set_aside = 0

    def take(self, call: Call) -> Iterator[str]:
        """Look at one call, and yield what it should have waited for."""
        folder = call.path.rpartition("/")[0]
        if call.name in {"write", "pwrite64"} and call.path != "state":
            yield from self._written(call.path, folder)
        elif call.name in {"fsync", "fdatasync"}:
            self._synced(call.path)
        elif call.name == "rename":
            yield from self._renamed(call)
        elif call.name == "mkdir" or (call.name == "openat" and "O_CREAT" in call.arguments and folder == "ledger"):
            self.unnamed[call.path] = folder
        elif call.name == "ftruncate" and folder == "ledger":
            if not self.set_aside or self._not_durable("quarantine"):
                yield f"{call.path} was cut before its torn bytes were durable elsewhere"
            self.set_aside = 0
            self.dirty.add(call.path)
        elif call.name == "sendto" and '"ack' in call.arguments and (pending := self._not_durable("ledger/", "blobs")):
            yield f"{call.arguments} was said while {pending} was not durable"

    def _written(self, path: str, folder: str) -> Iterator[str]:
        pending = self._not_durable("blobs", "quarantine", "ledger/") if folder == "ledger" else []
        if pending and pending != [path]:
            yield f"{path} was written on while {pending} was not durable"
        self.dirty.add(path)
        self.clean_segments.discard(path)

    def _synced(self, path: str) -> None:
        self.dirty.discard(path)
        self.clean_segments.add(path)
        self.unnamed = {name: folder for name, folder in self.unnamed.items() if folder != path}

    def _renamed(self, call: Call) -> Iterator[str]:
        if call.path in self.dirty:
            yield f"{call.target} got its name before its bytes were synced"
            self.dirty.discard(call.path)
        folder, _, name = call.target.rpartition("/")
        segment = f"ledger/{name[:6]}.jsonl"
        if folder == "catalog" and name[:6].isdigit() and segment not in self.clean_segments:
            yield f"{call.target} was saved while {segment} was not synced"
        self.set_aside += folder == "quarantine"
        self.unnamed[call.target] = folder

    def _not_durable(self, *parts: str) -> list[str]:
        return sorted(path for path in {*self.dirty, *self.unnamed} if path.startswith(parts))
