"""Attaching files to a run and saving them elsewhere, by the system's file dialog."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from rmos_console.desktop import operations
from rmos_console.desktop.desk import Desk
from rmos_console.desktop.tasks import TaskRunner


def attach(parent: QWidget, desk: Desk, tasks: TaskRunner, run_id: str) -> None:
    """Ask for a file and keep a copy of it with the run."""
    path, _ = QFileDialog.getOpenFileName(parent, QCoreApplication.translate("files", "Attach a file"))
    if path:
        operations.add_file(desk, tasks, run_id, Path(path))


def save(parent: QWidget, desk: Desk, tasks: TaskRunner, run_id: str, sha256: str, name: str) -> None:
    """Ask for a place and write the file there; the name in the store is only a proposal."""
    title = QCoreApplication.translate("files", "Save the file")
    path, _ = QFileDialog.getSaveFileName(parent, title, proposed_name(name) or sha256)
    if path:
        operations.save_file(desk, tasks, run_id, sha256, Path(path))


def proposed_name(name: str) -> str:
    """Return a stored file name without anything that could make it a path, hidden or strange."""
    return "".join(letter if letter.isalnum() or letter in "._- " else "_" for letter in name).lstrip(".")[:120]
