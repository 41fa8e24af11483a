"""Structured logs: start, then success or error, with facts and without payloads."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rmos_console.core import log
from rmos_console.core.errors import NotFoundError


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Path]:
    file = tmp_path / "console.log"
    log.configure("INFO", file)
    yield file
    log.configure("WARNING")  # closes the file


def read(file: Path) -> list[dict[str, object]]:
    for handler in log.logger.handlers:
        handler.flush()
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_a_use_case_logs_start_and_success(lines: Path) -> None:
    with log.use_case("create", request_id="req-1") as facts:
        facts["run_id"] = "run_0123456789ab"
    start, end = read(lines)
    assert (start["message"], start["use_case"], start["request_id"]) == ("start", "create", "req-1")
    assert (end["message"], end["run_id"]) == ("success", "run_0123456789ab")
    assert isinstance(end["elapsed_ms"], float)
    assert stat.S_IMODE(lines.stat().st_mode) == 0o600


def test_an_expected_error_is_logged_without_a_traceback(lines: Path) -> None:
    with pytest.raises(NotFoundError), log.use_case("show", run_id="run_x"):
        raise NotFoundError("There is no run run_x; `list` shows the runs.")
    end = read(lines)[-1]
    assert (end["message"], end["code"], end["levelname"]) == ("error", "not_found", "INFO")
    assert "exc_info" not in end


def test_what_is_swallowed_is_logged_with_its_context(lines: Path, expected_logs: Callable[[str], object]) -> None:
    expected_logs("swallowed")
    log.swallowed("catalog", ValueError("torn"), segment=3)
    record = read(lines)[-1]
    assert (record["where"], record["error"], record["reason"], record["segment"]) == (
        "catalog",
        "ValueError",
        "torn",
        3,
    )


def test_what_nobody_expected_is_logged_with_its_kind(lines: Path, expected_logs: Callable[[str], object]) -> None:
    expected_logs("unexpected")
    with pytest.raises(ZeroDivisionError), log.use_case("show"):
        raise ZeroDivisionError
    end = read(lines)[-1]
    assert (end["message"], end["code"], end["error"]) == ("error", "unexpected", "ZeroDivisionError")


def test_without_a_file_lines_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info")
    with log.use_case("list"):
        pass
    out, err = capsys.readouterr()
    assert out == ""
    assert [json.loads(line)["message"] for line in err.splitlines()] == ["start", "success"]
