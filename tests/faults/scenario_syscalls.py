"""A fixed piece of work, with each of its system calls failing once, and with all of them in the right order."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.faults.trace_log import calls, disorder

CHECKOUT = Path(__file__).resolve().parents[2]
ORDER_CATCHES = ("no_fsync", "rename_without_fsync", "no_directory_fsync", "catalog_ahead", "quarantine_cut_early")
FAULT_CATCHES = ("fsync_retried", "failed_fsync_forgotten", "no_tail_repair")
CATCHES = (*ORDER_CATCHES, *FAULT_CATCHES)
SERVERS = 2

KILL, IO, FULL, BREAK, NONE = "signal=SIGKILL", "error=EIO", "error=ENOSPC", "error=EINTR", "retval=0"
FAULTS = {
    "write": (KILL, IO, FULL, BREAK, NONE),
    "pwrite64": (KILL, IO, FULL, BREAK),
    "fsync": (KILL, IO, FULL, BREAK),
    "rename": (KILL, IO, FULL),
    "unlink": (KILL, IO),
    "openat": (KILL, IO, FULL, BREAK),
    "ftruncate": (KILL, IO, BREAK),
    "mkdir": (KILL, IO, FULL),
    "fchmod": (KILL, IO),
    "flock": (KILL, IO, BREAK),
    "pread64": (IO, BREAK),
    "read": (IO, BREAK),
}
"""What happens to each call. A write that takes nothing (``retval=0``) is the short one; half of the bytes are taken in
the scenario of resource limits, where the system itself does so."""


class Fault(NamedTuple):
    """One call that fails: which, how, and at which occurrence in the process."""

    call: str
    what: str
    when: int


def missing() -> str | None:
    """Return why nothing can be traced here, or None."""
    if shutil.which("strace") is None:
        return "strace is not installed (Debian: apt-get install strace)"
    try:
        done = subprocess.run(["strace", "-e", "trace=none", "true"], capture_output=True, check=False, timeout=20)
    except subprocess.TimeoutExpired:
        return "strace does not answer"
    scope = Path("/proc/sys/kernel/yama/ptrace_scope")
    attached = not scope.exists() or int(scope.read_text()) < 2 or os.geteuid() == 0
    return None if done.returncode == 0 and attached else "processes cannot be traced here (ptrace is forbidden)"


def run(folder: Path, sabotage: str | None = None, *, most: int | None = None, seed: int = 1) -> list[str]:
    """Look at the order of the calls, then let them fail, and return every violation.

    ``most`` faults are chosen by ``seed`` out of all there are.
    """
    plain = order(folder / "order", sabotage)
    return plain or fail(folder / "fail", chosen(folder / "count", most, seed), sabotage)


def order(folder: Path, sabotage: str | None = None) -> list[str]:
    """Do the work undisturbed, and return each place where something rests on what is not durable."""
    (told,) = serve(folder, [None], sabotage)
    if "done" not in told["said"]:
        return [f"the work was not done: {told['said']}", *told["wrong"]]
    return list(disorder(calls(Path(told["log"]), folder / "0/store"))) + list(told["wrong"])


def chosen(folder: Path, most: int | None, seed: int) -> list[Fault]:
    """Return every fault there is, or some of each kind."""
    (told,) = serve(folder, [None], None)
    every = [
        Fault(call.name, what, call.number)
        for call in calls(Path(told["log"]), folder / "0/store")
        for what in FAULTS.get(call.name, ())
    ]
    if most is None or most >= len(every):
        return every
    picked = random.Random(seed)  # noqa: S311  a sample, nothing secret
    kinds = sorted({(fault.call, fault.what) for fault in every})
    few = [picked.choice([fault for fault in every if fault[:2] == kind]) for kind in kinds]
    rest = [fault for fault in every if fault not in few]
    return few[:most] + picked.sample(rest, max(0, most - len(few)))


def ledger_syncs(folder: Path, most: int) -> list[Fault]:
    """Return the failures of the first fsyncs of the ledger; the very first is that of a saver of the catalog."""
    serve(folder, [None])
    syncs = [call for call in calls(folder / "0.log", folder / "0/store") if call.name == "fsync"]
    return [Fault("fsync", IO, call.number) for call in syncs if call.path.startswith("ledger/")][1 : most + 1]


def fail(folder: Path, faults: Sequence[Fault], sabotage: str | None = None) -> list[str]:
    """Do the work once for each fault, and return what is wrong afterwards."""
    return [
        f"{' '.join(map(str, told['fault']))}: {wrong}"
        for told in serve(folder, faults, sabotage)
        for wrong in told["wrong"]
    ]


def serve(folder: Path, faults: Iterable[Fault | None], sabotage: str | None = None) -> list[dict[str, Any]]:
    """Do the work once for each fault, by fork servers; see tests/faults/traced_server.py."""
    todo = list(faults)
    running = []
    for number in range(min(SERVERS, len(todo))):
        home = folder if len(todo) == 1 else folder / f"{number}"
        home.mkdir(parents=True)
        (home / "faults.json").write_text(json.dumps(todo[number::SERVERS]))
        command = [sys.executable, "-m", "tests.faults.traced_server", str(home), sabotage or ""]
        running.append((home, subprocess.Popen(command, cwd=CHECKOUT)))
    ended = [server.wait() for _, server in running]
    if any(ended):  # no finding about the store, whatever was sabotaged
        raise RuntimeError(f"a fork server failed; they ended with {ended}")
    return [told for home, _ in running for told in json.loads((home / "told.json").read_bytes())]
