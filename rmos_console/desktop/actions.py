"""Every command as data: menus, shortcuts and help are made from this table, nothing is bound by hand elsewhere.

``where`` names the view in which the shortcut works; ``global`` ones work everywhere. Texts are marked for translation
here and translated where they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QCoreApplication

Where = Literal["global", "queue", "runs", "compare", "audit"]
Menu = Literal["store", "view", "run", "review", "compare", "audit", "help"]


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: ARG001 - the name and shape lupdate looks for
    """Mark ``text`` for translation and return it; PySide's own function is typed as returning an object."""
    return text


@dataclass(frozen=True)
class Action:
    """One command: ``shortcut`` is in Qt's portable spelling, empty where there is none; ``also`` is a second key."""

    id: str
    text: str
    shortcut: str
    where: Where
    menu: Menu
    help: str
    also: str = ""

    def label(self) -> str:
        """Return the translated text."""
        return QCoreApplication.translate("actions", self.text)

    def explanation(self) -> str:
        """Return the translated help."""
        return QCoreApplication.translate("actions", self.help)


ACTIONS: tuple[Action, ...] = (
    Action("store.demo", QT_TRANSLATE_NOOP("actions", "Try the demo"), "", "global", "store",
           QT_TRANSLATE_NOOP("actions", "Makes a store of its own with sample runs and opens it.")),
    Action("store.open", QT_TRANSLATE_NOOP("actions", "Open a store…"), "Ctrl+O", "global", "store",
           QT_TRANSLATE_NOOP("actions", "Opens the folder of a store.")),
    Action("store.open_read_only", QT_TRANSLATE_NOOP("actions", "Open a store read-only…"), "Ctrl+Shift+O", "global",
           "store", QT_TRANSLATE_NOOP("actions", "Opens a store without the possibility to change it.")),
    Action("store.create", QT_TRANSLATE_NOOP("actions", "Create a store…"), "Ctrl+N", "global", "store",
           QT_TRANSLATE_NOOP("actions", "Makes an empty store in an empty folder and opens it.")),
    Action("store.import", QT_TRANSLATE_NOOP("actions", "Import a folder…"), "Ctrl+I", "global", "store",
           QT_TRANSLATE_NOOP("actions", "Imports RMOS runs from a folder in any layout; nothing is imported twice.")),
    Action("store.import_file", QT_TRANSLATE_NOOP("actions", "Import a file…"), "Ctrl+Shift+I", "global", "store",
           QT_TRANSLATE_NOOP("actions", "Imports RMOS runs from one file.")),
    Action("store.explain_missing", QT_TRANSLATE_NOOP("actions", "Explain all runs without an explanation"),
           "Ctrl+Shift+E", "global", "store",
           QT_TRANSLATE_NOOP("actions", "Writes the missing explanations; the policy decides which need a review.")),
    Action("person.sign_in", QT_TRANSLATE_NOOP("actions", "Sign in…"), "Ctrl+L", "global", "store",
           QT_TRANSLATE_NOOP("actions", "Unlocks your key, so that you can approve and reject.")),
    Action("person.sign_out", QT_TRANSLATE_NOOP("actions", "Sign out"), "Ctrl+Shift+L", "global", "store",
           QT_TRANSLATE_NOOP("actions", "Forgets your unlocked key.")),
    Action("app.quit", QT_TRANSLATE_NOOP("actions", "Quit"), "Ctrl+Q", "global", "store",
           QT_TRANSLATE_NOOP("actions", "Closes the window; everything that was shown as saved is saved.")),
    Action("view.queue", QT_TRANSLATE_NOOP("actions", "Queue"), "Ctrl+1", "global", "view",
           QT_TRANSLATE_NOOP("actions", "Shows the explanations that wait for a decision.")),
    Action("view.runs", QT_TRANSLATE_NOOP("actions", "Runs"), "Ctrl+2", "global", "view",
           QT_TRANSLATE_NOOP("actions", "Shows the table of runs.")),
    Action("view.compare", QT_TRANSLATE_NOOP("actions", "Compare"), "Ctrl+3", "global", "view",
           QT_TRANSLATE_NOOP("actions", "Shows what differs between two runs.")),
    Action("view.audit", QT_TRANSLATE_NOOP("actions", "Audit"), "Ctrl+4", "global", "view",
           QT_TRANSLATE_NOOP("actions", "Proves that nothing was altered or lost.")),
    Action("view.search", QT_TRANSLATE_NOOP("actions", "Search runs"), "Ctrl+F", "global", "view",
           QT_TRANSLATE_NOOP("actions", "Puts the cursor into the search box of the run table."), also="/"),
    Action("view.theme", QT_TRANSLATE_NOOP("actions", "Switch between light and dark"), "Ctrl+Shift+T", "global",
           "view", QT_TRANSLATE_NOOP("actions", "Changes the colours of the window.")),
    Action("runs.review", QT_TRANSLATE_NOOP("actions", "Review this run"), "Return", "runs", "run",
           QT_TRANSLATE_NOOP("actions", "Opens the queue at the selected run.")),
    Action("runs.explain", QT_TRANSLATE_NOOP("actions", "Explain this run"), "Ctrl+E", "runs", "run",
           QT_TRANSLATE_NOOP("actions", "Writes an explanation of the selected run if it has none.")),
    Action("runs.compare", QT_TRANSLATE_NOOP("actions", "Compare with the nearest GREEN run"), "D", "runs", "run",
           QT_TRANSLATE_NOOP("actions", "Compares the selected run with the run its explanation names.")),
    Action("runs.side_a", QT_TRANSLATE_NOOP("actions", "Put on the desk as A"), "Shift+A", "runs", "run",
           QT_TRANSLATE_NOOP("actions", "Takes the selected run as side A of the comparison.")),
    Action("runs.side_b", QT_TRANSLATE_NOOP("actions", "Put on the desk as B"), "Shift+B", "runs", "run",
           QT_TRANSLATE_NOOP("actions", "Takes the selected run as side B and compares.")),
    Action("runs.copy_id", QT_TRANSLATE_NOOP("actions", "Copy run id"), "Ctrl+C", "runs", "run",
           QT_TRANSLATE_NOOP("actions", "Copies the whole id of the selected run.")),
    Action("runs.add_file", QT_TRANSLATE_NOOP("actions", "Attach a file…"), "Ctrl+Shift+A", "runs", "run",
           QT_TRANSLATE_NOOP("actions", "Keeps a copy of a file with the selected run.")),
    Action("runs.clear", QT_TRANSLATE_NOOP("actions", "Clear filters"), "Ctrl+Backspace", "runs", "run",
           QT_TRANSLATE_NOOP("actions", "Shows all runs again.")),
    Action("queue.approve", QT_TRANSLATE_NOOP("actions", "Approve"), "A", "queue", "review",
           QT_TRANSLATE_NOOP("actions", "Signs: the explanation is right.")),
    Action("queue.reject", QT_TRANSLATE_NOOP("actions", "Reject"), "X", "queue", "review",
           QT_TRANSLATE_NOOP("actions", "Signs: the explanation is wrong. A reason is needed.")),
    Action("queue.skip", QT_TRANSLATE_NOOP("actions", "Skip"), "Space", "queue", "review",
           QT_TRANSLATE_NOOP("actions", "Leaves this one for later and goes on.")),
    Action("queue.next", QT_TRANSLATE_NOOP("actions", "Next"), "J", "queue", "review",
           QT_TRANSLATE_NOOP("actions", "Shows the next explanation.")),
    Action("queue.previous", QT_TRANSLATE_NOOP("actions", "Previous"), "K", "queue", "review",
           QT_TRANSLATE_NOOP("actions", "Shows the previous explanation.")),
    Action("queue.compare", QT_TRANSLATE_NOOP("actions", "Compare with the contrast run"), "D", "queue", "review",
           QT_TRANSLATE_NOOP("actions", "Compares the run with the nearest GREEN one.")),
    Action("queue.undo", QT_TRANSLATE_NOOP("actions", "Undo my last decision"), "U", "queue", "review",
           QT_TRANSLATE_NOOP("actions", "Withdraws your last decision; both stay in the history.")),
    Action("compare.next", QT_TRANSLATE_NOOP("actions", "Next difference"), "N", "compare", "compare",
           QT_TRANSLATE_NOOP("actions", "Goes to the next difference.")),
    Action("compare.previous", QT_TRANSLATE_NOOP("actions", "Previous difference"), "P", "compare", "compare",
           QT_TRANSLATE_NOOP("actions", "Goes to the previous difference.")),
    Action("compare.swap", QT_TRANSLATE_NOOP("actions", "Swap A and B"), "S", "compare", "compare",
           QT_TRANSLATE_NOOP("actions", "Exchanges the two sides.")),
    Action("compare.equal", QT_TRANSLATE_NOOP("actions", "Show or hide equal rows"), "E", "compare", "compare",
           QT_TRANSLATE_NOOP("actions", "Also shows the rows in which both runs agree.")),
    Action("audit.run", QT_TRANSLATE_NOOP("actions", "Run the audit"), "F5", "audit", "audit",
           QT_TRANSLATE_NOOP("actions", "Reads the whole store again and checks every digest and signature.")),
    Action("audit.cancel", QT_TRANSLATE_NOOP("actions", "Stop the audit"), "Escape", "audit", "audit",
           QT_TRANSLATE_NOOP("actions", "Ends a running audit without a result.")),
    Action("audit.export", QT_TRANSLATE_NOOP("actions", "Export the report…"), "Ctrl+S", "audit", "audit",
           QT_TRANSLATE_NOOP("actions", "Writes what the audit found into a file.")),
    Action("help.keys", QT_TRANSLATE_NOOP("actions", "Keys and commands"), "F1", "global", "help",
           QT_TRANSLATE_NOOP("actions", "Lists every command with its key and what it does.")),
    Action("help.about", QT_TRANSLATE_NOOP("actions", "About RMOS Console"), "", "global", "help",
           QT_TRANSLATE_NOOP("actions", "Shows the version and the licences.")),
)  # fmt: skip

BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}


def of(where: Where) -> tuple[Action, ...]:
    """Return the actions of one view, in menu order."""
    return tuple(action for action in ACTIONS if action.where == where)
