"""Rivals that are no dependency of anything here: installed, pinned, in a throw-away environment of their own.

Each runs as a process that answers one question a line, so that it can take turns with the others.
"""

from __future__ import annotations

import json
import os
import subprocess
import venv
from pathlib import Path
from typing import Any, Final

PINS: Final = {
    "deepdiff": ("deepdiff==9.1.0",),
    "mlflow": ("mlflow-skinny==3.17.2", "sqlalchemy==2.0.58", "alembic==1.20.1"),
}
INSTALL_SECONDS: Final = 300


class Apart:
    """A rival in a process of its own."""

    def __init__(self, python: Path, kind: str, folder: Path) -> None:
        script = Path(__file__).with_name(f"{kind}_answers.py")
        self._process = subprocess.Popen(
            [str(python), str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=folder,
            env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"},
        )

    def ask(self, what: str, value: Any) -> float:
        """Let it do something once, and return the milliseconds that it took there."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("a rival has no pipes")
        self._process.stdin.write(json.dumps([what, value]) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"a rival ended with {self._process.wait()}")
        return float(json.loads(answer))

    def close(self) -> None:
        """Let it end."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=60)
        if self._process.stdout is not None:
            self._process.stdout.close()


def start(kind: str, folder: Path) -> Apart | str:
    """Install a rival below ``folder`` and start it there, or return in one sentence why it cannot be had."""
    home = folder / kind
    python = home / "bin" / "python"
    if not (home / "installed").exists():
        venv.create(home, with_pip=True, clear=True)
        done = subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PINS[kind]],
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
        if done.returncode:
            complaints = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["it said nothing"]
            return f"{' '.join(PINS[kind])} does not install here: {complaints[-1].removeprefix('ERROR: ')}"
        (home / "installed").touch()
    return Apart(python, kind, home)
