"""The demo store: everything to see, made whole or not at all, and a store like any other."""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from rmos_console.core import identity, resources
from rmos_console.core.errors import BadDataError, RefusedError, RmosError
from rmos_console.core.records.actor import Actor, Caller
from rmos_console.core.store import create_store, open_store
from rmos_console.core.usecases import admin, audit, browse, demo, review
from rmos_console.core.usecases.listing import table
from rmos_console.core.usecases.table import RunFilter

CALLER = Caller(by=Actor(kind="service", id="cli"), request_id="req_demo_test")
NO_ANSWER = "swallowed"
"""One explanation fails on purpose, and the failure is logged."""


@pytest.fixture
def expected_failure(expected_logs: Callable[..., object]) -> None:
    expected_logs(NO_ANSWER)


@pytest.mark.usefixtures("expected_failure")
def test_the_demo_shows_everything(tmp_path: Path) -> None:
    told: list[tuple[int, int | None, str]] = []
    started = time.process_time()
    path = tmp_path / "shop" / "demo"
    report = demo.fill(path, CALLER, progress=lambda *step: told.append(step))
    assert time.process_time() - started < 5  # of this process alone: a busy machine must not fail the suite
    assert (report.path, report.reused, report.keys_here, report.runs) == (str(path), False, True, 68)
    assert [(each.id, each.name, each.role) for each in report.reviewers] == [
        ("mvoss", "M. Voss", "admin"),
        ("akeller", "A. Keller", "reviewer"),
    ]
    assert told[0][0] == 0
    assert told[-1][0] + 1 == told[-1][1]
    assert list(path.parent.iterdir()) == [path]
    with open_store(path) as store:
        view = store.snapshot()
        assert report.queue == len(review.queue(view)) == 7
        refs = Counter(
            browse.judged_reference(view, entry, ref).review_state for entry in view.runs() for ref in entry.refs
        )
        assert refs.keys() == {
            "NONE",
            "NEEDS_REVIEW",
            "AWAITING_SECOND",
            "AUTO_APPROVED",
            "INFORMATIONAL",
            "APPROVED",
            "REJECTED",
            "SUPERSEDED",
        }
        assert {row.explanation_status for row in table(view, RunFilter())} == {"READY", "NONE", "ERROR"}
        assert (view.policy.mode, view.policy.second_for_red) == ("tiered", False)
        items = review.queue(view)
        assert {item.state for item in items} == {"NEEDS_REVIEW", "AWAITING_SECOND"}
        assert any("took the decision back" in item.why for item in items)
        assert {item.row.risk for item in items} == {"RED", "YELLOW", "UNKNOWN"}
        unresolved = [ref for entry in view.runs() for ref in entry.refs if not view.has_asset(ref.advisory_id)]
        assert len(unresolved) == 1
        failed = [row for row in table(view, RunFilter()) if row.explanation_status == "ERROR"]
        shown = browse.show(store, failed[0].run_id)
        assert shown.explanation_error == "The explanation service workshop-llm did not answer within 30 s."
        assert sum(len(entry.attachments) for entry in view.runs()) == 7
        signer = identity.unlock(report.store_id, "akeller", report.passphrase)
        assert signer.name == "A. Keller"


@pytest.mark.usefixtures("expected_failure")
def test_a_demo_store_audits_clean_and_is_reused(tmp_path: Path) -> None:
    path = tmp_path / "demo"
    path.mkdir()
    first = demo.fill(path, CALLER)
    told = audit.audit(path)
    assert told.ok
    story = json.loads(resources.path("sample/story.json").read_text("utf-8"))
    decided = sum(step["do"] == "decide" for step in story["steps"])
    assert (told.runs, told.reviews.human) == (68, decided)
    assert told.reviews.automatic >= 25
    again = demo.fill(path, CALLER)
    assert again == first.model_copy(update={"reused": True})
    identity.forget_key(first.store_id, "akeller")
    assert not demo.fill(path, CALLER).keys_here


def test_a_folder_that_is_no_demo_is_left_alone(tmp_path: Path) -> None:
    admin.init(tmp_path / "mine", admin="me", name="Me", passphrase="a long enough one", caller=CALLER)
    before = sorted(path.name for path in (tmp_path / "mine").rglob("*"))
    with pytest.raises(RefusedError, match="not the demo"):
        demo.fill(tmp_path / "mine", CALLER)
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "letter.txt").write_text("x", "utf-8")
    with pytest.raises(RmosError):
        demo.fill(tmp_path / "papers", CALLER)
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(RmosError):
        demo.fill(tmp_path / "file", CALLER)
    with pytest.raises(RefusedError, match="name another folder"):
        demo.fill(tmp_path / "file" / "demo", CALLER)
    assert sorted(path.name for path in (tmp_path / "mine").rglob("*")) == before


def test_an_empty_store_is_no_demo(tmp_path: Path) -> None:
    create_store(tmp_path / "store")
    with pytest.raises(RefusedError, match="not the demo"):
        demo.fill(tmp_path / "store", CALLER)


def sample_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, old: bytes, new: bytes) -> None:
    """Let the demo read a copy of the sample in which one file says something else throughout."""
    copy = tmp_path / "resources" / "sample"
    shutil.copytree(resources.path("sample"), copy)
    data = (copy / name).read_bytes()
    assert old in data
    (copy / name).write_bytes(data.replace(old, new))
    monkeypatch.setattr(resources, "_HOMES", (tmp_path / "resources",))


def test_what_fails_on_the_way_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sample_with(tmp_path, monkeypatch, "runs.jsonl", b'"status":"OK"', b'"status":"FINE"')
    with pytest.raises(BadDataError):
        demo.fill(tmp_path / "shop" / "demo", CALLER)
    assert list((tmp_path / "shop").iterdir()) == []


def test_a_story_about_a_run_without_a_text_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sample_with(tmp_path, monkeypatch, "story.json", b'"do": "explain"', b'"do": "policy", "by": "mvoss"')
    with pytest.raises(RefusedError, match="no explanation to decide about"):
        demo.fill(tmp_path / "demo", CALLER)
    assert not (tmp_path / "demo").exists()
