"""What claims to accept a restored copy is judged by the audit and by the verifier alike, whoever wrote it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core import identity, resources
from rmos_console.core.records import events
from rmos_console.core.usecases.audit import audit
from tests.store.frozen import KELLER, STORE_ID, VOSS, Ledger, people
from tests.unit.doctor.conftest import private


def act_of(ledger: Ledger, **changes: Any) -> dict[str, Any]:
    """Return a signed act that accepts the head of now, but for what is changed before it is signed."""
    facts: dict[str, Any] = {
        "store_id": STORE_ID,
        "head": (ledger.seq, ledger.digest),
        "lost": (ledger.seq + 4, "ab" * 32),
        "reason": "A restore",
        "at_utc": ledger.at,
        "by": VOSS,
    }
    return identity.accept_head_act(**{**facts, **changes})


def store_with(path: Path, act: Callable[[Ledger], dict[str, Any]]) -> Path:
    """Make a store whose last line carries an act."""
    path.mkdir(mode=0o700)
    (path / "store.json").write_text(
        f'{{"allow_network":false,"created_at_utc":"2026-01-05T08:00:00Z","format":1,"group":null,"store_id":"{STORE_ID}"}}'
    )
    ledger = Ledger(path)
    ledger.write([events.store_created(STORE_ID)])
    people(ledger)
    ledger.write([events.store_rolled_back(act(ledger))])
    return private(path)


def verdicts(path: Path) -> tuple[bool, bool]:
    """Return whether the audit and whether the verifier finds nothing wrong."""
    verifier = [sys.executable, str(resources.path("verifier/verify.py")), str(path)]
    done = subprocess.run(verifier, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode in {0, 1}, done.stderr
    return audit(path).ok, done.returncode == 0


def test_a_true_one_is_accepted(tmp_path: Path) -> None:
    assert verdicts(store_with(tmp_path / "s", act_of)) == (True, True)


FORGED: dict[str, Callable[[Ledger], dict[str, Any]]] = {
    "another head": lambda ledger: act_of(ledger, head=(ledger.seq - 1, ledger.digests[ledger.seq - 1])),
    "another digest": lambda ledger: act_of(ledger, head=(ledger.seq, "cd" * 32)),
    "what is called lost is there": lambda ledger: act_of(ledger, lost=(2, ledger.digests[2])),
    "by a reviewer": lambda ledger: act_of(ledger, by=KELLER),
    "for another store": lambda ledger: act_of(ledger, store_id="store_other"),
    "changed after it was signed": lambda ledger: {**act_of(ledger), "reason": "Another one"},
    "without a signature": lambda ledger: {**act_of(ledger), "signature": ""},
    "another act": lambda ledger: identity.revoke_act(
        store_id=STORE_ID, person_id="akeller", since=ledger.at, reason=None, at_utc=ledger.at, by=VOSS
    ),
    "nothing": lambda _ledger: {},
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_forged_one_is_found_by_both(tmp_path: Path, forged: Callable[[Ledger], dict[str, Any]]) -> None:
    assert verdicts(store_with(tmp_path / "s", forged)) == (False, False)
