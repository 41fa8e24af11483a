"""One function per thing a person does: it hands the use case to a worker and says in one place what went wrong.

What changed comes back through the desk's broadcast, not through these functions; ``done`` is for what only the caller
needs, such as a summary to show.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from platformdirs import user_data_path
from PySide6.QtCore import QCoreApplication

from rmos_console.core.errors import NoStoreError, ReadOnlyError, RmosError
from rmos_console.core.records.report import ImportReport
from rmos_console.core.store import Store, create_store, find_store, open_store
from rmos_console.core.usecases import admin, demo, explain, importing, intake
from rmos_console.desktop.desk import Desk
from rmos_console.desktop.tasks import Task, TaskRunner

Failed = Callable[[RmosError], None] | None


def tr(text: str) -> str:
    """Translate a title of this module."""
    return QCoreApplication.translate("operations", text)


def open_at(desk: Desk, tasks: TaskRunner, path: Path, *, read_only: bool = False, failed: Failed = None) -> Task:
    """Open the store at ``path`` and put it on the desk."""
    return tasks.run(tr("Opening the store"), lambda _p, _c: open_store(path, read_only=read_only), desk.adopt, failed)


def make_demo(desk: Desk, tasks: TaskRunner, done: Callable[[demo.DemoReport], None]) -> Task:
    """Fill the demo store of this user, unless it is there, and open it."""
    path = user_data_path("rmos-console") / "demo"

    def work(_progress: object, _cancelled: object) -> tuple[demo.DemoReport, Store]:
        return demo.fill(path, desk.caller), open_store(path)

    def finish(answer: tuple[demo.DemoReport, Store]) -> None:
        desk.adopt(answer[1])
        done(answer[0])

    return tasks.run(tr("Making the demo store"), work, finish)


def make_store(
    desk: Desk,
    tasks: TaskRunner,
    path: Path,
    person: tuple[str, str, str] | None,
    done: Callable[[admin.InitReport], None],
    failed: Failed = None,
) -> Task:
    """Make an empty store and open it; ``person`` is (id, name, passphrase) of its first admin."""
    who, name, passphrase = person or (None, None, None)

    def work(_progress: object, _cancelled: object) -> tuple[admin.InitReport, Store]:
        report = admin.init(path, admin=who, name=name, passphrase=passphrase, caller=desk.caller)
        return report, open_store(path)

    def finish(answer: tuple[admin.InitReport, Store]) -> None:
        desk.adopt(answer[1])
        done(answer[0])

    return tasks.run(tr("Making the store"), work, finish, failed)


def import_paths(
    desk: Desk,
    tasks: TaskRunner,
    paths: Sequence[Path],
    done: Callable[[ImportReport], None],
    failed: Failed = None,
) -> Task:
    """Import everything at ``paths`` into the open store; without one, into this user's own, which is made first."""
    store = desk.store

    def work(progress: Callable[[int, int | None, str], None], cancelled: Callable[[], bool]) -> ImportReport:
        target = store or _own_store()
        if store is None:
            opened.append(target)
        return importing.import_paths(target, paths, caller=desk.caller, progress=progress, cancelled=cancelled).value

    def finish(report: ImportReport) -> None:
        _adopt()
        done(report)

    def give_up(error: RmosError) -> None:
        _adopt()
        if failed is not None:
            failed(error)
        else:
            tasks.problem.emit(tr("Importing"), error)

    def _adopt() -> None:
        if opened:
            desk.adopt(opened.pop())

    opened: list[Store] = []
    return tasks.run(tr("Importing"), work, finish, give_up)


def explain_run(desk: Desk, tasks: TaskRunner, run_id: str) -> Task | None:
    """Write an explanation of one run, unless one stands."""
    store = _writable(desk, tasks, tr("Explaining"))
    if store is None:
        return None
    return tasks.run(
        tr("Explaining"), lambda _p, _c: explain.explain(store, run_id, caller=desk.caller), lambda _written: None
    )


def explain_missing(desk: Desk, tasks: TaskRunner, done: Callable[[explain.ExplainSummary], None]) -> Task | None:
    """Write all missing explanations."""
    store = _writable(desk, tasks, tr("Explaining"))
    if store is None:
        return None
    return tasks.run(
        tr("Explaining"),
        lambda progress, cancelled: (
            explain.explain_missing(store, caller=desk.caller, progress=progress, cancelled=cancelled).value
        ),
        done,
    )


def add_file(desk: Desk, tasks: TaskRunner, run_id: str, path: Path) -> Task | None:
    """Keep a copy of a file with a run."""
    store = _writable(desk, tasks, tr("Attaching the file"))
    if store is None:
        return None
    return tasks.run(
        tr("Attaching the file"),
        lambda _p, _c: intake.add_file(store, run_id, path, desk.caller),
        lambda _written: None,
    )


def save_file(desk: Desk, tasks: TaskRunner, run_id: str, sha256: str, target: Path) -> Task | None:
    """Write a file that is kept with a run to ``target``, its bytes verified."""
    store = desk.store
    if store is None:
        return None
    return tasks.run(
        tr("Saving the file"), lambda _p, _c: intake.save_file(store, run_id, sha256, target), lambda _path: None
    )


def _own_store() -> Store:
    """Open this user's own store; make it where there is none."""
    path = find_store(None)
    try:
        return open_store(path)
    except NoStoreError:
        create_store(path)
        return open_store(path)


def _writable(desk: Desk, tasks: TaskRunner, title: str) -> Store | None:
    """Return the open store if it can be written to; say why not otherwise."""
    if desk.store is not None and desk.read_only_reason is not None:
        tasks.problem.emit(title, ReadOnlyError(desk.read_only_reason))
        return None
    return desk.store
