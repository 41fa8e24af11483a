"""The measuring itself, at tiny sizes: stores that an audit finds whole, figures that say what they mean."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rmos_console.core.canonical import canonical
from rmos_console.core.records.run import SealedRun
from rmos_console.core.store import Limits, open_store
from rmos_console.core.usecases.audit import audit
from tests.benchmarks import __main__ as benchmarks
from tests.benchmarks import product, reading, writing
from tests.benchmarks.figures import BEGIN, END, Figure, Row, Skipped, as_markdown, as_text, put_into
from tests.benchmarks.growth import growth
from tests.benchmarks.make_store import Shares, make_store
from tests.benchmarks.plan import SMOKE
from tests.benchmarks.rivals import sqlite
from tests.benchmarks.stores import Shelf, workshop
from tests.benchmarks.timing import Samples, Turn, take_turns

RUNS = 120


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Return a shelf whose stores are made once for this file."""
    return Shelf(tmp_path_factory.mktemp("shelf"))


def test_an_audit_finds_nothing_in_a_made_store(shelf: Shelf) -> None:
    share = Shares.of(RUNS)
    report = audit(shelf.store(RUNS))
    assert report.ok
    assert not report.findings
    assert (report.runs, report.advisories, report.reviews.human) == (RUNS, share.explained, share.decisions)
    assert report.reviews.automatic > 0


def test_a_made_store_holds_the_runs_of_the_workshop(shelf: Shelf) -> None:
    shop = workshop(RUNS)
    with open_store(shelf.store(RUNS), read_only=True) as store:
        for number in (0, RUNS // 2, RUNS - 1):
            run = shop.run(number)
            assert store.read_run(run["run_id"]) == run


def test_runs_are_what_would_be_sealed_and_of_the_size_told() -> None:
    shop = workshop(1000)
    sizes = []
    for number in range(200):
        run = shop.run(number)
        assert SealedRun.model_validate(run).document() == run
        sizes.append(len(canonical(run)))
    assert 1_500 <= min(sizes) <= sum(sizes) / len(sizes) <= 3_000


def test_a_made_store_rotates_as_the_limits_tell(tmp_path: Path) -> None:
    make_store(tmp_path / "store", 300, limits=Limits(runs=200))
    assert sorted(path.name for path in (tmp_path / "store" / "ledger").iterdir()) == ["000001.jsonl", "000002.jsonl"]
    assert audit(tmp_path / "store").ok


def test_every_writing_and_looking_is_measured(shelf: Shelf) -> None:
    measured = [
        *writing.one_by_one(shelf, RUNS, SMOKE),
        *writing.threads(shelf, RUNS, SMOKE),
        *writing.importing(shelf, RUNS, SMOKE),
        *reading.looking(shelf, RUNS, SMOKE),
        *reading.listing_files(shelf, RUNS, SMOKE),
    ]
    assert [row.name for row in measured if isinstance(row, Skipped)] == []
    assert all(row.ours.least > 0 for row in measured if isinstance(row, Figure))
    assert {name for row in measured if isinstance(row, Figure) for name in row.rivals} >= {"SQLite", "TinyDB"}


def test_facets_and_words_find_the_same_in_the_console_and_in_sqlite(shelf: Shelf) -> None:
    database = sqlite.Sqlite(shelf.rival("sqlite", RUNS))
    with open_store(shelf.store(RUNS), read_only=True) as store:
        for seed in range(40):
            wanted = {facet: values for facet, values in reading.chosen(seed).items() if facet != "review"}
            if wanted:
                assert product.filtered(store, wanted, 5) == database.filtered(wanted, 5)[1], f"seed {seed}"
            ours, theirs = product.counts(store, wanted), database.counts(wanted)
            del ours["review"], theirs["review"]  # SQLite was filled without the reviews
            assert ours == theirs, f"seed {seed}"
        for word in ("rosewood", "t104"):
            assert product.text(store, word, 5) == database.text(word, 5)[1]
        assert product.everything(store) == RUNS
    database.close()


def test_turns_are_taken_and_slow_ones_less_often() -> None:
    taken: list[str] = []
    turns = {"a": Turn(lambda n: taken.append(f"a{n}")), "b": Turn(lambda n: taken.append(f"b{n}"), 2)}
    samples = take_turns(3, turns, warm=1)
    assert taken == ["a-1", "b-1", "a0", "b0", "a1", "a2", "b2"]
    assert (len(samples["a"].values), len(samples["b"].values)) == (3, 2)


def test_a_figure_tells_how_much_it_misses_by() -> None:
    figure = Figure(
        "create", "10", Samples((3.0, 4.0, 5.0)), bar=1.6, against="SQLite", rivals={"SQLite": Samples((1.0,))}
    )
    assert figure.ratio == 4.0
    assert figure.missed_by == 2.5
    assert figure.verdict == "missed: 2.5 times"
    rate = Figure("import", "10", Samples((2_000.0,)), "/s", bar=4_000)
    assert rate.missed_by == 2.0
    assert Figure("open", "10", Samples((3.0,)), bar=15).verdict == "met"
    assert Figure("frame", "10", Samples((3.0, 20.0)), bar=15, judged="most").missed_by == pytest.approx(20 / 15)


def test_tables_hold_every_row_and_what_was_not_measured() -> None:
    rows: list[Row] = [Figure("create", "10", Samples((3.0,)), bar=5), Skipped("MLflow", "it does not install")]
    assert "MET" in as_text(rows)
    assert "it does not install" in as_text(rows)
    lines = as_markdown(rows).splitlines()
    assert len(lines) == 4
    assert {line.count("|") for line in lines} == {7}


def test_a_table_replaces_the_one_between_the_marks_of_a_page_and_nothing_else() -> None:
    page = f"# Title\n\n{BEGIN}\nold\n{END}\n\nrest\n"
    assert put_into(page, "new") == page.replace("old", "new")
    assert put_into(put_into(page, "new"), "old") == page
    assert put_into("old", "new") == "new\n"


def test_growth_compares_the_largest_with_the_smallest() -> None:
    rows = [Figure("durable create", f"{size:,}", Samples((cost,))) for size, cost in ((1_000, 2.0), (100_000, 5.0))]
    (found,) = growth(rows)
    assert isinstance(found, Figure)
    assert found.measured == 2.5
    assert found.verdict.startswith("missed")


def test_one_broken_part_does_not_cost_the_others() -> None:
    def broken() -> Iterator[Row]:
        yield from (Skipped(path.name, "") for path in Path("/nowhere").iterdir())

    def good() -> Iterator[Row]:
        yield Figure("create", "10", Samples((3.0,)), bar=5)

    rows = list(benchmarks.measure(iter([("bad", broken), ("good", good)]), []))
    assert [type(row) for row in rows] == [Skipped, Figure]
    assert "FileNotFoundError" in as_text(rows)


def test_the_command_prints_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "table.md"
    benchmarks.main(["--sizes", "60", "--smoke", "--only", "diff of programs", "--markdown", str(table)])
    told = capsys.readouterr()
    assert "diff of two G-code files" in told.out
    assert f"Python {sys.version.split()[0]}" in table.read_text(encoding="utf-8")
    assert json.dumps(told.err).count("diff of programs") == 1
