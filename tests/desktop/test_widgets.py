"""The shared widgets: plain text whatever comes, marks that hold together, tabs that fit, buttons that press."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from rmos_console.core.errors import BadDataError
from rmos_console.desktop import plaintext
from rmos_console.desktop.tasks import TaskRunner
from rmos_console.desktop.views.create_store import CreateStoreDialog, person_id
from rmos_console.desktop.views.runs.files import proposed_name
from rmos_console.desktop.widgets.buttons import BigButton, button
from rmos_console.desktop.widgets.evidence_text import EvidenceText
from rmos_console.desktop.widgets.labels import PlainLabel
from rmos_console.desktop.widgets.notice_bar import NoticeBar
from rmos_console.desktop.widgets.progress_line import ProgressLine
from rmos_console.desktop.widgets.tab_strip import TabStrip

guessed_rich = GuiQt.mightBeRichText

HOSTILE = [
    "<b>bold</b>", "<img src='file:///etc/passwd'>", "<html><body>x", "&lt;b&gt;", "a\u202eb", "\x00\x1b[31m", "\ud800",
    "<a href='http://example.com'>x</a>", "<!-- x -->", "<?xml version='1.0'?>", "\u200b", "line\r\nline",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_and_shows_what_is_hidden(qtbot: QtBot, text: str) -> None:
    label = PlainLabel(text, elide=Qt.TextElideMode.ElideRight)
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert not guessed_rich(label.toolTip())
    assert not any(ord(letter) < 32 or letter in "\u202e\u200b" for letter in label.text())
    assert label.whole() == text
    evidence = EvidenceText(text, [(0, 1)])
    qtbot.addWidget(evidence)
    evidence.resize(300, 100)
    evidence.grab()


@given(st.text(max_size=200))
def test_no_tooltip_is_ever_taken_for_rich_text(text: str) -> None:
    assert not guessed_rich(plaintext.tooltip(text))


@given(st.text(max_size=200))
def test_what_is_visible_holds_no_hidden_character(text: str) -> None:
    shown = plaintext.visible(text)
    assert plaintext.visible(shown) == shown
    assert "\n" not in shown
    if text.isascii() and text.isprintable():
        assert shown == text


@pytest.mark.usefixtures("application")
@given(st.text(max_size=60), st.lists(st.tuples(st.integers(-3, 70), st.integers(-3, 70)), max_size=4))
def test_any_marks_on_any_text_can_be_drawn(text: str, marks: list[tuple[int, int]]) -> None:
    widget = EvidenceText(text, marks)
    widget.resize(160, 80)
    widget.grab()
    good = [(start, end) for start, end in marks if 0 <= start < end <= len(text)]
    assert bool(widget.mark_rects()) <= bool(good)
    widget.deleteLater()


def test_a_mark_is_never_broken_and_lies_behind_its_words(qtbot: QtBot) -> None:
    text = "The pocket is 18.0 mm deep and the tool of hard steel-alloy measures 3 mm; too much."
    marks = [(14, 21), (43, 59)]
    assert [text[start:end] for start, end in marks] == ["18.0 mm", "hard steel-alloy"]
    widget = EvidenceText(text, marks)
    qtbot.addWidget(widget)
    for width in range(140, 500, 7):
        widget.resize(width, widget.heightForWidth(width))
        assert len(widget.mark_rects()) == 2, width
        assert all(rect.left() >= 0 and rect.bottom() <= widget.height() + 1 for rect in widget.mark_rects())
    assert widget.accessibleName() == text


def test_a_narrow_text_is_taller(qtbot: QtBot) -> None:
    widget = EvidenceText("word " * 60)
    qtbot.addWidget(widget)
    assert widget.heightForWidth(150) > 2 * widget.heightForWidth(500)


def test_tabs_that_do_not_fit_go_into_a_menu_but_the_chosen_one_stays(qtbot: QtBot) -> None:
    strip = TabStrip(["Why", "Evidence", "Advisories", "Reviews", "Files", "Raw", "History"])
    qtbot.addWidget(strip)
    strip.resize(352, 40)
    strip.show()
    assert all(tab.isVisible() for tab in strip.tabs)
    strip.resize(200, 40)
    assert strip.more.isVisible()
    assert not strip.tabs[6].isVisible()
    strip.choose(6)
    assert strip.tabs[6].isVisible()
    assert strip.current() == 6
    visible = [tab for tab in strip.tabs if tab.isVisible()]
    assert all(tab.geometry().right() < strip.more.x() for tab in visible)


def test_an_eliding_label_shows_the_whole_in_its_tooltip(qtbot: QtBot) -> None:
    label = PlainLabel("a very long name of a file", elide=Qt.TextElideMode.ElideMiddle)
    qtbot.addWidget(label)
    label.resize(50, 20)
    label.grab()
    assert label.toolTip() == "a very long name of a file"
    assert label.minimumSizeHint().width() < 50


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_a_focused_button_is_pressed_even_where_the_view_binds_the_key(qtbot: QtBot, key: Qt.Key) -> None:
    big = BigButton("Approve", "The explanation is right", icon="check", key="A", primary=True)
    small = button("Save")
    for each in (big, small):
        qtbot.addWidget(each)
        each.show()
        with qtbot.waitSignal(each.clicked):
            QTest.keyClick(each, key)
    assert big.sizeHint().height() >= 44
    assert button("Start", touch=True).sizeHint().height() >= 44


def test_a_big_button_says_what_is_missing(qtbot: QtBot) -> None:
    big = BigButton("Approve", "The explanation is right", icon="check", primary=True)
    qtbot.addWidget(big)
    filled = big.grab().toImage()
    big.set_needs("Sign in first")
    assert big.accessibleDescription() == "Sign in first"
    assert big.grab().toImage() != filled


def test_problems_name_thing_cause_and_way_out_with_details_that_open(qtbot: QtBot) -> None:
    bar = NoticeBar()
    qtbot.addWidget(bar)
    bar.fail("Importing", BadDataError("runs.json: <b>not</b> JSON; mend it.", line=3))
    assert bar.text.text() == "Importing: runs.json: <b>not</b> JSON; mend it."
    assert bar.details.isHidden()
    QTest.mouseClick(bar.more, Qt.MouseButton.LeftButton)
    assert not bar.details.isHidden()
    assert '"line": 3' in bar.details.toPlainText()
    QTest.mouseClick(bar.shut, Qt.MouseButton.LeftButton)
    assert bar.isHidden()


def test_news_go_by_themselves_but_problems_and_what_is_said_once_stay(qtbot: QtBot) -> None:
    window = QWidget()  # bars of their own would take the keyboard and the pointer
    qtbot.addWidget(window)
    news, problem, once = (NoticeBar(window, news_ms=1) for _ in range(3))
    for bar in (problem, once):
        bar.say("This is replaced.")
    problem.fail("Importing", BadDataError("runs.json: no JSON; mend it."))
    once.say("Write this code down.", stays=True)
    news.say("Your decision was withdrawn.")
    qtbot.waitUntil(news.isHidden)
    assert not problem.isHidden()
    assert not once.isHidden()


def test_progress_has_words_and_cancel(tasks: TaskRunner, qtbot: QtBot) -> None:
    line = ProgressLine(delay_ms=0)
    qtbot.addWidget(line)

    def work(progress: object, cancelled: object) -> None:
        assert callable(progress)
        assert callable(cancelled)
        progress(30, 120, "lines")
        while not cancelled():
            pass

    task = tasks.run("Reading", work, lambda _: None)
    line.follow(task)
    qtbot.waitUntil(lambda: line.what.text() == "lines · 30 of 120")
    assert line.bar.value() == 250
    QTest.mouseClick(line.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(line.isHidden)
    assert not tasks.running


def test_a_new_store_asks_for_what_it_needs(qtbot: QtBot) -> None:
    dialog = CreateStoreDialog("/tmp/x")  # noqa: S108 - never made: the dialog only hands it on
    qtbot.addWidget(dialog)
    dialog.name.setText("M. Voß")
    dialog.passphrase.setText("long enough")
    dialog.again.setText("other words")
    QTest.mouseClick(dialog.make, Qt.MouseButton.LeftButton)
    assert "differ" in dialog.problem.text()
    dialog.again.setText("long enough")
    with qtbot.waitSignal(dialog.wanted) as wanted:
        QTest.mouseClick(dialog.make, Qt.MouseButton.LeftButton)
    assert wanted.args == ["/tmp/x", ("m.voss", "M. Voß", "long enough")]  # noqa: S108 - as above


def test_ids_and_file_names_come_out_harmless() -> None:
    assert person_id("Jürgen Groß-Müller") == "jurgen.gross.muller"
    assert person_id("你好") == "admin"
    assert proposed_name("../../etc/passwd") == "_.._etc_passwd"
    assert proposed_name("part 7.nc") == "part 7.nc"


def test_qt_guesses_rich_text_that_we_never_hand_it(application: QApplication) -> None:
    assert application is QApplication.instance()
    assert guessed_rich("<b>x</b>"), "if this fails, Qt changed and the joiner is needed no more"
    document = QTextDocument()
    document.setPlainText("<b>x</b>")
    assert document.toPlainText() == "<b>x</b>"
