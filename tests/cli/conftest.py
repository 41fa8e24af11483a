"""The command as tests call it: in this process through its own door, or as a process of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rmos_console.cli.main import main

PASSPHRASE = "correct horse battery"


@dataclass(frozen=True)
class Answer:
    """What one call printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout; a second one would not parse."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """The error document under --json."""
        found = self.json["error"]
        assert isinstance(found, dict)
        return found

    @property
    def lines(self) -> list[str]:
        """The lines on stdout."""
        return self.out.splitlines()


class Command:
    """``rmos-console`` on one store, called in this process through ``main()``."""

    def __init__(self, store: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.store = store
        self._capsys = capsys
        self._patch = patch

    def __call__(self, *arguments: object, stdin: bytes = b"", store: Path | None = None) -> Answer:
        """Run one call on the store and return what it answered."""
        return self.bare("--store", store or self.store, *arguments, stdin=stdin)

    def bare(self, *arguments: object, stdin: bytes = b"") -> Answer:
        """Run one call without naming a store."""
        self._capsys.readouterr()
        with self._patch.context() as patch:
            patch.setattr(sys, "argv", ["rmos-console", *(str(argument) for argument in arguments)])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
            with pytest.raises(SystemExit) as ended:
                main()
        captured = self._capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Answer(int(ended.value.code), captured.out, captured.err)

    def ok(self, *arguments: object, stdin: bytes = b"") -> Answer:
        """Run a call that must succeed."""
        answer = self(*arguments, stdin=stdin)
        assert answer.code == 0, answer
        return answer

    def create(self, **fields: Any) -> str:
        """Create a run and return its id."""
        answer = self.ok("create", "--json", stdin=json.dumps(run_document(**fields)).encode())
        return str(answer.json["run_id"])


def run_document(**fields: Any) -> dict[str, Any]:
    """Return a run as an integrator would send it; ``fields`` replace or add."""
    document: dict[str, Any] = {
        "mode": "mvp",
        "tool_id": "T102",
        "status": "OK",
        "request_summary": {"stepdown_mm": 1.5, "material": "maple"},
        "feasibility": {"risk_level": "GREEN", "score": 91},
        "decision": {"risk_level": "GREEN", "score": 91, "warnings": []},
    }
    return {**document, **fields}


def red_document(**fields: Any) -> dict[str, Any]:
    """Return a run that was blocked."""
    decision = {"risk_level": "RED", "score": 0, "block_reason": "Depth of cut too aggressive", "warnings": ["F020"]}
    return run_document(**{"status": "BLOCKED", "decision": decision, "feasibility": {"risk_level": "RED"}, **fields})


def files_of(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its bytes, to show that nothing was written.

    Left out are the lock and the note of who held it last: a refusal that is judged inside the lock changes those.
    """
    passing = {folder / "lock", folder / "state"}
    found = sorted(path for path in folder.rglob("*") if path.is_file() and path not in passing)
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def process(*arguments: object, env: dict[str, str] | None = None, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own, without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "rmos_console", *(str(argument) for argument in arguments)],
        env={**os.environ, **(env or {})},
        text=True,
        encoding="utf-8",
        capture_output=True,
        timeout=120,
        check=False,
        **{"stdin": subprocess.DEVNULL, **options},
    )


@pytest.fixture
def command(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command on a store that does not exist yet; output has no width, as in a pipe."""
    monkeypatch.delenv("COLUMNS", raising=False)
    return Command(tmp_path / "store", capsys, monkeypatch)


@pytest.fixture
def cli(command: Command) -> Command:
    """The command on a new, empty store."""
    command.ok("init")
    return command


@pytest.fixture
def signing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Set the passphrase that every signer of the following calls uses."""

    def use(passphrase: str = PASSPHRASE) -> None:
        monkeypatch.setenv("RMOS_REVIEWER_PASSPHRASE", passphrase)

    use()
    return use
