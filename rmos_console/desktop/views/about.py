"""What this program is."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from rmos_console import __version__


def about_box(parent: QWidget) -> QMessageBox:
    """Return a message box with version and licences; it deletes itself when closed."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(QCoreApplication.translate("about", "About RMOS Console"))
    told = QCoreApplication.translate(
        "about", "RMOS Console {version}\nMIT licence. The fonts Inter and JetBrains Mono are under the OFL."
    )
    box.setText(told.format(version=__version__))
    return box
