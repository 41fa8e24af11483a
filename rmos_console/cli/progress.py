"""Progress of long work, on the terminal's stderr and only there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

Report = Callable[[int, int | None, str], None]


@contextmanager
def on_stderr() -> Iterator[Report]:
    """Yield what a use case tells its progress to; silent where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield _silent
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def report(done: int, total: int | None, what: str) -> None:
            bar.update(task, completed=done, total=total, description=what)

        yield report


def _silent(_done: int, _total: int | None, _what: str) -> None:
    """Tell nobody."""
