"""``doctor`` on every bad day: it says what happened and what to do, ends as it should, and writes nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core.store import open_store
from rmos_console.core.store.state import read_condition
from tests.cli.conftest import PASSPHRASE, Command, process, run_document
from tests.unit.doctor.conftest import SEGMENT, cut, degrade, note_what_is_wrong

CHECKOUT = Path(__file__).resolve().parents[2]


def everything(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return mode, time of change and bytes of all that is in a folder, lock and notes included."""
    return {
        path.relative_to(folder).as_posix(): (
            path.lstat().st_mode,
            path.lstat().st_mtime_ns,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in sorted([folder, *folder.rglob("*")])
    }


def checks(cli: Command, code: int) -> dict[str, dict[str, Any]]:
    """Run the doctor, which must end with a code and write nothing; return its checks by name."""
    before = everything(cli.store)
    answer = cli("doctor", "--json")
    assert answer.code == code, answer
    assert everything(cli.store) == before
    assert answer.json["ok"] is (code == 0)
    for check in answer.json["checks"]:
        assert check["state"] in {"ok", "warn", "fail"}
        assert "\n" not in check["found"] + (check["advice"] or "")
        assert check["state"] == "ok" or check["advice"], check
    return {check["name"]: check for check in answer.json["checks"]}


def test_a_store_that_is_well(cli: Command) -> None:
    cli.create()
    found = checks(cli, 0)
    told = {"store", "permissions", "file system", "disk space", "files", "lock", "clock", "note", "ledger", "blobs"}
    assert told | {"quarantine", "catalog", "Python", "libraries", "settings and keys", "display"} == set(found)
    assert {name for name, check in found.items() if check["state"] != "ok"} <= {"display"}
    assert found["catalog"]["found"] == "up to date"
    page = cli.ok("doctor")
    assert page.lines[0] in {"All is well.", "It works, with something to know."}
    assert all(name in page.out for name in found)


def test_no_store_a_foreign_one_a_newer_one_and_no_store_json(command: Command, tmp_path: Path) -> None:
    answer = command("doctor", "--json")
    assert answer.code == 0
    (store,) = [check for check in answer.json["checks"] if check["name"] == "store"]
    assert (store["state"], "init" in store["advice"]) == ("warn", True)
    assert not command.store.exists()
    command.store.mkdir()
    (command.store / "runs.json").write_text(json.dumps({"r1": {"run_id": "r1"}}))
    foreign = checks(command, 1)["store"]
    assert "import" in foreign["advice"]
    shutil.rmtree(command.store)
    command.ok("init")
    facts = command.store / "store.json"
    whole = facts.read_text()
    facts.write_text(whole.replace('"format":1', '"format":2'))
    assert checks(command, 1)["store"]["advice"] == "Update this program."
    facts.write_text("{")
    assert "store.json" in checks(command, 1)["store"]["found"]
    shutil.rmtree(command.store / "ledger")
    facts.write_text(whole)
    assert checks(command, 0)["store"]["state"] == "warn"
    assert command("doctor", store=tmp_path / "a" / "b").code == 0


def tear(path: Path) -> None:
    with (path / SEGMENT).open("ab") as file:
        file.write(b'{"prev":"')


def flip(path: Path) -> None:
    data = bytearray((path / SEGMENT).read_bytes())
    data[100] ^= 1
    (path / SEGMENT).write_bytes(data)


def without_blob(path: Path) -> None:
    next(file for file in (path / "blobs").rglob("*") if file.is_file()).unlink()


def set_aside(path: Path) -> None:
    shutil.copy(path / "store.json", path / f"quarantine/000001-5-{'0' * 64}")


def stale_temporary(path: Path) -> None:
    (path / "blobs/.tmp-0123").touch(mode=0o600)


def short(path: Path) -> None:
    cut(path)


def bad_catalog(path: Path) -> None:
    (database,) = (path / "catalog").glob("0*")
    database.write_bytes(b"{}")


def from_tomorrow(path: Path) -> None:
    with open_store(path) as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr("rmos_console.core.store.propose.now_utc", lambda: "2100-01-01T00:00:00.000000Z")
        from tests.store.making import seal  # noqa: PLC0415  beside its only use

        seal(store, 1)


TROUBLE: list[tuple[Callable[[Path], object], str, str, str]] = [
    (tear, "ledger", "warn", "Nothing"),
    (flip, "ledger", "fail", "doctor --reverify"),
    (without_blob, "blobs", "fail", "Restore the folder blobs"),
    (set_aside, "quarantine", "warn", "Nothing"),
    (short, "catalog", "fail", "doctor --accept-head"),
    (bad_catalog, "catalog", "warn", "Nothing"),
    (from_tomorrow, "clock", "fail", "Set the clock"),
    (lambda path: path.chmod(0o777), "permissions", "fail", "chmod"),
    (lambda path: degrade(path, 5), "note", "fail", "doctor --reverify"),
]


@pytest.mark.parametrize(("harm", "name", "state", "advice"), TROUBLE)
def test_each_trouble_is_named_with_its_way_out(
    cli: Command,
    tmp_path: Path,
    harm: Callable[[Path], object],
    name: str,
    state: str,
    advice: str,
    expected_logs: Callable[..., object],
) -> None:
    expected_logs("where=store.catalog", always=False)
    run = cli.create()
    (tmp_path / "file").write_bytes(b"a file")
    cli.ok("file", "add", run, tmp_path / "file")
    harm(cli.store)
    found = checks(cli, 1 if state == "fail" else 0)[name]
    assert found["state"] == state, found
    assert advice in found["advice"]


def test_leftovers_are_counted(cli: Command) -> None:
    stale_temporary(cli.store)
    assert checks(cli, 0)["leftovers"]["found"].startswith("1 ")


def test_a_copy_beside_the_original_is_named_until_it_is_written(cli: Command, tmp_path: Path) -> None:
    cli.create()
    assert "copy" not in checks(cli, 0)
    shutil.copytree(cli.store, tmp_path / "copy", copy_function=shutil.copy2)
    cli.store = tmp_path / "copy"
    assert "Write to one of the two only" in checks(cli, 0)["copy"]["advice"]
    cli.create()
    told = checks(cli, 0)
    assert "copy" not in told
    assert "Keep one of them" in told["other copies"]["advice"]


STOPPED = """
import sys
from pathlib import Path
from rmos_console.core.store.release import held
with held(Path(sys.argv[1]), "test", 5.0):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_stopped_holder_of_the_lock_is_named(cli: Command) -> None:
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", STOPPED, str(cli.store)], cwd=CHECKOUT, text=True, **pipes) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        held = checks(cli, 0)["lock"]
        assert f"process {holder.pid}" in held["found"]
        os.kill(holder.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, holder.pid, os.WSTOPPED | os.WNOWAIT)
        stopped = checks(cli, 1)["lock"]
        assert stopped["advice"].startswith(f"Let it go on: kill -CONT {holder.pid}")
        holder.kill()
    assert checks(cli, 0)["lock"]["found"].startswith("free; last held by process")


def test_a_degraded_store_is_led_out(cli: Command) -> None:
    cli.create()
    degrade(cli.store, 5)
    refused = cli("create", stdin=json.dumps(run_document()).encode())
    assert (refused.code, "rmos-console doctor --reverify" in refused.err) == (6, True)
    answer = cli.ok("doctor", "--reverify", "--json")
    assert answer.json["cleared"] is True
    cli.create()
    assert "the note is taken back" not in cli.ok("doctor", "--reverify").out
    assert cli.ok("audit", "--json").json["ok"] is True


def test_what_is_not_whole_is_named_and_ends_with_1(cli: Command) -> None:
    cli.create()
    flip(cli.store)
    answer = cli("doctor", "--reverify", "--json")
    assert (answer.code, answer.json["ok"]) == (1, False)
    assert (answer.json["findings"][0]["file"], answer.json["findings"][0]["offset"]) == (SEGMENT, 0)
    shown = cli("doctor", "--reverify")
    assert (shown.code, f"{SEGMENT} at byte 0" in shown.out) == (1, True)
    assert read_condition(cli.store / "state") is not None


def test_a_restored_copy_is_accepted_by_an_admin(command: Command, signing: Callable[..., None]) -> None:
    signing(PASSPHRASE)
    command.ok("init", "--admin", "mvoss", "--name", "M. Voss")
    command.ok("reviewer", "add", "akeller", "--name", "A. Keller", "--by", "mvoss")
    command.create()
    cut(command.store)
    assert note_what_is_wrong(command.store) is not None
    refused = command("create", stdin=json.dumps(run_document()).encode())
    assert (refused.code, "--accept-head" in refused.err) == (6, True)
    assert command("doctor", "--accept-head", "--by", "akeller", "--json").error["code"] == "policy"
    signing("another passphrase")
    assert command("doctor", "--accept-head", "--by", "mvoss").code == 4
    signing(PASSPHRASE)
    done = command.ok("doctor", "--accept-head", "--by", "mvoss", "--reason", "The disk was replaced", "--json").json
    assert (done["recorded"], done["cleared"], done["person_id"]) == (True, True, "mvoss")
    assert "Nothing is missing" in command.ok("doctor", "--accept-head", "--by", "mvoss").out
    command.create()
    assert "The disk was replaced" in command.ok("audit").out
    assert checks(command, 0)["note"]["state"] == "ok"


@pytest.mark.parametrize(
    "options",
    [
        ["--reverify", "--accept-head", "--by", "x"],
        ["--accept-head"],
        ["--by", "x"],
        ["--reverify", "--reason", "y"],
        ["--against", "f"],
    ],
)
def test_options_that_do_not_belong_together(cli: Command, options: list[str]) -> None:
    assert cli("doctor", *options).code == 2


def test_a_bundle_is_named_as_one(cli: Command, tmp_path: Path) -> None:
    cli.ok("export", "--bundle", tmp_path / "b.zip")
    answer = cli("doctor", "--json", store=tmp_path / "b.zip")
    (store,) = [check for check in answer.json["checks"] if check["name"] == "store"]
    assert (answer.code, store["state"], "is a bundle" in store["found"]) == (0, "ok", True)


def test_it_works_as_a_process_of_its_own_without_a_display(cli: Command) -> None:
    done = process("--store", cli.store, "doctor", "--json", env={"DISPLAY": "", "QT_QPA_PLATFORM": ""})
    (display,) = [check for check in json.loads(done.stdout)["checks"] if check["name"] == "display"]
    assert (done.returncode, display["state"]) == (0, "warn")
