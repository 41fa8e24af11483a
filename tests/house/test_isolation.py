"""The suite's own nets: a home of its own for each test, and no log record that nobody announced."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from rmos_console.core import log
from tests.conftest import HOME_FOLDERS, LogWatch


def _record(watch: LogWatch, name: str, level: int, message: str) -> None:
    watch.make_record(name, level, "file.py", 1, message, (), None)


@pytest.mark.parametrize("name", ["rmos_console", "rmos_console.core.store"])
@pytest.mark.parametrize("level", [logging.WARNING, logging.ERROR])
def test_a_record_nobody_announced_is_a_problem(name: str, level: int) -> None:
    watch = LogWatch()
    _record(watch, name, level, "torn tail")
    assert watch.problems() == [f"unexpected log record: {logging.getLevelName(level)} {name}: torn tail"]


@pytest.mark.parametrize(("name", "level"), [("rmos_console", logging.INFO), ("asyncio", logging.ERROR)])
def test_quiet_and_foreign_records_are_none_of_its_business(name: str, level: int) -> None:
    watch = LogWatch()
    _record(watch, name, level, "torn tail")
    assert watch.problems() == []


def test_an_announced_record_is_welcome(expected_logs: Callable[..., list[object]]) -> None:
    seen = expected_logs("swallowed where=here error=ValueError")
    expected_logs("never", always=False)
    log.swallowed("here", ValueError("torn"))
    assert len(seen) == 1


def test_an_announced_record_that_never_came_is_a_problem() -> None:
    watch = LogWatch()
    watch.expected.append(re.compile("torn"))
    assert watch.problems() == ["expected log record never came: torn"]


def test_each_test_lives_in_a_home_of_its_own() -> None:
    for variable in HOME_FOLDERS:
        folder = Path(os.environ[variable])
        assert "pytest-of-" in str(folder)
        assert list(folder.iterdir()) == []
    assert not [name for name in os.environ if name.startswith("RMOS_")]
