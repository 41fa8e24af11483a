"""Running code of others with a deadline, and what a person is told when it fails."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from rmos_console.core.errors import CancelledError, EngineError, RmosError
from rmos_console.core.explain.engine import EngineInput, Explanation, ExplanationEngine, complaint
from rmos_console.core.explain.wording import quoted
from rmos_console.core.log import swallowed

T = TypeVar("T")

LOOK_SECONDS: Final = 0.05
"""How often a waiting caller looks whether it should stop."""

_PATH: Final = re.compile(r"(?<![\w.)\]])(?:file:/*|~|[A-Za-z]:)?[\\/]{1,2}[\w.@%+~-][^\s'\"<>|:;,]*")
_TRACEBACK: Final = "Traceback (most recent call last)"


class _Work(Generic[T]):
    """Something that is done in a thread of its own, which nobody has to wait for."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self.result: list[T] = []
        self.error: BaseException | None = None
        self.done = threading.Event()

    def run(self) -> None:
        """Do it and keep what it returned or raised."""
        try:
            self.result.append(self._work())
        except BaseException as error:  # noqa: BLE001  handed to the waiting thread, SystemExit of a plug-in as well
            self.error = error
        finally:
            self.done.set()


def within(seconds: float, work: Callable[[], T], *, what: str, cancelled: Callable[[], bool]) -> T:
    """Return what ``work`` returns, raise what it raises, and abandon it after ``seconds`` or when cancelled.

    It runs in a daemon thread, so that one that hangs keeps neither the caller nor the end of the program waiting.
    Raises :class:`EngineError` at the deadline, naming ``what``, and :class:`CancelledError`.
    """
    task = _Work(work)
    threading.Thread(target=task.run, name=f"rmos-engine {what}", daemon=True).start()
    deadline = time.monotonic() + seconds
    while not task.done.wait(max(0.0, min(LOOK_SECONDS, deadline - time.monotonic()))):
        if cancelled():
            raise CancelledError("The explanation was cancelled.")
        if time.monotonic() >= deadline:
            raise EngineError(f"{what} gave no answer within {seconds:.3g} s; try again later, or use another engine.")
    if isinstance(task.error, Exception):
        raise task.error
    if task.error is not None:  # SystemExit and its like end a program, and this is not theirs to end
        raise EngineError(f"{what} stopped unexpectedly.") from task.error
    return task.result[0]


def run_engine(
    engine: ExplanationEngine, source: EngineInput, *, engine_id: str, seconds: float, cancelled: Callable[[], bool]
) -> Explanation:
    """Return the explanation an engine gives within ``seconds``.

    Raises :class:`EngineError` with a reason for the shop floor where it raises, hangs, or gives something that is no
    explanation, and :class:`CancelledError` once ``cancelled`` says so.
    """
    what = f"The engine {engine_id}"
    over = threading.Event()
    try:
        explanation = within(
            seconds, lambda: engine.explain(source._replace(stopped=over.is_set)), what=what, cancelled=cancelled
        )
    except CancelledError as error:
        raise CancelledError(reason_of(error, what)) from error
    except Exception as error:
        raise EngineError(reason_of(error, what)) from error
    finally:
        over.set()
    wrong = complaint(explanation)
    if wrong is not None:
        raise EngineError(f"{what} {wrong}.")
    return explanation


def reason_of(error: BaseException, what: str) -> str:
    """Return why something failed as one plain line: no traceback, no path, no exception of a programming language."""
    if isinstance(error, RmosError):
        return plain_reason(error.message) or f"{what} stopped and gave no reason."
    swallowed("explain.engine", error, what=what)
    return f"{what} stopped unexpectedly."


def plain_reason(text: str) -> str:
    """Return a message without paths, tracebacks, line ends, and characters that steer or hide."""
    return quoted(_PATH.sub("(a file)", text.split(_TRACEBACK, 1)[0]), 400)
