"""What it costs to look: pages, facets, counts, words; to open a store, and to hold it in memory."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import product as combinations
from typing import Final

from rmos_console.core.store import Store, open_store
from tests.benchmarks import children, product
from tests.benchmarks.figures import Figure, Row
from tests.benchmarks.plan import Plan
from tests.benchmarks.rivals import per_file, sqlite, tiny
from tests.benchmarks.rivals.rival import Rival
from tests.benchmarks.stores import Shelf
from tests.benchmarks.timing import Samples, Turn, take_turns

PAGE: Final = 50
"""Rows of a page: what a window shows."""

WORDS: Final = ("rosewood", "aggressive", "shopbot", "t104", "f030")
CHOICES: Final[Mapping[str, Sequence[str]]] = {
    "status": ("OK", "BLOCKED", "ERROR"),
    "risk": ("GREEN", "YELLOW", "RED", "UNKNOWN"),
    "mode": ("rosette", "adaptive", "pocket", "drill"),
    "tool": ("T101", "T105", "T109", "T113", "T120"),
    "review": ("NONE", "NEEDS_REVIEW", "APPROVED", "AUTO_APPROVED"),
}


def chosen(seed: int) -> dict[str, Sequence[str]]:
    """Return a combination of facets, of one to four of them, with one or two values each."""
    dice = random.Random(seed)  # noqa: S311  repeatable, nothing secret
    names = dice.sample(sorted(CHOICES), k=dice.choice((1, 2, 2, 3, 4)))
    return {name: dice.sample(CHOICES[name], k=dice.choice((1, 2))) for name in names}


def looking(shelf: Shelf, runs: int, plan: Plan) -> Iterator[Row]:
    """Measure the four ways to look at the runs of an open store, everything loaded before."""
    size = f"{runs:,}"
    with open_store(shelf.store(runs), read_only=True) as store:
        product.everything(store)
        database = sqlite.Sqlite(shelf.rival("sqlite", runs))
        database.newest(PAGE)
        yield from _looks(store, database, size, plan)
        database.close()


def _looks(store: Store, database: sqlite.Sqlite, size: str, plan: Plan) -> Iterator[Row]:
    several = Turn(lambda _: database.newest(PAGE), max(plan.reads // plan.slow_reads // 4, 1))
    for name, bar, ours, theirs in (
        ("newest page", 0.05, Turn(lambda _: product.newest(store, PAGE)), several),
        (
            "any combination of facets",
            1.0,
            Turn(lambda n: product.filtered(store, chosen(n), PAGE)),
            several._replace(do=lambda n: database.filtered(chosen(n), PAGE)),
        ),
        (
            "all facet counts",
            1.0,
            Turn(lambda _: product.counts(store, {})),
            several._replace(do=lambda _: database.counts({})),
        ),
        (
            "all facet counts under any combination",
            1.0,
            Turn(lambda n: product.counts(store, chosen(n))),
            several._replace(do=lambda n: database.counts(chosen(n))),
        ),
        (
            "text",
            15.0,
            Turn(lambda n: product.text(store, WORDS[n % len(WORDS)], PAGE)),
            several._replace(do=lambda n: database.text(WORDS[n % len(WORDS)], PAGE)),
        ),
    ):
        taken = take_turns(plan.reads, {"ours": ours, "SQLite": theirs})
        yield Figure(f"{name}, in core", size, taken["ours"], bar=bar, rivals={"SQLite": taken["SQLite"]})


def listing_files(shelf: Shelf, runs: int, plan: Plan) -> Iterator[Row]:
    """Measure the newest page of rivals that read everything for it, beside ours."""
    places = {name: shelf.rival(name, runs) for name in ("tiny", "files")}
    with open_store(shelf.store(runs), read_only=True) as store:
        product.everything(store)
        rivals: tuple[Rival, ...] = (
            tiny.Tiny(places["tiny"]),
            tiny.CachedTiny(places["tiny"]),
            per_file.PerFile(places["files"]),
        )
        turns = {"ours": Turn(lambda _: product.newest(store, PAGE))}
        turns |= {rival.name: Turn(partial(_newest, rival)) for rival in rivals}
        taken = take_turns(plan.slow_reads, turns)
        for rival in rivals:
            rival.close()
    ours = taken.pop("ours")
    yield Figure("newest page, in core", f"{runs:,}", ours, rivals=taken, note="rivals read all for it")


def _newest(rival: Rival, _round: int) -> None:
    rival.newest(PAGE)


OPENING_BARS: Final = {100_000: (15.0, 0.3, 120.0), 1_000_000: (15.0, 8.0, 700.0)}
"""First page in ms, everything in s, memory in MB, by runs."""


def opening(shelf: Shelf, runs: int, plan: Plan) -> Iterator[Row]:
    """Measure opening, in a fresh process each time, with what has to be imported imported before."""
    places = {"store": shelf.store(runs), "sqlite": shelf.rival("sqlite", runs)}
    if runs <= 10_000:
        places["tiny"] = shelf.rival("tiny", runs)
    answers: dict[str, list[dict[str, float]]] = {kind: [] for kind in places}
    for _, (kind, path) in combinations(range(plan.openings), places.items()):
        answers[kind].append(children.ask("opening_child", kind, str(path)))

    def of(kind: str, what: str) -> Samples:
        return Samples.of([answer[what] for answer in answers[kind]])

    first, whole, memory = OPENING_BARS.get(runs, (None, None, None))
    titles = {"sqlite": "SQLite", "tiny": "TinyDB"}
    others = [kind for kind in places if kind != "store"]
    size = f"{runs:,}"
    rivals = {titles[kind]: of(kind, "first_ms") for kind in others}
    yield Figure("open to the first page", size, of("store", "first_ms"), bar=first, rivals=rivals)
    rivals = {titles[kind]: of(kind, "all_s") for kind in others}
    yield Figure("open until everything is loaded", size, of("store", "all_s"), "s", bar=whole, rivals=rivals)
    rivals = {titles[kind]: of(kind, "rss") for kind in others}
    ours = of("store", "rss")
    empty, pss = of("store", "empty_rss").median, of("store", "pss").median
    note = f"RSS of the process; PSS {pss:.0f}, before opening {empty:.0f}"
    yield Figure("memory, core, everything loaded", size, ours, "MB", bar=memory, rivals=rivals, note=note)
