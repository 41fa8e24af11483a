"""Two runs compared on the command line."""

from __future__ import annotations

from tests.cli.conftest import Command, red_document, run_document

PROGRAM = "G21\nG0 X0 Y0\nG1 Z-1.000 F300\nG1 X10 F800\nM2\n"


def test_equal_runs_are_equal(cli: Command) -> None:
    a, b = cli.create(), cli.create()
    answer = cli.ok("diff", a, b, "--exit-code", "--json").json
    assert answer["diff_severity"] == "NONE"
    assert (answer["a"], answer["b"]) == (a, b)
    assert cli.ok("diff", a, b).lines[0] == "NONE  The runs are equal."


def test_what_differs_is_named_with_its_weight(cli: Command) -> None:
    a = cli.create(request_summary={"stepdown_mm": 1.5, "flag": False})
    b = cli.create(request_summary={"stepdown_mm": 3.0, "flag": 0, "extra": ""})
    answer = cli("diff", a, b, "--exit-code", "--json")
    assert answer.code == 1
    assert answer.json["diff_severity"] == "WARNING"
    assert answer.json["diff"]["request_summary.stepdown_mm"] == {"a": 1.5, "b": 3.0}
    assert answer.json["diff"]["request_summary.extra"] == {"b": ""}
    page = cli.ok("diff", a, b)
    assert page.lines[0].startswith("WARNING")
    assert "+1.5 (+100 %)" in page.out
    [flag] = [line.split() for line in page.lines if "request_summary.flag" in line]
    assert flag[2:4] == ["false", "0"]
    [extra] = [line.split() for line in page.lines if "request_summary.extra" in line]
    assert extra == ["+", "request_summary.extra", "—", '""']


def test_a_different_outcome_is_critical(cli: Command) -> None:
    a, b = cli.create(), cli.create(**red_document())
    page = cli("diff", a, b, "--exit-code")
    assert page.code == 1
    assert page.lines[0].startswith("CRITICAL")


def test_programs_are_compared_word_by_word(cli: Command) -> None:
    a = cli.create(outputs={"gcode_text": PROGRAM})
    b = cli.create(outputs={"gcode_text": PROGRAM.replace("Z-1.000", "Z-1.500").replace("X10", "X10.0")})
    assert "gcode" not in cli.ok("diff", a, b, "--json").json
    [hunk] = cli.ok("diff", a, b, "--gcode", "--json").json["gcode"]["hunks"]
    assert (hunk["op"], hunk["a"], hunk["b"]) == ("changed", [3, 1], [3, 1])
    [word] = hunk["words"]
    assert (word["word"], word["a"], word["b"], word["delta"]) == ("Z", "-1.000", "-1.500", -0.5)
    page = cli.ok("diff", a, b, "--gcode").out
    assert "A: line 3   B: line 3" in page
    assert "Z  -1.000 → -1.500 (-0.5)" in page


def test_without_two_programs_there_is_nothing_to_compare(cli: Command) -> None:
    a, b = cli.create(outputs={"gcode_text": PROGRAM}), cli.create()
    assert "Not both runs hold a program" in cli.ok("diff", a, b, "--gcode").out


def test_stored_names_cannot_steer_the_terminal(cli: Command) -> None:
    a = cli.create(request_summary={"\x1b[2Jkey": "\u202evalue"})
    b = cli.create(**run_document())
    out = cli.ok("diff", a, b).out
    assert all(character.isprintable() or character == "\n" for character in out)
