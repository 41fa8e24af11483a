"""Every sabotage still finds what it replaces, and puts it back."""

from __future__ import annotations

from pathlib import Path

import pytest

from rmos_console.core.store import Store
from tests.faults.sabotage import NAMES, SeamGoneError, sabotaged
from tests.faults.sabotage.seams import Patches, store_module
from tests.store.making import independent_verify, new_store, run_id, seal


@pytest.mark.parametrize("name", NAMES)
def test_a_sabotaged_store_still_works_on_a_good_day(tmp_path: Path, name: str) -> None:
    path = tmp_path / "s"
    with sabotaged(name), new_store(path, 1, 2) as store:
        store.put_blob(b"bytes")
        seal(store, 3)
        assert store.read_only_reason is None
        assert store.snapshot().run(run_id(3)) is not None
    independent_verify(path)


@pytest.mark.parametrize("name", NAMES)
def test_a_sabotage_is_undone_whole(name: str) -> None:
    def state() -> list[dict[str, object]]:
        owners = [Store, store_module("follow").Follower, *map(store_module, ("append", "files", "recover", "commit"))]
        return [dict(vars(owner)) for owner in owners]

    before = state()
    with sabotaged(name):
        pass
    assert state() == before


def test_a_seam_that_is_gone_is_named() -> None:
    patches = Patches()
    with pytest.raises(SeamGoneError, match=r"rmos_console\.core\.store\.recover has no mends any more"):
        patches.put_everywhere("recover", "mends", lambda real: real)
    with pytest.raises(SeamGoneError, match=r"no module rmos_console\.core\.store\.recovers any more"):
        patches.put_everywhere("recovers", "mend", lambda real: real)
    with pytest.raises(SeamGoneError, match=r"Store\.commit takes .*'draft'.* now"):
        patches.put(Store, "commit", lambda real: real, "self", "drafts")
