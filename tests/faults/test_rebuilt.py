"""The catalog is disposable: deleted, cut or changed anywhere, every door tells the same, and it is made anew alike."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core.store import open_store
from rmos_console.core.usecases import intake
from tests.faults.rebuilt import CALLER, FEW, catalog_files, doors, furnish

QUICK = 10


@pytest.fixture
def path(tmp_path: Path, expected_logs: Callable[..., Any]) -> Path:
    expected_logs("catalog", always=False)
    furnish(tmp_path / "store")
    return tmp_path / "store"


def content(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in catalog_files(path)}


def remade(path: Path) -> dict[str, bytes]:
    """Open the store as a writer that writes nothing, which saves a catalog, and return what was saved."""
    with open_store(path, limits=FEW):
        pass
    return content(path)


def test_without_a_catalog_every_door_tells_the_same(path: Path) -> None:
    before, saved = doors(path), content(path)
    assert len(saved) >= 3
    assert before["unread"] is None
    shutil.rmtree(path / "catalog")
    assert doors(path) == before
    assert not (path / "catalog").exists(), "a reader writes nothing"
    assert doors(path, read_only=False) == before
    assert doors(path) == before


def test_a_catalog_made_anew_is_the_same_each_time(path: Path) -> None:
    made = []
    for _ in range(2):
        for file in catalog_files(path):
            file.unlink()
        made.append(remade(path))
    assert made[0] == made[1]
    assert made[0].keys() == content(path).keys()


def test_each_file_alone_can_be_missing_or_empty_or_another(path: Path) -> None:
    before, files = doors(path), catalog_files(path)
    for file in files:
        data = file.read_bytes()
        others = [other.read_bytes() for other in files if other != file]
        for spoiled in (None, b"", b"\0" * len(data), data + b"\n", data + data, *others):
            file.unlink() if spoiled is None else file.write_bytes(spoiled)
            assert doors(path) == before, f"{file.name}: {spoiled[:20] if spoiled else spoiled!r}"
            file.write_bytes(data)


def spoiled(data: bytes, most: int | None, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield the data cut before, and changed in, each byte; or in ``most`` of them by chance."""
    draw = random.Random(seed)  # noqa: S311  places, nothing secret
    places = range(len(data)) if most is None else sorted(draw.sample(range(len(data)), most))
    for place in places:
        yield f"cut before byte {place}", data[:place]
        bit = draw.randrange(8)
        yield f"bit {bit} of byte {place}", data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]


def check_everywhere(path: Path, most: int | None) -> int:
    """Assert that no change of any file of the catalog changes what a reader is told; return how many were tried."""
    seed = random.randrange(1 << 32)  # noqa: S311  places, nothing secret
    before, tried = doors(path), 0
    for file in catalog_files(path):
        data = file.read_bytes()
        for what, bad in spoiled(data, most, seed):
            file.write_bytes(bad)
            assert doors(path) == before, f"{file.name}: {what}, seed {seed}"
            tried += 1
        file.write_bytes(data)
    return tried


def test_a_catalog_changed_at_some_bytes_changes_nothing(path: Path) -> None:
    assert check_everywhere(path, QUICK) >= 6 * QUICK


@pytest.mark.faults_full
@pytest.mark.timeout(7200)
def test_a_catalog_changed_at_any_byte_changes_nothing(path: Path, tally: Callable[[str], None]) -> None:
    tally(f"{check_everywhere(path, None):,} catalogs cut or changed")


def test_a_catalog_that_grew_is_the_one_that_is_made_at_once(path: Path) -> None:
    """Also where what it grew from was spoiled: the next writer that commits replaces it."""
    for file in catalog_files(path):
        data = file.read_bytes()
        file.write_bytes(data[: len(data) // 3])
    for number in range(4):
        with open_store(path, limits=FEW) as store:
            intake.patch_meta(store, f"run_{number:012x}", {"later": number}, [], CALLER)
    before, grown = doors(path), content(path)
    shutil.rmtree(path / "catalog")
    assert remade(path) == grown
    assert doors(path) == before
