"""A writer whose clock jumps, forward and backward, before and within its commits.

Called as ``python -m tests.faults.clock_worker STORE CLOCK SABOTAGE`` with libfaketime, which reads the file CLOCK anew
for each look at the time. Prints a JSON list of what was acknowledged.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rmos_console.core.explain.engine import EngineInput, Explanation
from rmos_console.core.explain.offline import OfflineEngine
from rmos_console.core.records.actor import Actor, Caller
from rmos_console.core.records.events import Event
from rmos_console.core.store import Limits, open_store
from rmos_console.core.usecases.explain import explain
from rmos_console.core.usecases.intake import create, patch_meta
from tests.store.making import deciding, run_id, sealed

JUMPS = ("+0", "+10y", "+0", "-20y", "+1d", "-1h", "+150y", "+0", "-3s", "+2s")
CALLER = Caller(by=Actor(kind="service", id="faults"), request_id=None)

Jump = Callable[[str], None]


def main(arguments: Sequence[str]) -> None:
    """Commit at each of the times, all kinds of things."""
    store_path, clock, sabotage = arguments
    if sabotage:
        from tests.faults.sabotage import apply  # noqa: PLC0415  only where the product is to be broken

        apply(sabotage)

    def jump(offset: str) -> None:
        new = Path(f"{clock}.new")
        new.write_text(f"{offset}\n")
        new.replace(clock)

    done: list[str] = []
    years: set[int] = set()
    for number, offset in enumerate(JUMPS, start=10):
        jump(offset)
        years.add(time.gmtime(time.time()).tm_year)
        with open_store(Path(store_path), limits=Limits(runs=4), wait_seconds=5) as store:
            store.commit(deciding(_sealing_while_it_jumps(number, jump), tx=f"tx_{number}"))
            done += [f"tx:tx_{number}", f"run:{run_id(number)}"]
            made = create(store, {"mode": "saw", "tool_id": "T1", "status": "OK"}, CALLER).value
            jump(offset)
            patch_meta(store, made.run_id, {"at": offset}, [], CALLER)
            explained = explain(store, made.run_id, caller=CALLER, engine=_Slow(jump)).value
            done += [f"run:{made.run_id}", f"adv:{explained.advisory_inputs[-1].advisory_id}"]
    print(json.dumps({"acknowledged": done, "years": sorted(years)}))  # noqa: T201  read by the scenario


def _sealing_while_it_jumps(number: int, jump: Jump) -> Callable[[object], Sequence[Event]]:
    """Seal a run; while the lock is held, the clock goes thirty years forth and then back."""

    def decide(_view: object) -> Sequence[Event]:
        jump("+30y")
        made = [sealed(number)]
        jump("-30y")
        return made

    return decide


class _Slow(OfflineEngine):
    """An engine during whose work the years pass."""

    def __init__(self, jump: Jump) -> None:
        super().__init__()
        self._jump = jump

    def explain(self, source: EngineInput) -> Explanation:
        self._jump("+5y")
        return super().explain(source)


if __name__ == "__main__":
    main(sys.argv[1:])
