"""Reject, Skip and Approve, always in the same place, and what is still missing for them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from rmos_console.core.identity import Signer
from rmos_console.core.records.review import Verb
from rmos_console.core.review.policy import needs_reason, needs_second
from rmos_console.desktop import theme
from rmos_console.desktop.views.queue.facts import CardFacts
from rmos_console.desktop.views.queue.readiness import Missing, missing
from rmos_console.desktop.views.queue.reason_bar import ReasonBar
from rmos_console.desktop.views.queue.words import need
from rmos_console.desktop.widgets.buttons import BigButton, link
from rmos_console.desktop.widgets.labels import PlainLabel
from rmos_console.desktop.widgets.surfaces import Rule

_WIDE = 900
"""Pixels from which there is room to say who signs beside the buttons."""


class DecisionBar(QFrame):
    """The fixed foot of the queue card; its buttons ask, the view decides whether that is possible."""

    asked = Signal(str)
    """``approved``, ``rejected``, ``skip`` or ``sign_in``"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.wanted: Verb | None = None
        self._facts: CardFacts | None = None
        self._about: tuple[str, str] | None = None
        self._signer: Signer | None = None
        self._writable, self._read = True, False
        self.reason = ReasonBar()
        self.reason.changed.connect(self._show)
        self.reason.confirmed.connect(self._confirm)
        self.reject = BigButton(self.tr("Reject"), self.tr("The explanation is wrong"), icon="cross", key="X")
        self.skip = BigButton(self.tr("Skip"), self.tr("Decide later"), icon="skip", key=self.tr("Space"), flat=True)
        self.approve = BigButton(
            self.tr("Approve"), self.tr("The explanation is right"), icon="check", key="A", primary=True
        )
        self.reject.clicked.connect(lambda: self.asked.emit("rejected"))
        self.skip.clicked.connect(lambda: self.asked.emit("skip"))
        self.approve.clicked.connect(lambda: self.asked.emit("approved"))
        self.who = PlainLabel(size=theme.SMALL)
        self.rule = PlainLabel(size=theme.SMALL, tone="muted")
        self.sign_in = link(self.tr("Sign in"))
        self.sign_in.setMinimumHeight(theme.TOUCH)
        self.sign_in.clicked.connect(lambda: self.asked.emit("sign_in"))
        self._lay_out()
        self.clear()

    def _lay_out(self) -> None:
        for label in (self.who, self.rule):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._said = QWidget()
        said = QVBoxLayout(self._said)
        said.setContentsMargins(0, 0, 0, 0)
        said.setSpacing(2)
        said.addStretch(1)
        said.addWidget(self.who)
        said.addWidget(self.rule)
        said.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(theme.GAP_XL, theme.GAP_L, theme.GAP_XL, theme.GAP_L)
        buttons.setSpacing(theme.GAP_L)
        buttons.addWidget(self.reject)
        buttons.addWidget(self.skip)
        buttons.addStretch(1)
        buttons.addWidget(self._said)
        buttons.addWidget(self.sign_in)
        buttons.addWidget(self.approve)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(Rule())
        layout.addWidget(self.reason)
        layout.addLayout(buttons)

    def clear(self) -> None:
        """Stand for no explanation."""
        self.take(None)

    def take(self, facts: CardFacts | None) -> None:
        """Stand for another explanation, or none; a reason is forgotten unless the same text comes back."""
        self._facts, self.wanted, self._read = facts, None, False
        if facts is not None:
            key = (facts.run.run_id, facts.advisory.text_sha256)
            if key != self._about:
                self.reason.clear()
            self._about = key
        self._show()

    def set_standing(self, *, signer: Signer | None, writable: bool, read: bool) -> None:
        """Take over who is signed in, whether the store can be written, and whether the card has been read."""
        self._signer, self._writable, self._read = signer, writable, read
        self._show()

    def missing(self, verb: Verb) -> tuple[Missing, ...]:
        """Return what is missing for ``verb`` now."""
        return missing(
            verb,
            self._facts,
            signer=self._signer,
            writable=self._writable,
            read=self._read,
            reason=self.reason.text(),
        )

    def ask_reason(self, verb: Verb) -> None:
        """Show the reason field for ``verb`` and put the cursor there."""
        self.wanted = verb
        self._show()
        self.reason.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is narrow, the buttons need the room of the words beside them."""
        super().resizeEvent(event)
        wide = event.size().width() >= _WIDE
        self._said.setVisible(wide)
        self.reject.setMinimumWidth(252 if wide else 0)
        self.approve.setMinimumWidth(264 if wide else 0)

    def _show(self) -> None:
        facts = self._facts
        for button, verb in ((self.reject, "rejected"), (self.approve, "approved")):
            lacking = self.missing("approved" if verb == "approved" else "rejected")
            blocking = [each for each in lacking if verb == "approved" or each is not Missing.REASON]
            button.set_needs(need(blocking[0]) if blocking else "")
            button.setEnabled(facts is not None and self._writable)
        red = facts is not None and needs_reason(facts.policy, facts.run.risk, "approved")
        if facts is not None and self._writable and (red or self.wanted == "rejected"):
            rejecting = self.wanted == "rejected"
            label = self.tr("Why is it wrong?") if rejecting else self.tr("Your reason, needed for RED")
            self.reason.ask(label, "rejected" if rejecting else "approved")
        else:
            self.reason.hide()
        self.sign_in.setVisible(facts is not None and self._signer is None and self._writable)
        self.who.setText(self._who())
        self.rule.setText(self._rule())
        self.rule.setVisible(bool(self.rule.text()))

    def _who(self) -> str:
        if not self._writable:
            return self.tr("Read-only")
        if self._facts is None:
            return ""
        if self._signer is None:
            return self.tr("Nobody is signed in")
        return self.tr("Signed as {name}").format(name=self._signer.name)

    def _rule(self) -> str:
        facts = self._facts
        if facts is None or not self._writable:
            return ""
        if needs_second(facts.policy, facts.run.risk):
            return self.tr("RED asks for two people")
        if needs_reason(facts.policy, facts.run.risk, "approved"):
            return self.tr("RED asks for a reason")
        return ""

    def _confirm(self) -> None:
        if self.wanted is not None:
            self.asked.emit(self.wanted)
        elif self.reason.text():
            self.approve.setFocus(Qt.FocusReason.OtherFocusReason)
