"""The suite itself is tested: each scenario passes on the product as it is, and notices every sabotage it claims to."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import scenario_power_model, scenarios
from tests.faults.matrix import README, SOUND, measure, rows
from tests.faults.sabotage import NAMES
from tests.faults.scenarios import SCENARIOS, Scenario

QUICK = [scenario for scenario in SCENARIOS if scenario.is_quick]
RUNS = 3
FOLDER = Path(__file__).parent


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


def test_every_module_that_claims_to_catch_something_is_in_the_table() -> None:
    claiming = {path.stem for path in FOLDER.glob("*.py") if re.search("^CATCHES =", path.read_text(), re.MULTILINE)}
    known = (module.__name__ for module in vars(scenarios).values() if hasattr(module, "CATCHES"))
    assert claiming == {name.rpartition(".")[2] for name in known}


def test_the_table_in_the_readme_speaks_of_this_suite() -> None:
    told = list(rows(README.read_text(encoding="utf-8")))
    claimed = {(sabotage, scenario.name) for scenario in SCENARIOS for sabotage in (SOUND, *scenario.catches)}
    assert {(sabotage, scenario) for sabotage, scenario, _ in told} == claimed
    for sabotage, scenario, noticed in told:
        caught, runs = noticed.removesuffix(" runs").split(" of ")
        assert int(runs) > 0, scenario
        assert caught == ("0" if sabotage == SOUND else runs), f"{scenario} x {sabotage}: {noticed}"


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
