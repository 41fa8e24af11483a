"""A clock that jumps is mentioned, and harms nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.scenario_clocks import library, run


def test_a_clock_that_jumps_forward_and_backward_during_use(tmp_path: Path) -> None:
    if library() is None:
        pytest.skip("libfaketime is not installed (Debian: apt-get install faketime)")
    assert run(tmp_path) == []
