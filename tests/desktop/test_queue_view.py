"""The queue in the real window on a real store: decide by keyboard and by mouse, undo, refusals, damage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from rmos_console.core import identity
from rmos_console.core.records.changes import Changes
from rmos_console.core.records.review import Review
from rmos_console.core.review.signing import verify
from rmos_console.core.store import Store, create_store, open_store
from rmos_console.core.usecases import admin, audit, demo, intake, review
from rmos_console.desktop.main_window import MainWindow
from rmos_console.desktop.tasks import TaskRunner
from rmos_console.desktop.views.queue.course import Key, Made, key_of
from rmos_console.desktop.views.queue_view import QueueView

from .conftest import CALLER, PATIENCE_MS

Settled = Callable[[TaskRunner], None]


@pytest.fixture
def queue(opened: MainWindow, settled: Settled) -> QueueView:
    """Return the queue view on screen, its first item read."""
    opened.perform("view.queue")
    settled(opened.tasks)
    view = opened.views["queue"]
    assert isinstance(view, QueueView)
    return view


def sign_in(view: QueueView, person: str) -> identity.Signer:
    assert view.desk.store is not None
    signer = identity.unlock(view.desk.store.store_id, person, demo.PASSPHRASE)
    view.desk.sign_in(signer)
    return signer


def key(which: Qt.Key) -> None:
    target = QApplication.focusWidget()
    assert isinstance(target, QWidget)
    QTest.keyClick(target, which)


def shown(view: QueueView) -> tuple[str, str]:
    """Return run and advisory of the card on screen."""
    assert view._facts is not None  # what may be decided has no other door
    return view._facts.run.run_id, view._facts.advisory.asset.advisory_id


def read_to_the_end(view: QueueView, qtbot: QtBot) -> None:
    def on() -> bool:
        view.page.card.page_down()
        return view.page.card.read

    qtbot.waitUntil(on, timeout=PATIENCE_MS)


def go_to(view: QueueView, settled: Settled, risk: str, state: str = "NEEDS_REVIEW") -> str:
    """Bring the first item of a risk on screen and return its run."""
    row = next(at for at, item in enumerate(view.page.items) if (item.row.risk, item.state) == (risk, state))
    view.page.list.setCurrentIndex(view.page.list.queue.index(row, 0))
    settled(view.tasks)
    return view.page.items[row].row.run_id


def decisions(view: QueueView, run_id: str) -> tuple[Review, ...]:
    assert view.desk.store is not None
    entry = view.desk.store.snapshot().run(run_id)
    assert entry is not None
    return entry.decisions


def test_the_worst_come_first_then_the_oldest(queue: QueueView) -> None:
    ranks = [{"RED": 0, "YELLOW": 1, "GREEN": 2}[item.row.risk_policy] for item in queue.page.items]
    assert ranks == sorted(ranks)
    for rank in set(ranks):
        times = [item.row.created_at_utc for item, at in zip(queue.page.items, ranks, strict=True) if at == rank]
        assert times == sorted(times)
    assert queue.count() == len(queue.page.items)


def test_approving_by_keyboard_signs_exactly_what_was_shown(queue: QueueView, qtbot: QtBot, settled: Settled) -> None:
    signer = sign_in(queue, "mvoss")
    run_id = go_to(queue, settled, "YELLOW")
    facts = queue._facts
    assert facts is not None
    read_to_the_end(queue, qtbot)
    assert queue.page.bar.approve.needs == ""
    before = len(queue.page.items)
    key(Qt.Key.Key_A)
    settled(queue.tasks)
    qtbot.waitUntil(lambda: len(queue.page.items) == before - 1, timeout=PATIENCE_MS)
    settled(queue.tasks)
    made = decisions(queue, run_id)[-1]
    assert (made.verb, made.person_id, made.text_sha256) == ("approved", "mvoss", facts.advisory.text_sha256)
    assert made.seen == facts.seen
    assert verify(signer.public_key, made.signed_document(), made.signature)
    assert shown(queue)[0] != run_id
    assert queue.desk.store is not None
    assert audit.audit(queue.desk.store.path).ok


def test_what_was_seen_is_signed_although_other_runs_arrive_meanwhile(
    queue: QueueView, another: Store, qtbot: QtBot, settled: Settled
) -> None:
    sign_in(queue, "mvoss")
    run_id = go_to(queue, settled, "YELLOW")
    read_to_the_end(queue, qtbot)
    facts = queue._facts
    assert facts is not None
    intake.create(another, {"mode": "mvp", "tool_id": "T1", "status": "OK"}, CALLER)
    qtbot.waitUntil(lambda: _head(queue) > facts.seen.seq, timeout=PATIENCE_MS)
    settled(queue.tasks)
    assert queue.page.bar.approve.needs == ""  # what was read stays read
    key(Qt.Key.Key_A)
    qtbot.waitUntil(lambda: bool(decisions(queue, run_id)), timeout=PATIENCE_MS)
    settled(queue.tasks)
    assert decisions(queue, run_id)[-1].seen == facts.seen


def _head(view: QueueView) -> int:
    return view.desk.snapshot.head.seq if view.desk.snapshot is not None else 0


def test_approve_asks_for_everything_that_is_missing_in_turn(queue: QueueView, qtbot: QtBot, settled: Settled) -> None:
    run_id = go_to(queue, settled, "RED")
    before = decisions(queue, run_id)
    bar = queue.page.bar
    assert bar.approve.needs == "Sign in first"
    sign_in(queue, "mvoss")
    assert bar.approve.needs == "Read to the end first"
    place = queue.page.card.verticalScrollBar().value()
    key(Qt.Key.Key_A)
    assert queue.page.card.verticalScrollBar().value() > place
    read_to_the_end(queue, qtbot)
    assert bar.approve.needs == "Needs your reason"
    key(Qt.Key.Key_A)
    assert bar.reason.field.hasFocus()
    assert decisions(queue, run_id) == before
    QTest.keyClicks(bar.reason.field, "axj seen at the machine")
    assert bar.approve.needs == ""
    key(Qt.Key.Key_Return)
    settled(queue.tasks)
    qtbot.waitUntil(lambda: decisions(queue, run_id) != before, timeout=PATIENCE_MS)
    assert decisions(queue, run_id)[-1].reason == "axj seen at the machine"


def test_rejecting_needs_a_reason_and_one_touch_gives_it(queue: QueueView, qtbot: QtBot, settled: Settled) -> None:
    sign_in(queue, "akeller")
    run_id = go_to(queue, settled, "YELLOW")
    before = decisions(queue, run_id)
    bar = queue.page.bar
    assert not bar.reason.isVisible()
    QTest.mouseClick(bar.reject, Qt.MouseButton.LeftButton)
    assert bar.reason.isVisible()
    assert decisions(queue, run_id) == before
    chip = next(chip for chip in bar.reason.chips["rejected"] if chip.isVisible())
    assert chip.height() >= 44
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    QTest.mouseClick(bar.reject, Qt.MouseButton.LeftButton)
    settled(queue.tasks)
    qtbot.waitUntil(lambda: decisions(queue, run_id) != before, timeout=PATIENCE_MS)
    made = decisions(queue, run_id)[-1]
    assert (made.verb, made.reason) == ("rejected", chip.text())


def test_skip_and_the_arrow_letters_walk_the_queue(queue: QueueView, settled: Settled) -> None:
    runs = [item.row.run_id for item in queue.page.items]
    walked = [shown(queue)[0]]
    for which in (Qt.Key.Key_Space, Qt.Key.Key_J, Qt.Key.Key_K):
        key(which)
        settled(queue.tasks)
        walked.append(shown(queue)[0])
    assert walked == [runs[0], runs[1], runs[2], runs[1]]
    key(Qt.Key.Key_K)
    key(Qt.Key.Key_K)
    settled(queue.tasks)
    assert shown(queue)[0] == runs[-1]


def test_undo_withdraws_and_brings_the_item_back(queue: QueueView, qtbot: QtBot, settled: Settled) -> None:
    sign_in(queue, "mvoss")
    run_id = go_to(queue, settled, "YELLOW")
    before = len(queue.page.items)
    read_to_the_end(queue, qtbot)
    key(Qt.Key.Key_A)
    settled(queue.tasks)
    qtbot.waitUntil(lambda: len(queue.page.items) == before - 1, timeout=PATIENCE_MS)
    settled(queue.tasks)
    key(Qt.Key.Key_U)
    settled(queue.tasks)
    qtbot.waitUntil(lambda: len(queue.page.items) == before, timeout=PATIENCE_MS)
    settled(queue.tasks)
    assert [made.verb for made in decisions(queue, run_id)] == ["approved", "withdrawn"]
    assert shown(queue)[0] == run_id
    key(Qt.Key.Key_U)
    assert "no decision" in queue.page.notice.text.whole()


def test_an_approver_is_not_their_own_second(queue: QueueView, settled: Settled) -> None:
    go_to(queue, settled, "RED", "AWAITING_SECOND")
    facts = queue._facts
    assert facts is not None
    (first,) = facts.standing_approvers()
    sign_in(queue, first)
    assert queue.page.bar.approve.needs == "Needs another person"
    queue.handle("queue.approve")
    assert "another person" in queue.page.notice.text.whole()


def test_a_decision_about_what_changed_meanwhile_is_refused_and_the_item_read_again(
    queue: QueueView, another: Store, qtbot: QtBot, settled: Settled
) -> None:
    sign_in(queue, "mvoss")
    run_id = go_to(queue, settled, "YELLOW")
    before = decisions(queue, run_id)
    read_to_the_end(queue, qtbot)
    chief = identity.unlock(another.store_id, "mvoss", demo.PASSPHRASE)
    queue.desk.blockSignals(True)  # the news of the other window has not arrived yet
    admin.set_policy(another, chief, mode="strict", caller=CALLER)
    key(Qt.Key.Key_A)
    settled(queue.tasks)
    queue.desk.blockSignals(False)
    qtbot.waitUntil(queue.page.notice.isVisible, timeout=PATIENCE_MS)
    assert "nothing was written" in queue.page.notice.text.whole()
    assert decisions(queue, run_id) == before
    settled(queue.tasks)
    assert shown(queue)[0] == run_id
    assert queue._facts is not None
    assert queue._facts.policy.mode == "strict"


def test_what_another_person_decides_meanwhile_leaves_the_queue(
    queue: QueueView, another: Store, qtbot: QtBot, settled: Settled
) -> None:
    run_id = go_to(queue, settled, "YELLOW")
    before = len(queue.page.items)
    run, advisory_id = shown(queue)
    facts = queue._facts
    assert facts is not None
    other = identity.unlock(another.store_id, "akeller", demo.PASSPHRASE)
    review.decide(
        another, other, run, advisory_id, "approved", text_sha256=facts.advisory.text_sha256,
        seen=review.seen(another.snapshot()), caller=CALLER,
    )  # fmt: skip
    qtbot.waitUntil(lambda: len(queue.page.items) == before - 1, timeout=PATIENCE_MS)
    settled(queue.tasks)
    assert shown(queue)[0] != run_id
    assert "no longer waits" in queue.page.notice.text.whole()


def test_a_decision_whose_news_came_first_moves_on_by_one_only(
    queue: QueueView, another: Store, qtbot: QtBot, settled: Settled
) -> None:
    go_to(queue, settled, "YELLOW")
    waiting = [key_of(item) for item in queue.page.items]
    mine = Key(*shown(queue))
    following = waiting[(waiting.index(mine) + 1) % len(waiting)]
    assert queue._facts is not None
    other = identity.unlock(another.store_id, "akeller", demo.PASSPHRASE)
    review.decide(
        another, other, *mine, "approved", text_sha256=queue._facts.advisory.text_sha256,
        seen=review.seen(another.snapshot()), caller=CALLER,
    )  # fmt: skip
    qtbot.waitUntil(lambda: len(queue.page.items) == len(waiting) - 1, timeout=PATIENCE_MS)
    settled(queue.tasks)
    assert shown(queue) == following
    facts = queue._facts
    queue._decisions.decided.emit(Made(mine, "akeller", "approved"), "")
    settled(queue.tasks)
    assert shown(queue) == following
    assert queue._facts is facts  # what was read of it stays read


def test_what_changed_since_it_was_read_must_be_read_again(
    queue: QueueView, another: Store, qtbot: QtBot, settled: Settled
) -> None:
    sign_in(queue, "mvoss")
    go_to(queue, settled, "YELLOW")
    read_to_the_end(queue, qtbot)
    old = queue._facts
    chief = identity.unlock(another.store_id, "mvoss", demo.PASSPHRASE)
    admin.set_policy(another, chief, mode="strict", caller=CALLER)
    qtbot.waitUntil(lambda: queue._facts is not None and queue._facts is not old, timeout=PATIENCE_MS)
    assert queue.page.bar.approve.needs == "Read to the end first"
    assert "changed" in queue.page.notice.text.whole()


def test_a_store_opened_read_only_takes_no_decisions(window: MainWindow, store_path: Path, settled: Settled) -> None:
    window.desk.open(store_path, read_only=True)
    settled(window.tasks)
    window.perform("view.queue")
    settled(window.tasks)
    view = window.views["queue"]
    assert isinstance(view, QueueView)
    sign_in(view, "mvoss")
    assert view.page.bar.approve.needs == "The store is read-only"
    assert not view.page.bar.approve.isEnabled()
    assert not view.page.bar.reject.isEnabled()
    run_id = shown(view)[0]
    before = decisions(view, run_id)
    view.handle("queue.approve")
    settled(view.tasks)
    assert decisions(view, run_id) == before
    assert view.page.notice.isVisible()


def test_an_empty_queue_says_where_to_go(window: MainWindow, tmp_path: Path, settled: Settled) -> None:
    create_store(tmp_path / "new")
    window.desk.adopt(open_store(tmp_path / "new"))
    settled(window.tasks)
    window.perform("view.queue")
    view = window.views["queue"]
    assert isinstance(view, QueueView)
    assert view.page.nothing.act.text() == "Import RMOS runs"
    assert QApplication.focusWidget() is view.page.nothing.act
    assert view.desk.store is not None
    intake.create(view.desk.store, {"mode": "mvp", "tool_id": "T1", "status": "OK"}, CALLER)
    settled(window.tasks)
    view.touched(Changes(seq=2, everything=True))
    settled(window.tasks)
    QTest.mouseClick(view.page.nothing.act, Qt.MouseButton.LeftButton)
    assert window.current_view() is window.runs


def test_a_flipped_byte_makes_the_item_undecidable(
    window: MainWindow, store_path: Path, qtbot: QtBot, settled: Settled, expected_logs: Callable[..., object]
) -> None:
    expected_logs(".", always=False)
    with open_store(store_path, read_only=True) as store:
        item = review.queue(store.snapshot())[0]
        seed = item.row.run_id.encode()
    ledger = next(path for path in sorted((store_path / "ledger").iterdir()) if seed in path.read_bytes())
    data = bytearray(ledger.read_bytes())
    line = data.index(b'"run_id":"' + seed)
    at = data.index(b"T1", line)
    window.desk.adopt(open_store(store_path))
    settled(window.tasks)
    data[at] ^= 1
    ledger.write_bytes(bytes(data))
    window.perform("view.queue", item.row.run_id)
    settled(window.tasks)
    view = window.views["queue"]
    assert isinstance(view, QueueView)
    sign_in(view, "mvoss")
    view.touched(Changes(seq=1, everything=True))
    settled(window.tasks)
    qtbot.waitUntil(lambda: view.desk.read_only_reason is not None, timeout=PATIENCE_MS)
    assert not view.page.bar.approve.isEnabled()
    assert not view.page.bar.reject.isEnabled()
    assert view.page.bar.approve.needs == "The store is read-only"
    assert view.page.problem.isVisible()
