"""The verifier alone, with another Python that has no packages, accepts the good bundle and rejects attacked ones."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core import resources
from rmos_console.core.canonical import canonical, canonical_sha256
from rmos_console.core.identity import Signer
from rmos_console.core.records.actor import Caller
from rmos_console.core.store import Store, open_store
from rmos_console.core.store.line import encode
from rmos_console.core.usecases import admin, checkpoint, explain, export, intake
from tests.unit.usecases.conftest import CALLER, GREEN, RED, decide, enrol
from tests.unit.usecases.forge import forge

Change = Callable[[dict[str, Any]], None]
SEGMENT = "ledger/000001.jsonl"


@pytest.fixture
def closed(store_path: Path) -> Path:
    """A closed store: a RED run rejected by a person, a GREEN one approved by policy, a policy set, a checkpoint."""
    with open_store(store_path) as store:
        voss = enrol(store, "mvoss", "M. Voss", None)
        enrol(store, "akeller", "A. Keller", voss)
        for feasibility in (GREEN, RED):
            document = {"mode": "m", "tool_id": "T1", "status": "OK", "feasibility": feasibility}
            document["outputs"] = {"gcode_text": "G1 X1\n" * 60_000}
            run = explain.explain(store, intake.create(store, document, CALLER).value.run_id, caller=CALLER).value
        decide(store, voss, run.run_id, run.advisory_inputs[0].advisory_id, "rejected", reason="No")
        admin.set_policy(store, voss, second_for_red=True, caller=CALLER)
        checkpoint.take(store, voss, caller=CALLER)
    return store_path


def verify(tmp_path: Path, *arguments: object, packages: bool = False) -> subprocess.CompletedProcess[str]:
    """Copy the verifier out and run it alone; without packages Python sees nothing but its own library."""
    alone = tmp_path / "alone.py"
    shutil.copy(resources.path("verifier/verify.py"), alone)
    python = [sys.executable] if packages else [getattr(sys, "_base_executable", sys.executable), "-I", "-S"]
    call = [*python, str(alone), *map(str, arguments)]
    return subprocess.run(call, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False)


@pytest.mark.parametrize("packages", [False, True])
def test_a_good_bundle_is_accepted(closed: Path, tmp_path: Path, *, packages: bool) -> None:
    export.bundle(closed, tmp_path / "b.zip")
    done = verify(tmp_path, tmp_path / "b.zip", packages=packages)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "INTACT"
    assert ("NOT CHECKED" in done.stdout) is not packages
    assert verify(tmp_path, closed, packages=packages).returncode == 0


def lines(path: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    found = (path / SEGMENT).read_bytes().splitlines(keepends=True)
    (path / SEGMENT).write_bytes(b"".join(change(found)))


def blob(path: Path) -> Path:
    return next(each for each in (path / "blobs").rglob("*") if each.is_file())


def rewrite_one(path: Path) -> None:
    """Write one line anew with a digest that fits its bytes; only the link from the next line shows it."""

    def change(found: list[bytes]) -> list[bytes]:
        line = json.loads(found[2])
        line["transactions"][0]["request"] = "another"
        transactions = [canonical(each) for each in line["transactions"]]
        return [*found[:2], encode(line["prev"], line["seq"], transactions)[0], *found[3:]]

    lines(path, change)


def change_blob(path: Path) -> None:
    blob(path).chmod(0o600)
    blob(path).write_bytes(b"G0")


BYTES: dict[str, Callable[[Path], object]] = {
    "edit": lambda path: lines(path, lambda all_: [each.replace(b"M. Voss", b"M. Foss") for each in all_]),
    "drop": lambda path: lines(path, lambda all_: all_[:2] + all_[3:]),
    "drop the first": lambda path: lines(path, lambda all_: all_[1:]),
    "reorder": lambda path: lines(path, lambda all_: [*all_[:2], all_[3], all_[2], *all_[4:]]),
    "splice": lambda path: lines(path, lambda all_: [*all_, all_[2]]),
    "empty": lambda path: lines(path, lambda _all: []),
    "cut the middle": lambda path: lines(path, lambda all_: [*all_[:2], all_[2][:-9] + b"\n", *all_[3:]]),
    "rewrite one line": rewrite_one,
    "change a blob": change_blob,
    "lose a blob": lambda path: blob(path).unlink(),
    "another store": lambda path: (path / "store.json").write_text(json.dumps({"format": 1, "store_id": "store_x"})),
}


@pytest.mark.parametrize("attack", BYTES.values(), ids=BYTES.keys())
def test_changed_bytes_are_rejected_without_any_package(
    closed: Path, tmp_path: Path, attack: Callable[[Path], object]
) -> None:
    attack(closed)
    done = verify(tmp_path, closed)
    assert (done.returncode, done.stderr) == (1, ""), done.stdout
    assert "NOT INTACT" in done.stdout


def on(kind: str, *path: str, value: Any) -> Change:
    def change(event: dict[str, Any]) -> None:
        if event["kind"] == kind:
            part = event
            for key in path[:-1]:
                part = part[key]
            part[path[-1]] = value

    return change


def green_over_red(event: dict[str, Any]) -> None:
    if event["kind"] == "run.sealed" and event["run"]["feasibility"]["risk_level"] == "RED":
        event["run"]["feasibility"] = dict(GREEN)
        event["run_sha256"] = canonical_sha256(event["run"])


def other_words(event: dict[str, Any]) -> None:
    if event["kind"] == "advisory.sealed":
        event["asset"]["text"] = "All is well."
        event["asset_sha256"] = canonical_sha256(event["asset"])


REWRITTEN: dict[str, tuple[Change, bool]] = {
    "GREEN over RED": (green_over_red, False),
    "other words": (other_words, False),
    "a run unsealed": (on("run.sealed", "run", "tool_id", value="T9"), False),
    "the text decided about": (on("review.rejected", "decision", "text_sha256", value="0" * 64), False),
    "the run decided about": (on("review.rejected", "decision", "run_id", value="run_" + "f" * 12), False),
    "the verb": (on("review.rejected", "decision", "verb", value="approved"), False),
    "the name": (on("review.rejected", "decision", "person_name", value="M. V\u043ess"), False),
    "the person": (on("review.rejected", "decision", "person_id", value="nobody"), False),
    "the store": (on("review.rejected", "decision", "store_id", value="store_x"), False),
    "what was seen": (on("review.rejected", "decision", "seen", "digest", value="a" * 64), False),
    "a system actor": (on("review.auto_approved", "decision", "actor", value="system:me"), False),
    "an approval moved": (on("review.auto_approved", "decision", "text_sha256", value="0" * 64), False),
    "an attempt": (on("explanation.ready", "attempt", value=None), False),
    "the policy": (on("policy.set", "policy", "mode", value="informational"), False),
    "who enrolled": (on("reviewer.enrolled", "act", "by", value="akeller"), False),
    "the reason": (on("review.rejected", "decision", "reason", value="Yes"), True),
    "the time": (on("review.rejected", "decision", "at_utc", value="2020-01-01T00:00:00Z"), True),
    "a key": (on("reviewer.enrolled", "act", "public_key", value="b" * 64), True),
    "a role": (on("reviewer.enrolled", "act", "person", "role", value="admin"), True),
    "a signed checkpoint": (on("checkpoint.signed", "checkpoint", "at_utc", value="2020-01-01T00:00:00Z"), True),
}
"""Attacks on a chain made whole again, and whether only a signature shows them."""


@pytest.mark.parametrize(("attack", "only_signed"), REWRITTEN.values(), ids=REWRITTEN.keys())
def test_a_rewritten_chain_is_rejected(closed: Path, tmp_path: Path, attack: Change, *, only_signed: bool) -> None:
    forge(closed, attack)
    done = verify(tmp_path, closed, packages=only_signed)
    assert (done.returncode, done.stderr) == (1, ""), done.stdout
    if only_signed:
        assert "signature" in done.stdout


def test_a_transaction_that_stands_twice_is_rejected(closed: Path, tmp_path: Path) -> None:
    forge(closed, lambda _event: None, repeat=True)
    done = verify(tmp_path, closed)
    assert done.returncode == 1
    assert "stands twice" in done.stdout


def test_lines_cut_off_show_against_a_checkpoint_only(closed: Path, tmp_path: Path) -> None:
    with open_store(closed, read_only=True) as store:
        noted = checkpoint.take(store, None, caller=CALLER).value
    head = tmp_path / "head.txt"
    head.write_text(noted.text())
    assert verify(tmp_path, closed, "--against", head).returncode == 0
    lines(closed, lambda all_: all_[:-1])
    done = verify(tmp_path, closed)
    assert (done.returncode, "lines cut off do not show" in done.stdout) == (0, True)
    done = verify(tmp_path, closed, "--against", head)
    assert (done.returncode, "it was cut off" in done.stdout) == (1, True)
    head.write_text(noted.model_copy(update={"seq": 2}).text())
    assert "it was rewritten" in verify(tmp_path, closed, "--against", head).stdout
    head.write_text("nothing")
    assert verify(tmp_path, closed, "--against", head).returncode == 2


def test_what_it_cannot_look_at_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(b"PK")
    for given in (tmp_path / "none", tmp_path / "bad.zip", tmp_path):
        done = verify(tmp_path, given)
        assert (done.returncode, done.stderr) == (2, ""), given
        assert done.stdout.startswith("CANNOT VERIFY")
    assert verify(tmp_path, "a", "b").returncode == 2


def test_torn_bytes_at_the_end_are_a_note(store: Store, caller: Caller, voss: Signer, tmp_path: Path) -> None:
    checkpoint.take(store, voss, caller=caller)
    with (store.path / SEGMENT).open("ab") as file:
        file.write(b'{"prev":"torn\x1b[31m')
    done = verify(tmp_path, store.path)
    assert done.returncode == 0
    assert "note " in done.stdout
    assert "\x1b" not in done.stdout
