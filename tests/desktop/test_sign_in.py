"""Signing in: who is offered, what a wrong passphrase says, who holds the key afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from rmos_console.core import identity
from rmos_console.core.usecases import demo
from rmos_console.desktop.main_window import MainWindow
from rmos_console.desktop.tasks import TaskRunner
from rmos_console.desktop.views.sign_in import SignInDialog

from .conftest import PATIENCE_MS

Settled = Callable[[TaskRunner], None]


def dialog(window: MainWindow, qtbot: QtBot) -> SignInDialog:
    window.perform("person.sign_in")
    found = window.findChild(SignInDialog)
    assert found is not None
    qtbot.waitUntil(found.isActiveWindow, timeout=PATIENCE_MS)
    return found


def test_a_name_and_its_passphrase_unlock_the_key(opened: MainWindow, qtbot: QtBot, settled: Settled) -> None:
    shown = dialog(opened, qtbot)
    assert [shown.who.itemData(at) for at in range(shown.who.count())] == ["akeller", "mvoss"]
    shown.who.setCurrentIndex(1)
    assert shown.passphrase.echoMode() == QLineEdit.EchoMode.Password
    assert not shown.accept_button.isEnabled()
    QTest.keyClicks(shown.passphrase, demo.PASSPHRASE)
    with qtbot.waitSignal(opened.desk.signerChanged, timeout=PATIENCE_MS):
        QTest.keyClick(shown.passphrase, Qt.Key.Key_Return)
    assert opened.desk.signer is not None
    assert opened.desk.signer.person_id == "mvoss"
    settled(opened.tasks)
    opened.perform("person.sign_out")
    assert opened.desk.signer is None


def test_a_wrong_passphrase_is_said_plainly_and_can_be_tried_again(
    opened: MainWindow, qtbot: QtBot, settled: Settled
) -> None:
    shown = dialog(opened, qtbot)
    QTest.keyClicks(shown.passphrase, "not the passphrase")
    QTest.mouseClick(shown.accept_button, Qt.MouseButton.LeftButton)
    settled(opened.tasks)
    assert shown.isVisible()
    assert "passphrase of akeller is wrong" in shown.message.text()
    assert shown.passphrase.selectedText()
    assert opened.desk.signer is None
    QTest.keyClicks(shown.passphrase, demo.PASSPHRASE)
    with qtbot.waitSignal(opened.desk.signerChanged, timeout=PATIENCE_MS):
        QTest.mouseClick(shown.accept_button, Qt.MouseButton.LeftButton)
    settled(opened.tasks)


def test_closing_while_the_key_is_being_unlocked_signs_nobody_in(
    opened: MainWindow, qtbot: QtBot, settled: Settled
) -> None:
    shown = dialog(opened, qtbot)
    QTest.keyClicks(shown.passphrase, demo.PASSPHRASE)
    QTest.keyClick(shown.passphrase, Qt.Key.Key_Return)
    QTest.keyClick(shown, Qt.Key.Key_Escape)
    settled(opened.tasks)
    assert opened.desk.signer is None


def test_without_a_key_on_this_machine_the_way_out_is_named(opened: MainWindow, qtbot: QtBot) -> None:
    store = opened.desk.store
    assert store is not None
    for person in identity.local_people(store.store_id):
        identity.forget_key(store.store_id, person)
    shown = dialog(opened, qtbot)
    assert "reviewer add" in shown.message.text()
    assert not shown.passphrase.isEnabled()
    assert not shown.accept_button.isEnabled()


@pytest.mark.parametrize("name", ["who", "passphrase", "cancel", "accept_button"])
def test_everything_to_touch_is_tall_enough_and_named(opened: MainWindow, qtbot: QtBot, name: str) -> None:
    shown = dialog(opened, qtbot)
    widget = getattr(shown, name)
    assert widget.height() >= 42
    assert widget.accessibleName()
