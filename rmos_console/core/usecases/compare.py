"""Two runs side by side."""

from __future__ import annotations

from typing import Any

from rmos_console.core.compare.gcode import GcodeOptions, diff_gcode
from rmos_console.core.compare.structural import diff_runs
from rmos_console.core.log import use_case
from rmos_console.core.records.diff import GcodeDiff, RunDiff
from rmos_console.core.records.record import Record
from rmos_console.core.store import RunEntry, Store, View
from rmos_console.core.usecases.find import find_run


class Comparison(Record):
    """The difference of two runs, and that of their G-code where it was asked for and both have some."""

    runs: RunDiff
    gcode: GcodeDiff | None = None

    def json_document(self) -> dict[str, Any]:
        """Return the document of the command line and the HTTP API."""
        document = self.runs.json_document()
        return document if self.gcode is None else {**document, "gcode": self.gcode.json_document()}


def diff(store: Store, a: str, b: str, *, gcode: bool = False) -> Comparison:
    """Compare run ``a`` with run ``b``: everything sealed, and what was attached later."""
    with use_case("diff", a=a, b=b) as facts:
        view = store.snapshot()
        left, right = find_run(view, a)[0], find_run(view, b)[0]
        first, second = _comparable(store, view, left), _comparable(store, view, right)
        runs = diff_runs(first, second)
        facts["severity"] = runs.diff_severity
        programs = _gcode(first), _gcode(second)
        if not gcode or programs[0] is None or programs[1] is None:
            return Comparison(runs=runs)
        return Comparison(runs=runs, gcode=diff_gcode(programs[0], programs[1], GcodeOptions()))


def _comparable(store: Store, view: View, entry: RunEntry) -> dict[str, Any]:
    """Return the sealed document with later meta, files and advisories in place."""
    body: dict[str, Any] = store.resolve(store.read_run(entry.run_id))
    return {
        **body,
        "meta": dict(entry.meta),
        "attachments": [item.document() for item in entry.attachments],
        "advisory_inputs": [
            {
                "advisory_id": ref.advisory_id,
                "kind": ref.kind,
                "engine_id": ref.engine_id,
                "engine_version": ref.engine_version,
                "text_sha256": asset.text_sha256 if (asset := view.asset(ref.advisory_id)) else None,
            }
            for ref in entry.refs
        ],
    }


def _gcode(body: dict[str, Any]) -> str | None:
    text = body["outputs"].get("gcode_text")
    return text if isinstance(text, str) else None
