"""A terminal of its own for the command, and somebody who answers its questions."""

from __future__ import annotations

import os
import pty
import sys


def converse(arguments: list[str], replies: list[tuple[str, str]]) -> tuple[int, str]:
    """Run the command on a terminal; wait for each question and type its reply. Return exit code and the screen."""
    child, screen = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-m", "rmos_console", *arguments])  # noqa: S606  # the product itself
    seen = b""
    try:
        for question, reply in replies:
            while question.encode() not in seen:
                seen += _read(screen)
            seen = seen[seen.index(question.encode()) :]
            os.write(screen, f"{reply}\n".encode())
        while data := _read(screen):
            seen += data
    finally:
        _, status = os.waitpid(child, 0)
        os.close(screen)
    return os.waitstatus_to_exitcode(status), seen.decode("utf-8", "replace")


def _read(screen: int) -> bytes:
    try:
        return os.read(screen, 65536)
    except OSError:  # the other side is closed: Linux answers with EIO
        return b""
