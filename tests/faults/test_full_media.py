"""Full and read-only media, in a user namespace: a clear word, nothing lost, and the next commit works with room."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.full_media import CASES, CATCHES
from tests.faults.workers import CHECKOUT

pytestmark = pytest.mark.tier("b")

NAMESPACE = ("unshare", "-Urm")


@functools.cache
def missing() -> str | None:
    """Return why there is no user namespace with mounts of its own here, or None."""
    if shutil.which(NAMESPACE[0]) is None:
        return "needs unshare"
    tried = subprocess.run(
        [*NAMESPACE, "mount", "-t", "tmpfs", "rmos-faults", "/mnt"], capture_output=True, text=True, check=False
    )
    return f"no user namespace with mounts: {tried.stderr.strip()}" if tried.returncode else None


def gone_through(folder: Path, *arguments: str) -> dict[str, list[str]]:
    """Go through all cases in a namespace of their own; return the violations of each."""
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    command = [*NAMESPACE, sys.executable, "-m", "tests.faults.full_media", str(folder), *arguments]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def test_without_room_nothing_is_lost_and_with_room_all_goes_on(tmp_path: Path) -> None:
    assert gone_through(tmp_path) == {name: [] for name in CASES}


@pytest.mark.parametrize("sabotage", CATCHES)
@pytest.mark.faults_full
def test_full_media_show_what_is_broken(tmp_path: Path, sabotage: str) -> None:
    violations = gone_through(tmp_path, sabotage)
    assert any(violations.values()), f"nothing was noticed with {sabotage}"
