"""A fork server whose children do a fixed piece of work under strace, which makes one of their system calls fail.

Called as ``python -m tests.faults.traced_server FOLDER SABOTAGE``. Reads faults.json in that folder, a list of faults,
each a list of a call, what happens to it (as strace spells it) and at which occurrence, or null for none at all; writes
told.json, a list of what came of each: ``said`` by the work, found ``wrong`` afterwards, and the ``log`` of strace. A
fault may also be a resource limit (``FSIZE``, ``NOFILE``, ``AS``), ``limit`` and a value; then nothing is traced.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.faults.trace_log import CALLS

_SET_TRACER = 0x59616D61
"""PR_SET_PTRACER of prctl(2)."""

ATTACHED_SECONDS = 10.0
WORK_SECONDS = 60.0

Fault = Sequence[Any] | None


class Server:
    """Does the work once for each fault, in a copy of one template."""

    def __init__(self, folder: Path) -> None:
        # Imported where a sabotage has been applied already.
        from tests.faults import traced_verdict, traced_work  # noqa: PLC0415  see above

        self._work, self._verdict = traced_work, traced_verdict
        self._folder = folder
        _told_by_child(lambda: traced_work.make_template(folder / "template"))
        gc.collect()
        gc.freeze()

    def run(self, number: int, fault: Fault) -> dict[str, Any]:
        """Do the work with one fault and judge what is left."""
        folder = self._folder / f"{number}"
        shutil.copytree(self._folder / "template", folder)
        log = self._folder / f"{number}.log"
        said = self._do(folder, log, fault)
        wrong = _told_by_child(lambda: list(self._verdict.judge(folder, log, said)))
        if not wrong:
            shutil.rmtree(folder)
        return {"fault": fault, "said": said, "wrong": wrong, "log": str(log)}

    def _do(self, folder: Path, log: Path, fault: Fault) -> list[str]:
        here, there = socket.socketpair()
        child = os.fork()
        if child == 0:
            here.close()
            try:
                _allow_tracing()
                there.send(b"\n")
                there.recv(1)  # until strace is there
                if fault is not None and fault[1] == "limit":
                    _limit(fault[0], fault[2])
                self._work.work(folder, there)
            finally:
                os._exit(0)
        there.close()
        here.recv(1)  # until it may be traced
        traced = fault is None or fault[1] != "limit"
        tracer = _trace(child, log, fault) if traced else None
        log.touch()
        here.settimeout(WORK_SECONDS)
        here.send(b"g")
        said = b""
        while data := here.recv(65536):
            said += data
        os.waitpid(child, 0)
        if tracer is not None:
            tracer.wait(WORK_SECONDS)
        return said.decode().splitlines()


def _allow_tracing() -> None:
    """Let any process of this account trace this one, where the system lets only ancestors do so (Yama)."""
    ctypes.CDLL(None).prctl(_SET_TRACER, ctypes.c_ulong(-1), 0, 0, 0)


def _limit(name: str, value: int) -> None:
    """Limit this process: files to a size, open files above those there are, or memory above what is used, in bytes."""
    if name == "NOFILE":
        value += len(os.listdir("/proc/self/fd"))  # noqa: PTH208  only how many there are
    if name == "AS":
        value += int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    kind = {"FSIZE": resource.RLIMIT_FSIZE, "NOFILE": resource.RLIMIT_NOFILE, "AS": resource.RLIMIT_AS}[name]
    resource.setrlimit(kind, (value, resource.getrlimit(kind)[1]))


def _trace(child: int, log: Path, fault: Fault) -> subprocess.Popen[bytes]:
    """Attach strace to a waiting process and return it once it is there."""
    inject = [] if fault is None else ["-e", "inject={}:{}:when={}".format(*fault)]
    trace = ["-e", f"trace=sendto,{','.join(CALLS)}"]
    command = ["strace", "-f", "-y", "-o", str(log), *trace, *inject, "-p", str(child)]
    tracer = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + ATTACHED_SECONDS
    while _tracer_of(child) != tracer.pid:
        if tracer.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("strace could not attach to a process")
        time.sleep(0.001)
    return tracer


def _tracer_of(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("TracerPid:"):
            return int(line.split()[1])
    return 0


def _told_by_child(work: Any) -> list[str]:
    """Do something in a process of its own and return what it returns: the server itself never opens a store."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            told = work() or []
        except BaseException as error:  # noqa: BLE001  told to the parent, which reports it
            told = [f"the judge met {error!r}"]
        with os.fdopen(write, "wb") as pipe:
            pipe.write(json.dumps(told).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        told = json.loads(pipe.read())
    os.waitpid(child, 0)
    return list(told)


def main(arguments: Sequence[str]) -> None:
    """Serve every fault that is asked for."""
    folder, sabotage = Path(arguments[0]), arguments[1]
    if sabotage:
        from tests.faults.sabotage import apply  # noqa: PLC0415  only where the product is to be broken

        apply(sabotage)
    faults = json.loads((folder / "faults.json").read_bytes())
    server = Server(folder)
    told = [server.run(number, fault) for number, fault in enumerate(faults)]
    (folder / "told.json").write_text(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1:])
