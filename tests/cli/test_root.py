"""Options before the verb, wrong usage, and what becomes of errors nobody expected."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rmos_console import __version__
from rmos_console.cli.main import VERBS
from rmos_console.core.errors import RmosError
from rmos_console.core.usecases import browse
from tests.cli.conftest import Command, process


def test_version_and_help_need_neither_store_nor_qt() -> None:
    code = (
        "import sys; sys.modules['PySide6'] = None\n"
        "from rmos_console.cli.main import run\n"
        "answers = [run(['--version']), run(['--help'])] + [run([verb, '--help']) for verb in sys.argv[1:]]\n"
        "assert not any(name.startswith('rmos_console.desktop') for name in sys.modules)\n"
        "sys.exit(max(answers))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, *VERBS], capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith(f"rmos-console {__version__}\n")
    for verb in VERBS:
        assert f"Usage: rmos-console {verb} " in ended.stdout


def test_help_names_every_verb_and_nothing_that_is_not_built(command: Command) -> None:
    lines = command.bare("--help").lines
    listed = [
        line.split()[0] for line in lines[lines.index("Commands:") + 1 :] if line.startswith("  ") and line[2] != " "
    ]
    assert listed == list(VERBS)
    for verb in {"serve", "export", "doctor", "checkpoint", "watch"} - set(VERBS):
        assert command.bare(verb).code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["shwo", "run_0123456789ab"], "No such command 'shwo'. Did you mean 'show'"),
        (["show"], "Missing argument 'RUN'"),
        (["show", "a", "b"], "unexpected extra argument(s) (b)"),
        (["list", "--frob"], "No such option: --frob"),
        (["list", "--store", "x"], "it goes before the verb"),
        (["list", "--limit", "many"], "--limit"),
        (["list", "--limit", "-1"], "--limit"),
        (["list", "--since", "soon"], "--since 'soon' is no time"),
        (["list", "--timezone", "Mars/Olympus", "--since", "7d"], "'Mars/Olympus' is not known"),
        (["attach", "run_0123456789ab"], "--advisory-id"),
        (["attach", "r", "--advisory-id", "a", "--kind", "poem"], "--kind"),
        (["explain"], "Name a run, or give --all-missing"),
        (["explain", "r", "--all-missing"], "Name a run, or give --all-missing"),
        (["explain", "--all-missing", "--force"], "--force"),
        (["review", "r", "a", "--reviewer", "x"], "--approve, --reject and --withdraw"),
        (["review", "r", "a", "--reviewer", "x", "--approve", "--reject"], "--approve, --reject and --withdraw"),
        (["review", "r", "a", "--approve"], "--reviewer"),
        (["init", "--admin", "anna"], "--admin and --name belong together"),
        (["meta", "r", "novalue"], "'novalue' is no KEY=VALUE"),
        (["meta", "r", "a=1", "a=2"], "is given twice"),
        (["import"], "PATH"),
        (["import", "x", "--format", "v9"], "--format"),
        (["file"], "Missing command"),
        (["policy", "drop"], "No such command 'drop'"),
        (["--log-level", "loud", "list"], "'LOUD' is not known"),
        (["--log-file", "/nowhere/at/all.log", "list"], "/nowhere/at/all.log cannot be written"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(command: Command, arguments: list[str], said: str) -> None:
    answer = command(*arguments)
    assert answer.code == 2
    assert answer.out == ""
    assert answer.err.count("\n") == 1
    assert answer.err.startswith("rmos-console: ")
    assert said in answer.err
    asked = command("--json", *arguments)
    assert asked.code == 2
    assert asked.error["code"] == "usage"
    assert said in asked.error["message"]
    assert not command.store.exists()


@pytest.mark.parametrize("verb", [[], ["desktop"]])
def test_without_a_display_no_window_opens(command: Command, monkeypatch: pytest.MonkeyPatch, verb: list[str]) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    answer = command(*verb)
    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert "There is no display" in answer.err
    assert command(*verb, "--json").error["code"] == "usage"


def test_without_pyside_the_window_says_so(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PySide6", None)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    answer = command("desktop")
    assert answer.code == 2
    assert "needs PySide6" in answer.err
    assert answer.err.count("\n") == 1


def test_what_nobody_expected_is_one_line_and_logged(
    cli: Command, monkeypatch: pytest.MonkeyPatch, expected_logs: Callable[..., object]
) -> None:
    expected_logs("unexpected")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("first line\nsecond \x1b[31mline")

    monkeypatch.setattr(browse, "show", broken)  # no input is known that makes the product do this
    answer = cli("show", "run_0123456789ab")
    assert answer.code == 1
    assert answer.err.count("\n") == 1
    assert "RuntimeError: first line second ␛[31mline" in answer.err
    assert "Traceback" not in answer.err
    assert cli("show", "run_0123456789ab", "--json").error["code"] == "unexpected"


def test_without_logs_nothing_but_the_one_line_is_printed(cli: Command) -> None:
    code = (
        "import sys\n"
        "from rmos_console.cli.main import run\n"
        "from rmos_console.core.usecases import browse\n"
        "def broken(*_, **__): raise RuntimeError('broken')\n"
        "browse.show = broken\n"
        "sys.exit(run(sys.argv[1:]))"
    )
    call = [sys.executable, "-c", code, "--store", str(cli.store), "show", "run_0123456789ab"]
    ended = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.startswith("rmos-console: Something unexpected happened (RuntimeError: broken)")


def test_ctrl_c_is_130_without_a_traceback(cli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(browse, "show", interrupted)
    answer = cli("show", "run_0123456789ab")
    assert answer.code == 130
    assert "Traceback" not in answer.err


def test_ctrl_c_while_reading_ends_the_process_with_130(cli: Command) -> None:
    reading = subprocess.Popen(
        [sys.executable, "-m", "rmos_console", "--store", cli.store, "create", "--lines", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ,
    )
    assert reading.stdin is not None
    assert reading.stdout is not None
    reading.stdin.write(b"{}\n")
    reading.stdin.flush()
    assert b"error" in reading.stdout.readline()  # it has answered, so it waits for the next line
    reading.send_signal(signal.SIGINT)
    _, errors = reading.communicate(timeout=60)
    assert reading.returncode == 130
    assert b"Traceback" not in errors


def test_a_reader_that_goes_away_is_quiet(cli: Command) -> None:
    for _ in range(3):
        cli.create(request_summary={"note": "x" * 60_000})
    reading = subprocess.Popen(
        [sys.executable, "-m", "rmos_console", "--store", cli.store, "create", "--lines", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ,
    )
    assert reading.stdout is not None
    reading.stdout.close()
    assert reading.stdin is not None
    reading.stdin.write(b"{}\n" * 3)
    reading.stdin.close()
    assert reading.stderr is not None
    assert reading.stderr.read() == b""
    reading.stderr.close()
    assert reading.wait(timeout=60) == 141


def test_the_request_id_is_recorded_and_checked(cli: Command) -> None:
    document = json.dumps({"mode": "mvp", "tool_id": "T1", "status": "OK"}).encode()
    answer = cli("--request-id", "order-7", "create", "--json", stdin=document)
    assert answer.json["request_id"] == "order-7"
    assert b'"order-7"' in (cli.store / "ledger" / "000001.jsonl").read_bytes()
    assert cli("--request-id", "a\x1bb", "list").code == 5


def test_logs_are_quiet_unless_asked_for(cli: Command, tmp_path: Path) -> None:
    assert process("--store", cli.store, "list").stderr == ""
    told = process("--store", cli.store, "list", env={"RMOS_LOG_LEVEL": "info"})
    events = [json.loads(line) for line in told.stderr.splitlines()]
    assert [event["message"] for event in events if event.get("use_case") == "list"] == ["start", "success"]
    file = tmp_path / "console.log"
    process("--store", cli.store, "--log-file", file, "show", "run_0123456789ab")
    last = json.loads(file.read_text().splitlines()[-1])
    assert (last["message"], last["use_case"], last["code"]) == ("error", "show", "not_found")
    assert file.stat().st_mode & 0o777 == 0o600


def test_json_may_stand_before_the_verb(cli: Command) -> None:
    assert cli("--json", "list").json == {"items": [], "total": 0}


def test_every_error_of_the_tree_has_an_exit_code_of_the_design() -> None:
    kinds, todo = [], [RmosError]
    while todo:
        kind = todo.pop()
        kinds.append(kind)
        todo += kind.__subclasses__()
    assert {kind.exit_code for kind in kinds} == {1, 2, 3, 4, 5, 6}
