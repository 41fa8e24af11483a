"""A writer dies half way through a line while other processes have the store open: the next commit mends it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from rmos_console.core.errors import RmosError
from rmos_console.core.store import create_store, open_store
from tests.faults.forked import Child, ChildError, Talk
from tests.faults.sound import unsound
from tests.store.making import draft, run_id, sealed

CATCHES = ("recovery_only_at_open", "no_tail_repair")
SHAPES = ("a byte", "half a line", "a line without its newline", "a line with an unwritten sector", "half, twice")


def scenario(folder: Path, seed: int, sabotage: str | None = None) -> list[str]:
    """Tear the ledger in each way there is, cut off where ``seed`` says."""
    chosen = random.Random(seed)  # noqa: S311  a place to cut, nothing secret
    return [
        f"{shape} (seed {seed}): {violation}"
        for number, shape in enumerate(SHAPES)
        for violation in _torn(folder / str(number), shape, chosen, sabotage)
    ]


def _torn(folder: Path, shape: str, chosen: random.Random, sabotage: str | None) -> Iterator[str]:
    folder.mkdir()
    path = folder / "store"
    create_store(path)
    pieces = []
    with Child(lambda talk: _writer(talk, path), sabotage) as long_open:
        try:
            for number in (1, 2, 3) if shape == "half, twice" else (1, 2):
                if number > 1:
                    pieces.append(_tear(folder, shape, chosen))
                answer = long_open.talk.ask(number)
                if answer != "committed":
                    yield f"a process that had the store open was told {answer!r}"
                    break
        except ChildError as error:
            yield f"a process failed: {error}"
    kept = [file.read_bytes() for file in (path / "quarantine").iterdir()]
    yield from ("torn bytes were not kept" for piece in pieces if piece not in kept)
    expected = [1, 2, 3] if shape == "half, twice" else [1, 2]
    if shape == "a line without its newline":
        expected.append(99)  # it was completed: its digest holds
    yield from unsound(path, [run_id(number) for number in expected])


def _tear(folder: Path, shape: str, chosen: random.Random) -> bytes:
    """Append what a dead writer left of its line, and return it."""
    ledger = folder / "store/ledger/000001.jsonl"
    whole = _next_line(folder)
    cut = {"a byte": 1, "a line without its newline": len(whole) - 1}.get(shape, chosen.randrange(2, len(whole) - 1))
    left = whole[:cut]
    if shape == "a line with an unwritten sector":
        begin = ledger.stat().st_size
        first = -begin % 512 + 512 * chosen.randrange(1, 4)
        left = whole[:first] + bytes(512) + whole[first + 512 :]
    with ledger.open("ab") as file:
        file.write(left)
    return left


def _next_line(folder: Path) -> bytes:
    """Return the line that would come next, made in a copy of the store."""
    copy = folder / f"copy-{len(list(folder.iterdir()))}"
    for file in (folder / "store").rglob("*"):
        target = copy / file.relative_to(folder / "store")
        if file.is_file() and file.parent.name != "catalog":
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
            target.chmod(0o600)
    for name in ("blobs", "catalog", "quarantine"):
        (copy / name).mkdir(mode=0o700, exist_ok=True)
    copy.chmod(0o700)
    ledger = copy / "ledger/000001.jsonl"
    before = ledger.stat().st_size
    with open_store(copy) as store:
        store.commit(draft(sealed(99, meta={"note": "x" * 4000})))
    return ledger.read_bytes()[before:]


def _writer(talk: Talk, path: Path) -> None:
    with open_store(path) as store:
        while True:
            number = talk.hear()
            try:
                store.commit(draft(sealed(number)))
                talk.tell("committed")
            except RmosError as error:
                talk.tell(f"{error.code}: {error.message}")
