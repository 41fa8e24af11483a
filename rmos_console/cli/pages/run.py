"""One run, whole."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console
from rich.text import Text

from rmos_console.cli import render, times
from rmos_console.cli.pages import advisory
from rmos_console.cli.visible import visible
from rmos_console.core.records.run import RunArtifact

_VALUE_LIMIT = 200


def page(out: Console, run: RunArtifact) -> None:
    """Print a run: outcome, why, what was said about it, what it asked for, and where it came from."""
    line = Text.assemble(render.risk(run.risk.shown), "  ", render.status(run.status))
    line.append(f" · score {render.number(run.decision.score)} · {times.exact(run.created_at_utc)}")
    out.print(line)
    if run.explanation_summary:
        out.print(Text(visible(run.explanation_summary), style=render.STRONG))
    out.print(Text(run.run_id))
    out.print()
    _facts(out, run)
    _outcome(out, run)
    _explanation(out, run)
    if run.advisory_inputs:
        render.heading(out, "Advisories")
        advisory.references(out, run.advisory_inputs)
    for title, document in (("Request", run.request_summary), ("Feasibility", run.feasibility), ("Meta", run.meta)):
        _document(out, title, dict(document))
    _files(out, run)
    _origin(out, run)


def _facts(out: Console, run: RunArtifact) -> None:
    context = run.context
    render.facts(
        out,
        [
            ("Mode", run.mode or render.MISSING),
            ("Tool", run.tool_id or render.MISSING),
            ("Machine", context.machine_id),
            ("Material", context.material_id),
            ("Session", context.session_id),
            ("Batch", context.batch_label),
            ("Event", context.event_type),
            ("Review", render.review(run.review_state)),
            ("Risk from", run.risk.found_at or "nothing in the run states one"),
            ("Risk by policy", render.risk(run.risk.policy)),
            ("Request id", run.request_id),
            ("Run sha256", run.run_sha256),
        ],
    )


def _outcome(out: Console, run: RunArtifact) -> None:
    decision = run.decision
    if not (decision.block_reason or decision.warnings or run.warnings):
        return
    render.heading(out, "Why")
    if decision.block_reason:
        render.paragraph(out, decision.block_reason)
    for warning in decision.warnings:
        render.paragraph(out, f"• {warning}")
    for warning in run.warnings:
        render.paragraph(out, f"! {warning}")


def _explanation(out: Console, run: RunArtifact) -> None:
    if run.explanation_status == "ERROR":
        render.heading(out, "Explanation")
        render.paragraph(out, f"Explaining failed: {run.explanation_error or 'no reason is known'}")
    elif run.explanation_status == "PENDING":
        render.heading(out, "Explanation")
        render.paragraph(out, "Pending, overdue." if run.explanation_overdue else "Pending.")


def _document(out: Console, title: str, document: dict[str, Any]) -> None:
    if not document:
        return
    render.heading(out, title)
    render.facts(out, [(visible(key), Text(_short(item))) for key, item in document.items()])


def _short(thing: Any) -> str:
    if isinstance(thing, dict | list) and not thing:
        return json.dumps(thing)
    text = render.value(thing)
    return text if len(text) <= _VALUE_LIMIT else f"{text[:_VALUE_LIMIT]}… ({len(text):,} characters; --json shows all)"


def _files(out: Console, run: RunArtifact) -> None:
    outputs, hashes = run.outputs, run.hashes
    gcode = outputs.gcode_text
    program = f"{len(gcode.splitlines()):,} lines" if isinstance(gcode, str) else None
    pairs: list[tuple[str, str | Text | None]] = [
        ("G-code", program),
        ("G-code file", outputs.gcode_path),
        ("Plan", "present" if outputs.opplan_json is not None else None),
        ("Plan file", outputs.opplan_path),
        ("Preview", outputs.preview_svg_path),
        ("Feasibility sha256", hashes.feasibility_sha256),
        ("Toolpaths sha256", hashes.toolpaths_sha256),
        ("G-code sha256", hashes.gcode_sha256),
        ("Plan sha256", hashes.opplan_sha256),
    ]
    if any(shown is not None for _, shown in pairs):
        render.heading(out, "Outputs")
        render.facts(out, pairs)
    if run.attachments:
        render.heading(out, "Files")
        for item in run.attachments:
            render.paragraph(out, f"{item.filename or 'no name'} · {item.kind} · {item.size_bytes:,} bytes")
            render.paragraph(out, item.sha256)


def _origin(out: Console, run: RunArtifact) -> None:
    source = run.source
    render.heading(out, "Origin")
    render.facts(
        out,
        [
            ("Format", source.format),
            ("Original id", source.run_id),
            ("File", source.path),
            ("Zone assumed", source.assumed_timezone),
            ("Kept verbatim", ", ".join(source.extra) or None),
            ("Source says", Text(_short(dict(run.source_facts))) if run.source_facts else None),
            ("Also called so", ", ".join(run.also) or None),
        ],
    )
