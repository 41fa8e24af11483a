"""Explaining in several processes: killed at any moment, and twice at once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rmos_console.core.records.actor import Caller
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.store import Store, open_store
from rmos_console.core.usecases import audit, browse, explain
from tests.house.tracked import CHECKOUT
from tests.unit.usecases.conftest import RED

Make = Callable[..., RunArtifact]

KILLED = """
import sys, threading
from pathlib import Path
from rmos_console.core.explain.offline import OfflineEngine
from rmos_console.core.store import Store, open_store
from rmos_console.core.usecases import explain
from tests.unit.usecases.conftest import CALLER

where, path, run = sys.argv[1], Path(sys.argv[2]), sys.argv[3]

def stop():
    print("here", flush=True)
    threading.Event().wait(60)

class Stopping(OfflineEngine):
    def explain(self, source):
        if where == "before":
            stop()
        return super().explain(source)

commit = Store.commit
def counted(store, draft):
    counted.calls += 1
    if where == "opened" and counted.calls == 2 or where == "unopened" and counted.calls == 1:
        stop()
    done = commit(store, draft)
    if where == "pending" and counted.calls == 1 or where == "ready" and counted.calls == 2:
        stop()
    return done
counted.calls = 0
Store.commit = counted
with open_store(path) as store:
    explain.explain(store, run, caller=CALLER, engine=Stopping(), seconds=0.5)
"""
"""Explains a run and stands still at one moment of it, until it is killed."""

BULK = """
import sys
from pathlib import Path
from rmos_console.core.store import open_store
from rmos_console.core.usecases import explain
from tests.unit.usecases.conftest import CALLER
print("ready", flush=True)
sys.stdin.readline()
with open_store(Path(sys.argv[1])) as store:
    print(explain.explain_missing(store, caller=CALLER).value.model_dump_json(), flush=True)
"""


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def until_overdue(store: Store, run_id: str, caller: Caller) -> RunArtifact:
    """Sweep until the attempt has run past its deadline; it is at most half a second away."""
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        explain.sweep(store, caller)
        shown = browse.show(store, run_id)
        if shown.explanation_status != "PENDING":
            return shown
    raise AssertionError("the attempt stayed PENDING for good")


@pytest.mark.parametrize("moment", ["unopened", "pending", "before", "opened", "ready"])
def test_killed_at_any_moment_no_run_stays_pending(
    store_path: Path, store: Store, make_run: Make, caller: Caller, moment: str
) -> None:
    run = make_run(RED)
    with start(KILLED, moment, str(store_path), run.run_id) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        process.send_signal(signal.SIGKILL)
    store.refresh()
    before = browse.show(store, run.run_id).explanation_status
    assert before == {"unopened": "NONE", "ready": "READY"}.get(moment, "PENDING")
    after = until_overdue(store, run.run_id, caller)
    assert after.explanation_status == {"unopened": "NONE", "ready": "READY"}.get(moment, "ERROR")
    assert explain.explain(store, run.run_id, caller=caller).value.explanation_status == "READY"
    assert len(browse.show(store, run.run_id).advisory_inputs) == 1


def test_all_missing_twice_at_once_explains_each_run_once(store_path: Path, make_run: Make, caller: Caller) -> None:
    runs = [make_run(RED if number % 3 else None).run_id for number in range(40)]
    processes = [start(BULK, str(store_path)) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = [json.loads(process.communicate(timeout=120)[0]) for process in processes]
    assert sum(each["explained"] for each in said) == len(runs), said
    assert sum(each["failed"] for each in said) == 0, said
    with open_store(store_path) as opened:
        for run_id in runs:
            shown = browse.show(opened, run_id)
            assert (shown.explanation_status, len(shown.advisory_inputs)) == ("READY", 1)
        assert explain.explain_missing(opened, caller=caller).value.explained == 0
    assert audit.audit(store_path).ok
