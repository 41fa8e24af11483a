"""Links, pipes, sockets and devices in a store are never followed, opened or waited for, whatever is done with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core.store import Limits
from tests.faults import other_user
from tests.faults.planted_worker import KEPT
from tests.store.making import new_store, seal

CHECKOUT = Path(__file__).resolve().parents[2]
KINDS = [
    *("symlink", "dangling symlink", "pipe", "hard link"),
    *(pytest.param(kind, marks=pytest.mark.faults_full) for kind in ("symlink to a folder", "socket", "device")),
]
FORBIDDING = ("store.json", "lock", "state", "ledger", "blobs", "catalog", "quarantine")
"""In their place nothing may be written at all; the same holds for every segment."""
UNREADABLE = ("store.json", "state", "ledger")
"""Without these nothing can be read; the message says what to do."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a store of two segments, a blob and something in quarantine, and something to import."""
    folder = tmp_path_factory.mktemp("planted")
    (folder / "foreign").mkdir()
    record = {"run_id": "a", "job_name": "b", "created_at": "2026-01-01T00:00:00Z"}
    (folder / "foreign/log.jsonl").write_text(json.dumps(record) + "\n")
    with new_store(folder / "template", 1, limits=Limits(runs=2)) as store:
        store.put_blob(KEPT)
        with (folder / "template/ledger/000001.jsonl").open("ab") as ledger:
            ledger.write(b"torn")
        seal(store, 2, 3)
    return folder


def told(folder: Path, kind: str) -> Iterator[dict[str, Any]]:
    """Yield what came of each use with something of that kind planted in each place."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.planted_worker", str(folder), kind],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    for line in done.stdout.splitlines():
        yield json.loads(line)
    assert done.returncode == 0, f"{kind}: ended by {done.returncode} (-14: something blocked) {done.stderr[-2000:]}"


def violations(each: dict[str, Any], folder: Path) -> Iterator[str]:
    """Yield what is wrong with what came of one use."""
    spot, use, error = each["spot"], each["use"], each["error"]
    top = spot.partition("/")[0]
    is_segment = spot.startswith("ledger/0")
    if each["touched"]:
        yield f"touched outside: {each['touched']}"
    if each["changed"]:
        yield "changed what lies outside"
    if error is not None and error.split(":")[0] not in {"StoreError", "DamagedError"}:
        yield f"failed by {error}"
    if error is not None and top not in error:
        yield f"does not name it: {error}"
    if error is not None and not error.startswith("Damaged") and f"{folder}/store/{top}" not in error:
        yield f"does not name the file: {error}"
    if use in {"commit", "import"} and error is None and (spot in FORBIDDING or is_segment):
        yield "written all the same"
    if use == "same blob" and error is None and top == "blobs" and not spot.endswith(".tmp-0"):
        yield "a blob was kept in it"
    if use == "read" and error is not None and spot not in UNREADABLE and not is_segment and top != "blobs":
        yield f"cannot be read any more: {error}"
    if use == "audit" and error is None and not any(f"violation {spot} " in finding for finding in each["said"]):
        yield f"the audit does not name it: {each['said']}"
    if use == "open" and error is None and spot in FORBIDDING and spot not in str(each["said"]):
        yield "opened without a word"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_planted_in_a_store_is_never_followed(template: Path, kind: str, tally: Callable[[str], None]) -> None:
    if kind == "device" and not other_user.is_root():
        pytest.skip("only root can make devices")
    found = list(told(template, kind))
    assert {each["use"] for each in found} >= {"read", "open", "audit", "export", "commit", "blob", "import"}
    wrong = [
        f"{each['spot']}, {each['use']}: {violation}" for each in found for violation in violations(each, template)
    ]
    assert wrong == []
    tally(f"{kind}: {len({each['spot'] for each in found})} places, {len(found)} uses")


def test_the_watch_sees_what_is_followed(tmp_path: Path) -> None:
    """The control: a program that follows links is seen by the same means."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "outside/secret")
    code = (
        "import sys; from pathlib import Path; from tests.faults.planted_worker import Touched\n"
        "folder = Path(sys.argv[1]); touched = Touched(folder / 'outside'); sys.addaudithook(touched)\n"
        "touched.during(lambda: (folder / 'link').read_bytes()); assert touched.found, 'nothing seen'"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=CHECKOUT, check=True, timeout=60, env=os.environ)
