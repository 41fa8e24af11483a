"""Work off the UI thread: started by name, with progress, cancellable, its end reported on the UI thread.

Workers never touch Qt objects; they put what they have to say into a queue and wake the UI thread with one signal,
which empties it. Closing the runner cancels everything and waits, so no thread outlives the window.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from rmos_console.core import log
from rmos_console.core.errors import CancelledError, RmosError

T = TypeVar("T")
Progress = Callable[[int, int | None, str], None]
Work = Callable[[Progress, Callable[[], bool]], T]


class Task(QObject):
    """One piece of running work; its signals arrive on the UI thread."""

    progress = Signal(int, object, str)
    """done, total or None, what"""
    ended = Signal()
    """After finished or failed, whichever it was."""

    def __init__(self, title: str, parent: QObject) -> None:
        super().__init__(parent)
        self.title = title
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop; it ends with a CancelledError or, if it was just done, with its result."""
        self._cancelled.set()

    def is_cancelled(self) -> bool:
        """Tell whether somebody asked this task to stop; safe from every thread."""
        return self._cancelled.is_set()


class TaskRunner(QObject):
    """Runs tasks in a small pool of threads and hands their results to the UI thread.

    ``problem`` is the one place where errors go whose caller gave no ``failed``: (title, error).
    """

    started = Signal(object)
    problem = Signal(str, object)
    idle = Signal()
    _woken = Signal()

    def __init__(self, parent: QObject | None = None, *, threads: int = 4) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="rmos-task")
        self._inbox: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._running: list[Task] = []
        self._closed = False
        self._woken.connect(self._drain, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> tuple[Task, ...]:
        """The tasks that have not ended, oldest first."""
        return tuple(self._running)

    def run(
        self,
        title: str,
        work: Work[T],
        done: Callable[[T], None],
        failed: Callable[[RmosError], None] | None = None,
    ) -> Task:
        """Run ``work(progress, cancelled)`` in a thread, then ``done(result)`` or ``failed(error)`` on this one.

        A cancelled task reports nothing: whoever cancelled knows. An exception that is no RmosError is logged and
        reported as one.
        """
        task = Task(title, self)
        self._running.append(task)
        self.started.emit(task)
        self._pool.submit(self._work, task, work, done, failed)
        return task

    def close(self) -> None:
        """Cancel everything, wait for the threads, drop what they still report."""
        self._closed = True
        for task in self._running:
            task.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._running.clear()

    def _work(
        self, task: Task, work: Work[T], done: Callable[[T], None], failed: Callable[[RmosError], None] | None
    ) -> None:
        def progress(count: int, total: int | None, what: str) -> None:
            self._post(lambda: task.progress.emit(count, total, what))

        try:
            result = work(progress, task.is_cancelled)
        except RmosError as error:
            problem = error
            self._post(lambda: self._failed(task, problem, failed))
        except Exception as error:  # noqa: BLE001 - a worker's fault must reach the person instead of ending a thread
            log.swallowed("desktop.task", error, task=task.title)
            unexpected = RmosError(
                f"{task.title} stopped unexpectedly ({type(error).__name__}). The log has the details."
            )
            self._post(lambda: self._failed(task, unexpected, failed))
        else:
            self._post(lambda: self._finished(task, result, done))

    def _post(self, report: Callable[[], None]) -> None:
        self._inbox.put(report)
        if not self._closed:
            self._woken.emit()

    def _drain(self) -> None:
        while not self._closed:
            try:
                report = self._inbox.get_nowait()
            except Empty:
                return
            report()

    def _finished(self, task: Task, result: Any, done: Callable[[Any], None]) -> None:
        self._end(task)
        done(result)

    def _failed(self, task: Task, error: RmosError, failed: Callable[[RmosError], None] | None) -> None:
        self._end(task)
        if isinstance(error, CancelledError) and task.is_cancelled():
            return
        if failed is not None:
            failed(error)
        else:
            self.problem.emit(task.title, error)

    def _end(self, task: Task) -> None:
        self._running.remove(task)
        task.ended.emit()
        task.deleteLater()
        if not self._running:
            self.idle.emit()
