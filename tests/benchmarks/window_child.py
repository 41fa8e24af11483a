"""Drives the real window without a screen, and prints what that took.

``window_child times STORE STEPS SPAWNED``: start, frames, sorts, filters; each ends when the table has been painted.
``window_child events STORE STEPS SPAWNED``: the same work in the running event loop, and the longest time that the
loop was kept from turning. SPAWNED is the parent's monotonic clock when this process was started.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer

from rmos_console.desktop.app import make_application
from rmos_console.desktop.desk import Desk
from rmos_console.desktop.main_window import MainWindow
from rmos_console.desktop.settings import Settings
from rmos_console.desktop.tasks import TaskRunner

GIVE_UP_SECONDS = 60.0
SORTS = ("score", "time", "tool", "explanation", "risk")
FILTERS = (("risk", "RED"), ("status", "BLOCKED"), ("risk", "RED"), ("mode", "rosette"), ("mode", "pocket"))
TEXTS = ("ros", "rosew", "rosewood", "rosewood agg", "")


class Eye(QObject):
    """Sees when the table shows a new order and when it paints."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._table = window.runs.table
        self.painted = self.fresh = 0
        self._table.viewport().installEventFilter(self)
        model = window.runs.model
        model.modelReset.connect(self._renewed)
        model.layoutChanged.connect(self._renewed)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """Count paintings of a table that shows anything."""
        if event.type() == QEvent.Type.Paint and self._table.model().rowCount():
            self.painted += 1
        return False

    def _renewed(self) -> None:
        self.fresh += 1
        self.painted = 0


class Driver:
    """A window with a store, and the means to wait until something shows."""

    def __init__(self, store: Path) -> None:
        self.app = make_application("light")
        self.window = MainWindow(Desk(), TaskRunner(), Settings(theme="light"))
        self.window.resize(1440, 900)
        self.eye = Eye(self.window)
        self.window.show()
        self._store = store

    def open(self) -> None:
        """Begin to open the store, as the program does."""
        self.window.door.open(self._store)

    def loaded(self) -> bool:
        """Tell whether rows are on screen."""
        return self.eye.painted > 0

    def shown(self) -> bool:
        """Tell whether what the table holds was painted; a table that holds nothing is not painted at all."""
        return self.eye.painted > 0 or self.window.runs.model.rowCount() == 0

    def until(self, done: Callable[[], bool]) -> None:
        """Let events happen until ``done``; raises :class:`TimeoutError`."""
        give_up = time.monotonic() + GIVE_UP_SECONDS
        waker = QTimer()
        waker.start(2)
        while not done():
            self.app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            if time.monotonic() > give_up:
                raise TimeoutError("the window never showed what was waited for")

    def timed(self, act: Callable[[], object]) -> float:
        """Return the milliseconds from an act until the table has painted what it led to."""
        self.settle()
        before = self.eye.fresh
        began = time.perf_counter()
        act()
        self.until(lambda: self.eye.fresh > before and self.shown())
        return (time.perf_counter() - began) * 1000

    def framed(self, value: int) -> float:
        """Return the milliseconds from scrolling to a place until that is painted."""
        self.eye.painted = 0
        began = time.perf_counter()
        self.window.runs.table.verticalScrollBar().setValue(value)
        self.until(lambda: self.eye.painted > 0)
        return (time.perf_counter() - began) * 1000

    def settle(self) -> None:
        """Let everything end that was begun."""
        self.until(lambda: not self.window.tasks.running)
        self.app.processEvents()

    def sort(self, key: str) -> None:
        """Press a header."""
        self.window.runs.table.sortAsked.emit(key)

    def toggle(self, facet: str, value: str) -> None:
        """Press a chip."""
        self.window.runs.filters.toggled.emit(facet, value)

    def write(self, text: str) -> None:
        """Write into the search."""
        self.window.runs.search.setText(text)

    def clear(self) -> None:
        """Take every filter away."""
        self.window.perform("runs.clear")


def times(driver: Driver, steps: int, spawned: float) -> dict[str, object]:
    """Measure each kind of waiting that a person notices."""
    driver.open()
    driver.until(driver.loaded)
    started = time.monotonic() - spawned
    driver.settle()
    bar = driver.window.runs.table.verticalScrollBar()
    stride = max(bar.maximum() // (steps + 1), 1)
    frames = [driver.framed((number + 1) * stride) for number in range(steps)]
    fine = [driver.framed(bar.maximum() // 3 + 84 * number) for number in range(steps)]
    bar.setValue(0)
    sorts = [driver.timed(partial(driver.sort, key)) for key in SORTS * 2]
    filters = [driver.timed(partial(driver.toggle, facet, value)) for facet, value in FILTERS]
    driver.timed(driver.clear)
    texts = [driver.timed(partial(driver.write, text)) for text in TEXTS]
    return {"start_s": started, "frames": frames + fine, "sorts": sorts, "filters": filters, "texts": texts}


class Beat(QObject):
    """Notes how long the event loop was kept from turning, and during what."""

    def __init__(self) -> None:
        super().__init__()
        self.during = "start"
        self.worst: dict[str, float] = {}
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setInterval(1)
        self._timer.timeout.connect(self._turned)
        self._timer.start()

    def _turned(self) -> None:
        now = time.perf_counter()
        self.worst[self.during] = max(self.worst.get(self.during, 0.0), (now - self._last) * 1000 - 1)
        self._last = now


def events(driver: Driver, steps: int) -> dict[str, object]:
    """Do the work of a session in the event loop, and return the longest stretch of each part."""
    beat = Beat()
    script = _session(driver, steps)
    waiting = [lambda: True]
    loop = QEventLoop()
    clock = QTimer()

    def go_on() -> None:
        if not waiting[0]():
            return
        try:
            beat.during, waiting[0] = next(script)
        except StopIteration:
            loop.quit()

    clock.timeout.connect(go_on)
    clock.start(5)
    loop.exec()
    return {"worst": beat.worst}


def _session(driver: Driver, steps: int) -> Iterator[tuple[str, Callable[[], bool]]]:
    """Act, and yield what goes on and how to tell that it is done."""

    def idle() -> bool:
        return not driver.window.tasks.running and driver.shown()

    driver.open()
    yield "opening", idle
    bar = driver.window.runs.table.verticalScrollBar()
    for number in range(steps):
        bar.setValue((number + 1) * bar.maximum() // (steps + 1))
        yield "scrolling", lambda: True
    for key in SORTS:
        driver.sort(key)
        yield "sorting", idle
    for facet, value in FILTERS:
        driver.toggle(facet, value)
        yield "filtering", idle
    for text in TEXTS:
        driver.write(text)
        yield "searching", idle
    driver.clear()
    yield "filtering", idle
    for number in range(10):
        driver.window.runs.table.selectRow(number)
        yield "selecting a run", idle
    for view in ("queue", "runs", "compare", "runs"):
        driver.window.open_view(view)
        yield f"opening {view}", idle


def main() -> None:
    """Measure one window."""
    mode, store, steps, spawned = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    driver = Driver(store)
    answer = times(driver, steps, spawned) if mode == "times" else events(driver, steps)
    driver.window.close()
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
