"""A writer that notices another writer beside it: python -m tests.faults.vandal_worker STORE NUMBER COUNT SABOTAGE."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rmos_console.core.records.events import Event
from rmos_console.core.store import View, open_store
from tests.faults.sabotage import apply
from tests.store.making import deciding, sealed

INSIDE_SECONDS = 0.001


def main() -> int:
    """Commit, and end with 3 if somebody else was inside the locked section meanwhile."""
    path, number, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    if sys.argv[4]:
        apply(sys.argv[4])
    inside = path.parent / "inside"
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()

    def decide(run: int) -> Sequence[Event]:
        os.close(os.open(inside, os.O_CREAT | os.O_EXCL))
        time.sleep(INSIDE_SECONDS)  # long enough for a second writer to come in, if anything lets it
        inside.unlink()
        return [sealed(run)]

    with open_store(path, wait_seconds=60) as store:
        for each in range(count):
            run = number * 10_000 + each

            def judged(_view: View, run: int = run) -> Sequence[Event]:
                return decide(run)

            try:
                store.commit(deciding(judged))
            except FileExistsError:
                sys.stderr.write("two writers at once\n")
                return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
