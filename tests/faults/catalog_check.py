"""The catalog is disposable: whatever is in it or became of it, a store tells the same without it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rmos_console.core.store import open_store
from tests.store.making import everything


def forget(store: Path) -> None:
    """Delete what the catalog holds."""
    for file in (store / "catalog").iterdir():
        if file.name != "lock":
            file.unlink()


def differences(store: Path) -> Iterator[str]:
    """Yield what a store tells otherwise once its catalog is gone."""
    with open_store(store, read_only=True) as opened:
        before = everything(opened.snapshot())
    forget(store)
    with open_store(store, read_only=True) as opened:
        after = everything(opened.snapshot())
    yield from (f"{part} differs without the catalog" for part in after if after[part] != before[part])
