"""Advisory documents: ours, RMOS's, and what is neither."""

from __future__ import annotations

import getpass
from typing import Any

import pytest

from rmos_console.core.errors import BadDataError
from rmos_console.core.records.advisory import AdvisoryAsset
from rmos_console.core.records.asset_document import account, asset_from_document


def read(document: object, **given: Any) -> AdvisoryAsset:
    return asset_from_document(document, advisory_id="adv_1", **given)


def test_what_is_given_beside_a_document_wins() -> None:
    asset = read({"kind": "note", "text": "x"}, kind="advisory", engine_id="e", author="k")
    assert (asset.kind, asset.engine and asset.engine.id, asset.engine and asset.engine.version) == (
        "advisory",
        "e",
        "unknown",
    )
    assert asset.author is not None
    assert (asset.author.id, asset.author.named) == ("k", True)


@pytest.mark.parametrize(
    ("document", "author", "named"),
    [
        ({"text": "x", "author": "alice"}, "alice", True),
        ({"text": "x", "author": {"id": "bob", "named": False}}, "bob", False),
        ({"text": "x"}, f"os:{account()}", False),
        ({"text": "x", "engine": "writer"}, None, None),
    ],
)
def test_the_author_is_the_person_the_engine_or_the_account(
    document: dict[str, Any], author: str | None, named: bool | None
) -> None:
    asset = read(document)
    assert (asset.author.id if asset.author else None, asset.author.named if asset.author else None) == (author, named)


def test_unknown_keys_are_kept_and_judged_ones_are_not() -> None:
    asset = read({"text": "x", "kind": "analysis", "colour": "red", "review_state": "APPROVED", "decisions": []})
    assert asset.source == {"colour": "red"}
    assert asset.kind == "explanation"


def test_an_rmos_asset_names_its_engine() -> None:
    document = {"asset_id": "adv_1", "asset_type": "x", "model": "m", "engine_version": 7, "suggestion_data": "odd"}
    asset = read(document)
    assert (asset.kind, asset.text, asset.content) == ("unknown", None, "odd")
    assert asset.engine is not None
    assert (asset.engine.id, asset.engine.version) == ("m", "7")
    assert asset.source == document


@pytest.mark.parametrize(
    "document", [None, [], "x", {"asset_id": "other", "text": "x"}, {"text": "x", "author": {"x": 1}}]
)
def test_what_is_no_advisory_is_refused(document: object) -> None:
    with pytest.raises(BadDataError):
        read(document)


def test_a_process_without_an_account_has_none_to_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    assert account() == getpass.getuser()
    monkeypatch.setattr("os.getuid", lambda: 4_000_000_000)
    assert account() == "unknown"
