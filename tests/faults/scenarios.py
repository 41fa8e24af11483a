"""The scenarios that are also run on stores broken on purpose, each with what it claims to notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.faults import (
    failing_medium,
    loop_device,
    power_cuts,
    power_relay,
    scenario_claims,
    scenario_failed_fsync,
    scenario_history,
    scenario_ids,
    scenario_kills,
    scenario_limits,
    scenario_one_line,
    scenario_power_model,
    scenario_prefixes,
    scenario_quarantine,
    scenario_rotation,
    scenario_stray_close,
    scenario_syscalls,
    scenario_torn_tail,
    scenario_vandal,
)

Run = Callable[[Path, int, str | None], list[str]]


class Scenario(NamedTuple):
    """What is done to a store. ``run(folder, seed, sabotage)`` returns violations, ``missing`` why it cannot be run.

    The quick ones are in every test run.
    """

    name: str
    catches: tuple[str, ...]
    run: Run
    is_quick: bool = False
    missing: Callable[[], str | None] = lambda: None


def _history(folder: Path, seed: int, sabotage: str | None) -> list[str]:
    shape = scenario_history.Shape(processes=4, operations=600, runs=40)
    return scenario_history.scenario(folder, seed, sabotage, shape)


def _ids(folder: Path, seed: int, sabotage: str | None) -> list[str]:
    return scenario_ids.scenario(folder, seed, sabotage, processes=3, races=150)


def _prefixes(folder: Path, seed: int, sabotage: str | None) -> list[str]:
    return scenario_prefixes.scenario(folder, seed, sabotage, operations=300)


def _vandal(folder: Path, _seed: int, sabotage: str | None) -> list[str]:
    return scenario_vandal.run(folder, sabotage)


def _kills(folder: Path, seed: int, sabotage: str | None) -> list[str]:
    return scenario_kills.run(folder, sabotage, kills=600, seed=seed)


def _limits(folder: Path, _seed: int, sabotage: str | None) -> list[str]:
    return scenario_limits.run(folder / "limits", sabotage, most=1)


def _order(folder: Path, _seed: int, sabotage: str | None) -> list[str]:
    return scenario_syscalls.order(folder / "order", sabotage)


def _failing_syncs(folder: Path, _seed: int, sabotage: str | None) -> list[str]:
    syncs = scenario_syscalls.ledger_syncs(folder / "count", 3)
    return scenario_syscalls.fail(folder / "fail", syncs, sabotage)


def _power_cuts(_folder: Path, seed: int, sabotage: str | None, *, kind: str) -> list[str]:
    return power_cuts.power_cuts(kind, 400 if sabotage else 2 * len(power_cuts.ROUNDS), seed, sabotage)[0]


def _power_cuts_at_calls(_folder: Path, _seed: int, sabotage: str | None, *, kind: str) -> list[str]:
    return power_relay.cut_at_each_step(kind, 4, sabotage)[0]


def _power_cuts_behind_dead(_folder: Path, _seed: int, sabotage: str | None, *, kind: str) -> list[str]:
    return power_relay.cut_behind_the_dead(kind, 8, sabotage)[0]


def _failing_medium(_folder: Path, _seed: int, sabotage: str | None, *, kind: str) -> list[str]:
    return failing_medium.failed_sync(kind, sabotage)


def _on_media() -> Iterator[Scenario]:
    """Yield what needs root and loop devices."""
    for kind in loop_device.FILE_SYSTEMS:
        missing = partial(loop_device.missing, kind)
        # Chance finds the same gap seldom on xfs; cuts behind dead writers find it each time.
        chance = tuple(each for each in power_cuts.CATCHES if (kind, each) != ("xfs", "catalog_ahead"))
        runs: tuple[tuple[str, tuple[str, ...], Callable[..., list[str]]], ...] = (
            ("power cuts", chance, _power_cuts),
            ("power cuts at system calls", power_relay.CUTS_CATCH, _power_cuts_at_calls),
            ("power cuts behind dead writers", ("no_fsync", "catalog_ahead"), _power_cuts_behind_dead),
            ("failing medium", failing_medium.CATCHES, _failing_medium),
        )
        for name, catches, run in runs:
            yield Scenario(f"{name}, {kind}", catches, partial(run, kind=kind), missing=missing)


SCENARIOS = (
    Scenario("modelled power cuts", scenario_power_model.CATCHES, scenario_power_model.scenario, is_quick=True),
    Scenario("failed fsync", scenario_failed_fsync.CATCHES, scenario_failed_fsync.scenario, is_quick=True),
    Scenario("failed quarantine copy", scenario_quarantine.CATCHES, scenario_quarantine.scenario, is_quick=True),
    Scenario("torn tail", scenario_torn_tail.CATCHES, scenario_torn_tail.scenario, is_quick=True),
    Scenario("stray close", scenario_stray_close.CATCHES, scenario_stray_close.scenario, is_quick=True),
    Scenario("racing claims", scenario_claims.CATCHES, scenario_claims.scenario, is_quick=True),
    Scenario("one line", scenario_one_line.CATCHES, scenario_one_line.scenario, is_quick=True),
    Scenario("rotation", scenario_rotation.CATCHES, scenario_rotation.scenario, is_quick=True),
    Scenario("prefixes", scenario_prefixes.CATCHES, _prefixes),
    Scenario("racing ids", scenario_ids.CATCHES, _ids),
    Scenario("lock vandal", scenario_vandal.CATCHES, _vandal),
    Scenario("histories", scenario_history.CATCHES, _history),
    Scenario("kills", scenario_kills.CATCHES, _kills),
    Scenario("order of calls", scenario_syscalls.ORDER_CATCHES, _order, missing=scenario_syscalls.missing),
    Scenario("failing syncs", scenario_syscalls.FAULT_CATCHES, _failing_syncs, missing=scenario_syscalls.missing),
    Scenario("limits", scenario_limits.CATCHES, _limits),
    *_on_media(),
)
