"""The columns tell of every run exactly what reading it tells, however its history is spread over segments."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core.records import events
from rmos_console.core.records.ids import new_id
from rmos_console.core.records.review import AutoApproval, Policy
from rmos_console.core.store import Limits, Snapshot, Store, open_store
from rmos_console.core.usecases.rows import row
from rmos_console.core.usecases.table import FACETS, RunFilter, RunTable, newest_runs, run_table
from tests.store.making import asset_event, attached, draft, enrolled, new_store, review, run_id, seal, sealed

LIMITS = Limits(runs=5)


def check(view: Snapshot, where: str) -> None:
    """Hold the table against the rows of all runs, each folded by itself."""
    table = run_table(view)
    expected = {entry.run_id: row(view, entry) for entry in view.runs()}
    told = [table.row(at) for at in range(len(table))]
    assert {item.run_id: item for item in told} == expected, where
    everything = table.matching(RunFilter())
    for facet in FACETS:
        counted: dict[str | None, int] = {}
        for item in told:
            counted[getattr(item, facet)] = counted.get(getattr(item, facet), 0) + 1
        assert table.counts(facet) == counted, f"{where}: {facet}"
        for value, rows in table.sets(facet).items():
            shown = {table.row(at).run_id for at in table.order(rows)}
            assert shown == {item.run_id for item in told if getattr(item, facet) == value}, f"{where}: {facet} {value}"
    newest = [table.row(at).created_at_utc for at in table.order(everything)]
    assert newest == sorted(newest, reverse=True), where
    said = [
        table.row(at).explanation_summary for at in table.order(everything, "explanation_summary", descending=False)
    ]
    texts = [text.casefold() for text in said if text is not None]
    assert texts == sorted(texts), where
    assert said[len(texts) :] == [None] * (len(said) - len(texts)), where
    for count in (0, 1, 7, len(told) + 1):
        first = table.page(RunFilter(limit=count), everything)
        assert newest_runs(view, count) == first, f"{where}: the newest {count}"
    assert [table.find(item.run_id) for item in told] == list(range(len(told))), where


class Shop:
    """A store that random things happen to; remembers what may be decided about."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store = store
        self.chance = random.Random(seed)  # noqa: S311  reproducible, not secret
        self.runs = 0
        self.texts: list[tuple[int, str]] = []
        self.to_come = ""

    def step(self) -> None:
        """Let one random thing happen."""
        self.chance.choice([self.make, self.make, self.explain, self.explain, self.decide, self.decide, self.odd])()

    def make(self) -> None:
        seal(self.store, *range(self.runs, self.runs + 2))
        self.runs += 2

    def explain(self) -> None:
        if not self.runs:
            return
        number, text, attempt = self.chance.randrange(self.runs), new_id("adv"), new_id("attempt")
        said: list[dict[str, Any]] = [
            events.explanation_pending(
                run_id(number),
                attempt,
                key="k",
                engine_id="offline",
                engine_version="1",
                deadline_utc="2026-01-01T00:01:00Z",
            )
        ]
        if self.chance.random() < 0.2:
            self.store.commit(draft(*said))
            return
        failed = events.explanation_failed(run_id(number), attempt, reason="no")
        ready = events.explanation_ready(
            run_id(number),
            attempt,
            advisory_id=text,
            summary=self.chance.choice(["Too deep", "All kept", None]),
            key="k",
        )
        if self.chance.random() < 0.2:
            said.append(failed)
        else:
            said += [asset_event(text), attached(number, text), ready]
            self.texts.append((number, text))
        if len(said) > 2 and self.chance.random() < 0.4:
            auto = AutoApproval(
                run_id=run_id(number),
                run_sha256="a" * 64,
                advisory_id=text,
                advisory_sha256="b" * 64,
                text_sha256="c" * 64,
                policy_version=1,
                at_utc="2026-01-03T10:00:00Z",
            )
            said.append(events.auto_approved(auto))
        for part in [said] if self.chance.random() < 0.5 else [said[:1], said[1:]]:
            self.store.commit(draft(*part))

    def decide(self) -> None:
        if not self.texts:
            return
        number, text = self.chance.choice(self.texts)
        entry = self.store.snapshot().run(run_id(number))
        assert entry is not None
        mine = [made.decision_id for made in entry.decisions if made.verb != "withdrawn"]
        event = review(self.store, number, text, self.chance.choice(["approved", "rejected", "withdrawn"]))
        if event["kind"] == "review.withdrawn" and mine:
            event["decision"]["withdraws"] = self.chance.choice(mine)
        event["decision"]["at_utc"] = self.chance.choice(["2025-12-03T10:00:00Z", "2026-01-03T10:00:00Z"])
        event["decision"]["person_id"] = self.chance.choice(["mvoss", "akim", "nobody"])
        self.store.commit(draft(event))

    def odd(self) -> None:
        """Things that happen rarely: a text that comes later, a changed policy, a revoked person, other meta."""
        what = self.chance.randrange(4)
        if what == 0 and self.runs:
            late = new_id("adv")
            said = events.explanation_ready(run_id(self.runs - 1), None, advisory_id=late, summary=None, key=None)
            self.store.commit(draft(attached(self.runs - 1, late), said))
            self.to_come = late
        elif what == 1 and self.to_come:
            self.store.commit(draft(asset_event(self.to_come)))
            self.to_come = ""
        elif what == 2:
            version = self.store.snapshot().policy.version + 1
            mode = self.chance.choice(["tiered", "strict", "informational"])
            policy = Policy.model_validate({"version": version, "mode": mode, "reopen": self.chance.random() < 0.5})
            self.store.commit(draft(events.policy_set(policy, {})))
        elif self.runs:
            number = self.chance.randrange(self.runs)
            self.store.commit(draft(events.meta_patched(run_id(number), set_={"a": self.runs}, unset=[])))


@pytest.mark.parametrize("seed", range(10))
def test_columns_tell_what_runs_tell(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "s"
    store = new_store(path, limits=LIMITS)
    store.commit(draft(enrolled("mvoss"), enrolled("akim")))
    shop = Shop(store, seed)
    for step in range(90):
        shop.step()
        where = f"seed {seed}, step {step}"
        if step % 9 == 8:
            check(shop.store.snapshot(), where)
        if step % 15 == 14:
            shop.store.close()
            shop.store = open_store(path, limits=LIMITS)
            check(shop.store.snapshot(), f"{where}, opened again")
    act = {
        "verb": "revoked",
        "person": {"id": "mvoss"},
        "at_utc": "2026-02-01T00:00:00Z",
        "since": "2026-01-01T00:00:00Z",
    }
    shop.store.commit(draft(events.reviewer_revoked({**act, "by": "akim"})))
    check(shop.store.snapshot(), f"seed {seed}, after a revocation")
    shop.store.close()
    with open_store(path) as again:
        check(again.snapshot(), f"seed {seed}, after a revocation, opened again")


def test_a_decision_about_one_of_two_texts_in_a_later_segment_is_told_from_one_about_the_other(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 0, 1, limits=Limits(runs=2)) as store:
        store.commit(draft(enrolled("mvoss")))
        for number in (0, 1):
            for text in (f"first_{number}", f"second_{number}"):
                said = events.explanation_ready(run_id(number), None, advisory_id=text, summary=None, key=None)
                store.commit(draft(asset_event(text), attached(number, text), said))
        seal(store, 2, 3)
        store.commit(draft(review(store, 0, "first_0")))
        store.commit(draft(review(store, 1, "second_1")))
        seal(store, 4)
    with open_store(tmp_path / "s") as store:
        table = run_table(store.snapshot())
        assert [table.row(at).review_state for at in (0, 1)] == ["NEEDS_REVIEW", "APPROVED"]
        sets = table.sets("review_state")
        assert [sets[state] & 3 for state in ("NEEDS_REVIEW", "APPROVED")] == [1, 2]


def numbers(table: RunTable, wanted: RunFilter) -> list[int]:
    return [int(item.run_id[4:], 16) for item in table.page(wanted, table.matching(wanted))]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (RunFilter(text="router_3axis t3"), lambda n: n % 3 == 0 and n % 7 == 3),
        (RunFilter(text="M1 helical"), lambda n: n % 2 == 1 and n % 3 == 2),
        (RunFilter(risk=("red",), tool=("T1", "t2")), lambda n: n % 3 == 2 and n % 7 in {1, 2}),
        (RunFilter(since="2026-01-10T00:00:00Z", until="2026-01-12T00:00:00Z"), lambda n: n % 28 in {9, 10}),
        (RunFilter(text="nothing of that kind"), lambda _n: False),
    ],
)
@pytest.mark.parametrize("fresh", [False, True])
def test_filters_find_stored_and_new_runs_alike(
    tmp_path: Path, wanted: RunFilter, expected: Callable[[int], bool], fresh: bool
) -> None:
    store = new_store(tmp_path / "s", *range(60), limits=Limits(runs=8))
    if not fresh:
        store.close()
        store = open_store(tmp_path / "s", limits=Limits(runs=8))
    with store:
        store.commit_many([draft(sealed(number)) for number in range(60, 90)])
        assert sorted(numbers(run_table(store.snapshot()), wanted)) == [n for n in range(90) if expected(n)]


@pytest.mark.parametrize("sort", ["created_at_utc", "score", "risk", "tool_id", "run_id"])
@pytest.mark.parametrize("descending", [False, True])
def test_pages_follow_one_order_over_stored_and_new_runs(tmp_path: Path, sort: str, descending: bool) -> None:
    with new_store(tmp_path / "s", *range(40), limits=Limits(runs=8)):
        pass
    with open_store(tmp_path / "s") as store:
        store.commit_many([draft(sealed(number)) for number in range(40, 60)])
        table = run_table(store.snapshot())
        whole = numbers(table, RunFilter(sort=sort, descending=descending))
        pages = [
            numbers(table, RunFilter(sort=sort, descending=descending, offset=offset, limit=7))
            for offset in range(0, 60, 7)
        ]
        assert [number for page in pages for number in page] == whole
        assert sorted(whole) == list(range(60))
