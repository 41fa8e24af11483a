"""The suite itself is tested: each scenario passes on the product as it is, and notices every sabotage it claims to."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import matrix, scenario_power_model, scenarios
from tests.faults.matrix import BEGIN, END, README, SOUND, Row, measure, rewrite, rows, table
from tests.faults.sabotage import NAMES
from tests.faults.scenarios import SCENARIOS, Scenario

QUICK = [scenario for scenario in SCENARIOS if scenario.is_quick]
RUNS = 3
FOLDER = Path(__file__).parent
_CLAIM = re.compile(r"^CATCHES\b.*= \([^)]", re.MULTILINE)


@pytest.fixture(autouse=True)
def quiet(expected_logs: Callable[..., object]) -> None:
    """Broken stores complain; what they say is not what is tested here."""
    expected_logs(".", always=False)


def new_seed() -> int:
    return random.randrange(1 << 32)  # noqa: S311  places to cut, nothing secret


PAIRS = [
    pytest.param(scenario, sabotage, id=f"{scenario.name}-{sabotage}".replace(" ", "_"))
    for scenario in QUICK
    for sabotage in scenario.catches
]


def name(scenario: Scenario) -> str:
    return scenario.name.replace(" ", "_")


@pytest.mark.parametrize("scenario", QUICK, ids=name)
def test_the_product_passes(scenario: Scenario, tmp_path: Path) -> None:
    seed = new_seed()
    violations = scenario.run(tmp_path, seed, None)
    assert not violations, "\n".join([f"seed {seed}:", *violations[:10]])


@pytest.mark.parametrize(("scenario", "sabotage"), PAIRS)
def test_a_broken_store_does_not_pass(scenario: Scenario, sabotage: str, tmp_path: Path) -> None:
    seed = new_seed()
    assert scenario.run(tmp_path, seed, sabotage), f"seed {seed}: {scenario.name} did not notice {sabotage}"


def test_without_folder_syncs_blobs_and_segments_are_lost(tmp_path: Path) -> None:
    violations = scenario_power_model.scenario(tmp_path, 0, "no_directory_fsync")
    assert any("The store has no blob" in violation for violation in violations)
    assert any("acknowledged, but lost" in violation for violation in violations)


def test_every_sabotage_is_claimed_and_every_claim_is_a_sabotage() -> None:
    assert {sabotage for scenario in QUICK for sabotage in scenario.catches} == set(NAMES)
    assert {sabotage for scenario in SCENARIOS for sabotage in scenario.catches} == set(NAMES)


def test_every_scenario_that_claims_to_catch_something_is_in_the_table() -> None:
    files = FOLDER.glob("scenario_*.py")
    claiming = {path.stem for path in files if _CLAIM.search(path.read_text())}
    known = {module.__name__.rpartition(".")[2] for module in vars(scenarios).values() if hasattr(module, "CATCHES")}
    assert claiming <= known


def test_the_table_in_the_readme_speaks_of_this_suite() -> None:
    told = rows(README.read_text(encoding="utf-8"))
    claimed = {(sabotage, scenario.name) for scenario in SCENARIOS for sabotage in (SOUND, *scenario.catches)}
    assert {(row.sabotage, row.scenario) for row in told} == claimed
    for row in told:
        caught, runs = row.noticed.removesuffix(" runs").split(" of ")
        assert int(runs) > 0, row
        assert caught == ("0" if row.sabotage == SOUND else runs), row


def test_rows_of_scenarios_that_were_not_run_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "README.md"
    one, other, new = (
        Row("no_lock", name, noticed, "2.0")
        for name, noticed in (("one line", "1 of 1 runs"), ("kills", "2 of 2 runs"), ("one line", "0 of 7 runs"))
    )
    file.write_text(f"before\n{BEGIN}{table([one, other])}{END}behind\n", encoding="utf-8")
    monkeypatch.setattr(matrix, "README", file)
    rewrite([new])
    text = file.read_text(encoding="utf-8")
    assert rows(text) == [new, other]
    assert text.startswith("before\n")
    assert text.endswith("behind\n")


@pytest.mark.faults_full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=name)
def test_the_whole_table(scenario: Scenario, tally: Callable[[str], None]) -> None:
    reason = scenario.missing()
    if reason is not None:
        pytest.skip(reason)
    seed = new_seed()
    cells = [measure(scenario, sabotage, RUNS, seed) for sabotage in (None, *scenario.catches)]
    for cell in cells:
        tally(cell.words())
    assert all(cell.is_right for cell in cells), f"seed {seed}: " + "; ".join(
        cell.words() for cell in cells if not cell.is_right
    )
