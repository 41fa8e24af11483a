"""The example store of each format version opens, lists, audits clean, exports, and is written on, in this version."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rmos_console.core import resources
from tests.cli.conftest import Command
from tests.house.tracked import CHECKOUT
from tests.store import frozen
from tests.store.making import independent_verify

FORMATS = sorted((CHECKOUT / "tests/data").glob("store-format-*"))
HEADS = {"store-format-1": (21, "55cdfe4dd5c56d93378339419d9b631496eb67d7db72cdcbf906a02f20032d1d")}
KINDS_OF_FORMAT_1 = {
    "store.created", "store.recovered", "store.reverified", "store.rolled_back", "segment.closed", "run.sealed",
    "run.meta_patched", "attachment.added", "advisory.sealed", "advisory.attached", "explanation.pending",
    "explanation.ready", "explanation.failed", "review.approved", "review.rejected", "review.withdrawn",
    "review.auto_approved", "reviewer.enrolled", "reviewer.rekeyed", "reviewer.revoked", "policy.set",
    "checkpoint.signed", "import.completed",
}  # fmt: skip
"""Written out, because the example keeps its kinds when the program gets more."""


def unfrozen(name: str, target: Path) -> Path:
    """Copy an example to where it can be used: a checkout keeps neither modes nor empty folders."""
    source = CHECKOUT / "tests/data" / name
    for path in sorted([source, *source.rglob("*")]):
        copy = target / path.relative_to(source)
        if path.is_dir():
            copy.mkdir(mode=0o700)
        else:
            copy.write_bytes(path.read_bytes())
            copy.chmod(0o600)
    return target


@pytest.fixture(params=[path.name for path in FORMATS])
def old(request: pytest.FixtureRequest, command: Command) -> Command:
    """The command on a copy of an example store."""
    unfrozen(request.param, command.store)
    return command


def test_there_is_an_example_of_every_format() -> None:
    assert [path.name for path in FORMATS] == sorted(HEADS)


def test_the_example_holds_every_kind_of_event_in_two_segments() -> None:
    folder = CHECKOUT / "tests/data/store-format-1"
    seq, digest, events = independent_verify(folder)
    assert (seq, digest) == HEADS["store-format-1"]
    assert {event["kind"] for event in events} == KINDS_OF_FORMAT_1
    assert len(list((folder / "ledger").iterdir())) == 2
    assert any((folder / "quarantine").iterdir())
    assert sum(path.is_file() for path in (folder / "blobs").rglob("*")) == 5


def test_the_script_makes_the_example_as_it_is_kept(tmp_path: Path) -> None:
    frozen.make(tmp_path / "again")
    kept = CHECKOUT / "tests/data/store-format-1"
    files = {path.relative_to(kept): path.read_bytes() for path in kept.rglob("*") if path.is_file()}
    again = tmp_path / "again"
    assert {path.relative_to(again): path.read_bytes() for path in again.rglob("*") if path.is_file()} == files


def test_it_lists_and_shows_what_it_holds(old: Command) -> None:
    for _ in range(2):  # without a catalog, then with one
        listed = {row["run_id"]: row for row in old.ok("list", "--json").json["items"]}
        assert {run: row["review_state"] for run, row in listed.items()} == {
            frozen.GREEN: "AUTO_APPROVED",
            frozen.RED: "APPROVED",
            frozen.OLD: "NONE",
            frozen.LARGE: "NONE",
        }
    green = old.ok("show", frozen.GREEN, "--json").json
    assert green["meta"] == {"note": "checked"}
    assert green["attachments"][-1]["filename"] == "photo.txt"
    assert green["request_summary"]["material"] == "maple, Ahorn, 楓"
    assert old.ok("show", "old-1", "--json").json["explanation_status"] == "ERROR"
    assert old.ok("show", frozen.LARGE, "--json").json["outputs"]["gcode_text"] == "G1 X1\n" * 10
    assert old.ok("list", "--where", "decision.score < 60", "--json").json["total"] == 1
    decisions = old.ok("advisory", "adv_2", "--json").json["decisions"]
    assert [decision["verb"] for decision in decisions] == ["rejected", "withdrawn", "approved"]
    assert old.ok("policy", "show", "--json").json["mode"] == "strict"
    assert {person["id"] for person in old.ok("reviewer", "list", "--json").json["items"]} == {"mvoss", "akeller"}


def test_it_audits_clean_and_stays_so_when_written_on(old: Command) -> None:
    (name,) = [name for name, head in HEADS.items() if head[0] == old.ok("audit", "--json").json["lines"]]
    report = old.ok("audit", "--json").json
    assert (report["head"]["seq"], report["head"]["digest"]) == HEADS[name]
    assert (report["ok"], report["runs"], report["advisories"]) == (True, 4, 2)
    assert report["reviews"]["human"] == 2
    assert report["reviews"]["automatic"] == 1
    assert {decision["signature"] for decision in report["decisions"]} == {"valid", "none"}
    old.create()
    again = old.ok("audit", "--json").json
    assert (again["ok"], again["runs"]) == (True, 5)
    checked = {check["name"]: check["state"] for check in old("doctor", "--json").json["checks"]}
    assert {checked[name] for name in ("store", "note", "ledger", "blobs", "quarantine")} == {"ok"}


def test_it_is_exported_and_verified_elsewhere(old: Command, tmp_path: Path) -> None:
    old.ok("export", "--bundle", tmp_path / "b.zip")
    assert old("audit", store=tmp_path / "b.zip").code == 0
    verifier = [sys.executable, str(resources.path("verifier/verify.py")), str(tmp_path / "b.zip")]
    done = subprocess.run(verifier, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "INTACT"), done.stdout
    for layout in ("patch", "v2"):
        old.ok("export", "--layout", layout, tmp_path / layout)
        assert any((tmp_path / layout).rglob("*.json"))
