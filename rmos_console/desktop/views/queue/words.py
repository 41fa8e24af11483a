"""The words of the queue, translated."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from rmos_console.core.records.review import Verb
from rmos_console.desktop.views.queue.readiness import Missing


def tr(text: str) -> str:
    """Translate a text of the queue."""
    return QCoreApplication.translate("queue", text)


def need(missing: Missing) -> str:
    """Return what a button says while something is missing."""
    return {
        Missing.CARD: tr("Nothing to decide yet"),
        Missing.WRITABLE: tr("The store is read-only"),
        Missing.SIGNER: tr("Sign in first"),
        Missing.OTHER_PERSON: tr("Needs another person"),
        Missing.OTHER_AUTHOR: tr("You wrote this text"),
        Missing.READ: tr("Read to the end first"),
        Missing.REASON: tr("Needs your reason"),
    }[missing]


def advice(missing: Missing) -> str:
    """Return one sentence on what is missing and what to do about it."""
    return {
        Missing.CARD: tr("This explanation could not be read, so it cannot be decided."),
        Missing.WRITABLE: tr("The store is read-only, so nothing can be decided in it."),
        Missing.SIGNER: tr("A decision is signed with your key: sign in first."),
        Missing.OTHER_PERSON: tr("You gave the first signature. The second one must be another person's."),
        Missing.OTHER_AUTHOR: tr("Nobody approves words they wrote themselves. Ask another reviewer."),
        Missing.READ: tr("Some of this explanation has not been in view yet. Read to its end first."),
        Missing.REASON: tr("This decision needs your reason. Choose one or write your own."),
    }[missing]


def reasons() -> dict[Verb, tuple[str, ...]]:
    """Return reasons that can be given with one touch; what is stored is the text as it stands here."""
    return {
        "approved": (tr("The limit is right"), tr("Checked at the machine")),
        "rejected": (tr("The values are wrong"), tr("The conclusion is wrong")),
    }
