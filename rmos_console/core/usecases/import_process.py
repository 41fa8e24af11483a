"""Reading a foreign store in a process of its own: it reads, checks, encodes and hashes while this one commits.

Worth its start only for large stores. The process is a fresh interpreter, not a fork: the lock of the store, open files
and threads stay here. It writes pickled messages to the pipe it was given: ``("batch", Batch)``, ``("log", fields of a
log record)``, at last ``("end", None)`` or ``("error", exception)``.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import IO, Any, cast

from rmos_console.core import importers
from rmos_console.core.errors import RmosError
from rmos_console.core.log import logger, swallowed
from rmos_console.core.store.collecting import uncollected
from rmos_console.core.usecases.import_prepare import Batch, prepared

LARGE_BYTES = 16 * 1024 * 1024
"""Above this size of a source a process of its own pays for its start of about half a second."""


def read_batches(path: Path, layout: str, timezone: str) -> Generator[Batch, None, None]:
    """Yield what the store at ``path`` holds, ready to be judged; raises as :func:`importers.read` does."""
    found = importers.read(path, layout, timezone=timezone)  # judges its arguments at once
    if _is_large(path):
        process = _started(path, layout, timezone)
        if process is not None:
            yield from _received(process)
            return
    yield from prepared(found)


def _is_large(path: Path) -> bool:
    if not path.is_dir():
        return path.stat().st_size > LARGE_BYTES
    size = 0
    for folder, _, files in os.walk(path):
        for name in files:
            size += os.lstat(os.path.join(folder, name)).st_size  # noqa: PTH118  a Path for each of 100,000 files is slow
            if size > LARGE_BYTES:
                return True
    return False


def _started(path: Path, layout: str, timezone: str) -> subprocess.Popen[bytes] | None:
    """Start the process; None where it cannot be, as in a program without an interpreter of its own."""
    if getattr(sys, "frozen", False) or not sys.executable:
        return None
    command = [sys.executable, "-P", "-m", __name__, os.fspath(path.absolute()), layout, timezone]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment)  # noqa: S603  our own interpreter and module; the arguments are passed, not parsed by a shell
    except OSError as error:
        swallowed("import.process", error)
        return None


def _received(process: subprocess.Popen[bytes]) -> Iterator[Batch]:
    pipe = cast("IO[bytes]", process.stdout)
    try:
        while True:
            kind, value = _message(pipe)
            if kind == "batch":
                yield value
            elif kind == "log":
                logger.handle(logging.makeLogRecord(value))
            elif kind == "error":
                raise value
            else:
                return
    except EOFError:
        code = process.wait()
        raise RmosError(
            f"The process that reads the source ended early (code {code}); what was taken stays. Import again.",
            code=code,
        ) from None
    finally:
        process.kill()
        process.wait()
        pipe.close()


def _message(pipe: IO[bytes]) -> tuple[str, Any]:
    try:
        message: tuple[str, Any] = pickle.load(pipe)  # noqa: S301  from the process that was started here, over its pipe
    except pickle.UnpicklingError as error:  # cut off in the middle
        raise EOFError from error
    return message


class _Sender(logging.Handler):
    """Sends messages, log records among them."""

    def __init__(self, pipe: IO[bytes]) -> None:
        super().__init__()
        self._pipe = pipe

    def send(self, kind: str, value: object) -> None:
        """Write one message."""
        pickle.dump((kind, value), self._pipe, protocol=pickle.HIGHEST_PROTOCOL)
        self._pipe.flush()

    def emit(self, record: logging.LogRecord) -> None:
        """Send a log record without what cannot be pickled."""
        fields = {**record.__dict__, "msg": record.getMessage(), "args": (), "exc_info": None}
        self.send("log", fields)


def main() -> None:
    """Read the store that the arguments name and write messages to the pipe that is standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it concerns the process that reads the pipe, and ends this one
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not write between the messages
    sender = _Sender(pipe)
    logger.addHandler(sender)
    logger.propagate = False
    path, layout, timezone = sys.argv[1:]
    try:
        with uncollected():
            for batch in prepared(importers.read(Path(path), layout, timezone=timezone)):
                sender.send("batch", batch)
        sender.send("end", None)
    except BrokenPipeError:
        return  # nobody wants the rest
    except RmosError as error:
        sender.send("error", error)


if __name__ == "__main__":
    main()
