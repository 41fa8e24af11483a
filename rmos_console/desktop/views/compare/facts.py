"""Everything a comparison shows, read and computed off the UI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rmos_console.core.compare.gcode import GcodeOptions, diff_gcode, split_lines
from rmos_console.core.compare.gcode_words import comparable
from rmos_console.core.records.diff import GcodeDiff, Hunk, RunDiff
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.store import Store
from rmos_console.core.usecases import browse, compare
from rmos_console.core.usecases.progress import Progress, stop_if
from rmos_console.desktop.widgets.gcode_rows import PairedRows
from rmos_console.desktop.widgets.toolpath_drawing import Drawing, draw


@dataclass(frozen=True, slots=True)
class Programs:
    """The G-code of both sides by lines, and how the lines stand beside each other.

    ``diff`` is None where only one side has G-code; ``longest`` counts the characters of the longest line.
    """

    a: tuple[str, ...]
    b: tuple[str, ...]
    rows: PairedRows
    diff: GcodeDiff | None
    names: tuple[str, str]
    longest: int


@dataclass(frozen=True, slots=True)
class CompareFacts:
    """Two runs compared; ``programs`` is None where there is no G-code."""

    a: RunArtifact
    b: RunArtifact
    runs: RunDiff
    programs: Programs | None


def load(store: Store, a: str, b: str, progress: Progress, cancelled: Callable[[], bool]) -> CompareFacts:
    """Read both runs, verifying their bytes, and compare them; raises :class:`CancelledError` between the steps."""
    steps = 3

    def step(number: int, what: str) -> None:
        stop_if(cancelled, "The comparison")
        progress(number, steps, what)

    step(0, "reading the runs")
    left, right = browse.show(store, a), browse.show(store, b)
    step(1, "comparing the fields")
    runs = compare.diff(store, a, b).runs
    step(2, "comparing the G-code")
    return CompareFacts(a=left, b=right, runs=runs, programs=_programs(left, right, cancelled))


def draw_both(
    facts: CompareFacts, progress: Progress, cancelled: Callable[[], bool]
) -> tuple[Drawing | None, Drawing | None]:
    """Draw the toolpaths of both sides, which may take longer than everything else together."""
    progress(0, 2, "reading the toolpaths")
    text_a, text_b = gcode_of(facts.a), gcode_of(facts.b)
    a = draw(text_a, cancelled) if text_a is not None else None
    progress(1, 2, "reading the toolpaths")
    return a, draw(text_b, cancelled) if text_b is not None else None


def gcode_of(run: RunArtifact) -> str | None:
    """Return the G-code of a run, None where it kept none."""
    text = run.outputs.gcode_text
    return text if isinstance(text, str) and text else None


def _programs(a: RunArtifact, b: RunArtifact, cancelled: Callable[[], bool]) -> Programs | None:
    text_a, text_b = gcode_of(a), gcode_of(b)
    if text_a is None and text_b is None:
        return None
    lines_a = split_lines(text_a) if text_a is not None else []
    lines_b = split_lines(text_b) if text_b is not None else []
    diff = None
    if text_a is not None and text_b is not None:
        options = GcodeOptions()
        diff = diff_gcode(text_a, text_b, options, cancelled=cancelled)
        keys = comparable(lines_a, options), comparable(lines_b, options)
        rows = PairedRows(len(lines_a), len(lines_b), diff.hunks, keys)
    else:
        only_b = text_a is None
        hunk = Hunk("added" if only_b else "removed", (1, len(lines_a)), (1, len(lines_b)), ())
        rows = PairedRows(len(lines_a), len(lines_b), [hunk])
    longest = max(map(len, (*lines_a, *lines_b)))
    return Programs(tuple(lines_a), tuple(lines_b), rows, diff, (_name(a), _name(b)), longest)


def _name(run: RunArtifact) -> str:
    """Return the file the program came from, or the run it belongs to; nothing where there is none."""
    if gcode_of(run) is None:
        return ""
    path = run.outputs.gcode_path
    return path.replace("\\", "/").rsplit("/", 1)[-1] if path else run.run_id
