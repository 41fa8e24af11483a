"""The parts of the queue without a store: order of places, what is missing, how a text is divided, the list model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from rmos_console.core.records.advisory import AdvisoryAsset, Author, Sentence
from rmos_console.core.records.review import Policy, Review, Seen, StateExplained, Verb
from rmos_console.core.records.run import Risk, RunArtifact, RunRow, RunSource
from rmos_console.core.usecases.browse import AdvisoryView
from rmos_console.core.usecases.review import QueueItem
from rmos_console.desktop import words
from rmos_console.desktop.views.queue.course import Key, key_of, place_after
from rmos_console.desktop.views.queue.facts import CardFacts
from rmos_console.desktop.views.queue.item_list import QueueModel
from rmos_console.desktop.views.queue.readiness import Missing, missing
from rmos_console.desktop.views.queue.segments import Segments

RUN_ID = "run_" + "a" * 32
SHA = "0" * 64


def item(number: int, risk: str = "YELLOW") -> QueueItem:
    row = RunRow.model_validate(
        {
            "run_id": f"run_{number:032x}", "created_at_utc": "2026-11-20T10:00:00Z", "status": "OK", "risk": risk,
            "risk_policy": "RED", "score": 0, "mode": "mvp", "tool_id": "T1", "machine_id": None, "material_id": None,
            "session_id": None, "event_type": None, "explanation_status": "READY", "explanation_summary": None,
            "review_state": "NEEDS_REVIEW", "at_source": None, "advisory_id": f"adv_{number}", "source_run_id": None,
            "run_sha256": SHA,
        }
    )  # fmt: skip
    return QueueItem(row=row, advisory_id=f"adv_{number}", headline="<b>a\u202eb</b>", state="NEEDS_REVIEW", why="")


def facts(
    text: str = "Title\n\nBody", *, title: str | None = "Title", risk: str = "YELLOW", author: str | None = None,
    evidence: tuple[Sentence, ...] = (), decisions: tuple[Review, ...] = (),
) -> CardFacts:  # fmt: skip
    asset = AdvisoryAsset(
        advisory_id="adv", kind="explanation", headline=title, text=text, evidence=evidence,
        author=Author(id=author, named=True) if author else None,
    )  # fmt: skip
    judged = Risk.model_validate({"shown": risk, "found_at": None, "policy": risk})
    run = RunArtifact(
        run_id=RUN_ID, created_at_utc="2026-11-20T10:00:00Z", source=RunSource(format="create"), run_sha256=SHA,
        risk=judged,
    )  # fmt: skip
    view = AdvisoryView(
        asset=asset, asset_sha256=SHA, text=asset.shown_text(), text_sha256=asset.text_sha256(), run_id=RUN_ID,
        runs=(RUN_ID,), state=StateExplained(state="NEEDS_REVIEW", why=""), decisions=decisions,
    )  # fmt: skip
    seen = Seen(seq=1, digest=SHA)
    return CardFacts(run=run, advisory=view, seen=seen, policy=Policy(), failed=(), contrast=None, gcode=None)


def review(verb: Verb, person: str, number: int, withdraws: str | None = None) -> Review:
    return Review(
        decision_id=f"dec_{number}", verb=verb, run_id=RUN_ID, run_sha256=SHA, advisory_id="adv", advisory_sha256=SHA,
        text_sha256=SHA, meaning="", person_id=person, person_name=person, at_utc="", policy_version=1, store_id="s",
        seen=Seen(seq=1, digest=SHA), withdraws=withdraws,
    )  # fmt: skip


class Person:
    """As much of an unlocked key as readiness looks at."""

    def __init__(self, person_id: str) -> None:
        self.person_id = person_id
        self.name = person_id


PARAGRAPH = st.text("ab \u202e", max_size=40) | st.sampled_from(["x" * 281, "y " * 300])


@given(st.lists(PARAGRAPH, max_size=6), st.booleans())
def test_both_parts_of_a_text_together_are_the_text_that_is_signed(paragraphs: list[str], titled: bool) -> None:
    title = "A title" if titled else None
    text = "\n\n".join([*(["A title"] if titled else []), *paragraphs])
    card = facts(text, title=title)
    (first, _), (rest, _) = card.parts()
    assert card.body()[0] == first + rest
    assert text.endswith(first + rest)
    assert text[: len(text) - len(first + rest)].strip() == (title or "").strip()


def test_a_long_paragraph_with_the_runs_own_values_is_read_first() -> None:
    why, passed = "w" * 300, "p" * 300
    text = f"T\n\n{why}\n\n{passed}"
    marked = Sentence(start=3, end=303, paths=("a",), marks=((5, 8, "a"),))
    (first, marks), (rest, _) = facts(text, title="T", evidence=(marked,)).parts()
    assert first.strip() == why
    assert marks == [(2, 5)]
    assert rest.strip() == passed
    assert facts(f"T\n\n{passed}", title="T").parts()[1][0] == ""


@pytest.mark.parametrize(
    ("verb", "given_facts", "expected"),
    [
        ("approved", {}, []),
        ("approved", {"facts": None}, [Missing.CARD]),
        ("approved", {"writable": False}, [Missing.WRITABLE]),
        ("approved", {"signer": None}, [Missing.SIGNER]),
        ("approved", {"read": False}, [Missing.READ]),
        ("rejected", {"read": False, "reason": "r"}, []),
        ("rejected", {}, [Missing.REASON]),
        ("rejected", {"reason": "  "}, [Missing.REASON]),
        ("approved", {"facts": facts(risk="RED")}, [Missing.REASON]),
        ("approved", {"facts": facts(risk="RED"), "reason": "r"}, []),
        ("approved", {"facts": facts(author="mvoss")}, [Missing.OTHER_AUTHOR]),
        ("rejected", {"facts": facts(author="mvoss"), "reason": "r"}, []),
        ("approved", {"facts": facts(decisions=(review("approved", "mvoss", 1),))}, [Missing.OTHER_PERSON]),
        ("approved", {"facts": facts(decisions=(review("approved", "akeller", 1),))}, []),
        (
            "approved",
            {"facts": facts(decisions=(review("approved", "mvoss", 1), review("withdrawn", "mvoss", 2, "dec_1")))},
            [],
        ),
        (
            "approved",
            {"signer": None, "read": False, "writable": False, "facts": facts(risk="RED")},
            [Missing.WRITABLE, Missing.SIGNER, Missing.READ, Missing.REASON],
        ),
    ],
)
def test_what_is_missing_for_a_decision(verb: Verb, given_facts: dict[str, object], expected: list[Missing]) -> None:
    usual: dict[str, object] = {
        "facts": facts(), "signer": Person("mvoss"), "writable": True, "read": True, "reason": "",
    }  # fmt: skip
    known = {**usual, **given_facts}
    card = known.pop("facts")
    assert list(missing(verb, card, **known)) == expected  # type: ignore[arg-type]  # a table of cases is loosely typed


ITEMS = st.lists(st.integers(0, 30), max_size=12, unique=True).map(lambda numbers: [item(each) for each in numbers])


@given(ITEMS, st.integers(0, 30), st.integers(-1, 15), st.booleans())
def test_there_is_always_a_place_to_go_while_items_wait(
    items: list[QueueItem], current: int, row: int, move_on: bool
) -> None:
    key = Key(f"run_{current:032x}", f"adv_{current}")
    place = place_after(items, key, row, move_on=move_on)
    if not items:
        assert place == -1
        return
    assert 0 <= place < len(items)
    stays = [key_of(each) for each in items]
    if key in stays and not move_on:
        assert stays[place] == key
    if key in stays and move_on and len(items) > 1:
        assert stays[place] != key


@pytest.mark.usefixtures("qtbot")
def test_the_list_model_keeps_qts_rules_and_shows_hostile_text() -> None:
    model = QueueModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for count in (0, 3, 1, 0):
        model.set_items([item(each) for each in range(count)])
        assert model.rowCount() == count
    model.set_items([item(1)])
    assert "[U+202E]" in str(model.data(model.index(0, 0)))
    assert model.row_of(f"run_{1:032x}", "adv_1") == 0
    assert model.row_of(f"run_{2:032x}", "adv_1") == -1


@pytest.mark.parametrize(("at", "count"), [(2, 7), (999, 100_000)])
def test_the_place_is_said_for_few_and_for_many(at: int, count: int, qtbot: QtBot) -> None:
    segments = Segments()
    qtbot.addWidget(segments)
    assert segments.words() == ""
    segments.show_place(at, count)
    assert segments.words() == f"{words.number(at + 1)} of {words.number(count)}"
    assert segments.sizeHint().width() < 400
    assert not segments.grab().isNull()
