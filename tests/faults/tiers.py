"""The three tiers of the fault suite: their options, their counts, and what each says at the end of a test run."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import pytest

TIERS = {
    "a": "no privileges",
    "b": "user namespace",
    "c": "root and loop devices",
}
FOLDER = Path(__file__).parent


class Counts(NamedTuple):
    """How often the long suite repeats what it does; the quick suite has small numbers of its own."""

    kills: int
    power_cuts: int
    operations: int


USUAL = Counts(kills=2_000, power_cuts=40, operations=20_000)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("faults", "the long fault suite")
    group.addoption("--kills", type=int, default=USUAL.kills, help="processes killed with SIGKILL")
    group.addoption("--power-cuts", type=int, default=USUAL.power_cuts, help="power cuts per file system")
    group.addoption("--operations", type=int, default=USUAL.operations, help="operations whose history is checked")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "tier(letter): what a fault test needs; a (nothing) unless said otherwise")
    config.pluginmanager.register(Tally(), "tiers")


def counts(config: pytest.Config) -> Counts:
    """Return the counts asked for on the command line."""
    return Counts(*(config.getoption(name) for name in Counts._fields))


class Tally:
    """Collects the outcome of each fault test, also from the workers of a parallel run."""

    def __init__(self) -> None:
        self._ran: defaultdict[str, int] = defaultdict(int)
        self._failed: defaultdict[str, int] = defaultdict(int)
        self._said: defaultdict[str, list[str]] = defaultdict(list)
        self._skipped: defaultdict[str, list[str]] = defaultdict(list)

    @pytest.hookimpl
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Write on each fault test which tier it belongs to: reports carry properties, but no marks."""
        for item in items:
            if FOLDER in item.path.parents:
                mark = item.get_closest_marker("tier")
                item.user_properties.append(("tier", mark.args[0] if mark else "a"))

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        properties = report.user_properties
        tier = next((str(value) for name, value in properties if name == "tier"), None)
        if tier is None:
            return
        name = report.nodeid.removeprefix("tests/faults/")
        if report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            self._skipped[tier].append(f"{name}: {reason.removeprefix('Skipped: ')}")
        elif report.failed:
            self._failed[tier] += 1
        if report.when == "call" and not report.skipped:
            self._ran[tier] += 1
            self._said[tier] += [f"{name}: {value}" for told, value in properties if told == "tally"]

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self._ran and not self._skipped:
            return
        terminalreporter.section("faults")
        for tier, needs in TIERS.items():
            failed = f", {self._failed[tier]} failed" if self._failed[tier] else ""
            skipped = self._skipped[tier]
            terminalreporter.line(f"tier {tier} ({needs}): {self._ran[tier]} ran{failed}, {len(skipped)} skipped")
            for line in self._said[tier]:
                terminalreporter.line(f"    {line}")
            for line in skipped:
                terminalreporter.line(f"    skipped: {line}")
