"""Advisories: the references of a run, and one text with all that was decided about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.text import Text

from rmos_console.cli import columns, render, times
from rmos_console.cli.visible import visible
from rmos_console.core.records.advisory import AdvisoryAsset, AdvisoryInputRef
from rmos_console.core.records.review import AutoApproval, Review
from rmos_console.core.usecases.browse import AdvisoryView

_VERBS = {"approved": "✔ Approved", "rejected": "✖ Rejected", "withdrawn": "↶ Withdrawn"}


def references(out: Console, refs: Sequence[AdvisoryInputRef]) -> None:
    """Print which advisories a run carries; ids are always whole."""
    now = datetime.now(UTC)
    columns.print_columns(
        out,
        [
            columns.Column("Advisory", [Text(visible(ref.advisory_id)) for ref in refs], keep=True),
            columns.Column("Kind", [Text(ref.kind) for ref in refs], rank=2),
            columns.Column("Review", [render.review(ref.review_state, _history(ref)) for ref in refs], rank=1),
            columns.Column("Text", [_presence(ref) for ref in refs], rank=3),
            columns.Column("Engine", [Text(_engine(ref)) for ref in refs], rank=4),
            columns.Column("Attached", [Text(times.short(ref.created_at_utc or "", now)) for ref in refs], rank=5),
        ],
    )


def text_page(out: Console, shown: AdvisoryView) -> None:
    """Print an advisory: its text exactly, what it rests on, its state and why, and every decision."""
    asset = shown.asset
    out.print(Text(visible(asset.headline or asset.advisory_id), style=render.STRONG))
    out.print()
    _facts(out, shown)
    render.heading(out, "Text")
    render.paragraph(out, shown.text)
    _ungrounded(out, asset)
    _evidence(out, asset)
    if shown.decisions:
        render.heading(out, "Decisions")
        for decision in shown.decisions:
            render.paragraph(out, decision_line(decision))


def decision_line(decision: Review | AutoApproval) -> str:
    """Return who decided what, when and why, as one line."""
    if isinstance(decision, AutoApproval):
        return f"◐ By policy {decision.policy_version}, no human ({decision.actor}) · {times.exact(decision.at_utc)}"
    words = f"{_VERBS[decision.verb]} by {decision.person_name} ({decision.person_id}) · {times.exact(decision.at_utc)}"
    return f"{words} · {decision.reason}" if decision.reason else words


def _facts(out: Console, shown: AdvisoryView) -> None:
    asset, based = shown.asset, shown.asset.based_on
    author = None
    if asset.author:
        author = asset.author.id if asset.author.named else f"{asset.author.id} (author not named)"
    render.facts(
        out,
        [
            ("Advisory", asset.advisory_id),
            ("Kind", asset.kind),
            ("Review", Text.assemble(render.review(shown.state.state), f" · {visible(shown.state.why)}")),
            ("Suspect", "its signer was revoked" if shown.state.suspect else None),
            ("Engine", f"{asset.engine.id} {asset.engine.version}" if asset.engine else None),
            ("Author", author),
            ("Written", times.exact(asset.created_at_utc) if asset.created_at_utc else None),
            ("Confidence", render.number(asset.confidence) if asset.confidence is not None else None),
            ("On run", shown.run_id or "no run carries it"),
            ("Also on", ", ".join(run for run in shown.runs if run != shown.run_id) or None),
            ("Based on", based.run_id if based else None),
            ("Contrast", based.contrast_run_id if based else None),
            ("Text sha256", shown.text_sha256),
            ("Asset sha256", shown.asset_sha256),
        ],
    )


def _ungrounded(out: Console, asset: AdvisoryAsset) -> None:
    """Print the numbers that an engine's text names and nothing supports, each once and in its line."""
    flagged = asset.content.get("ungrounded") if isinstance(asset.content, Mapping) else None
    spans = [span for span in flagged if isinstance(span, Mapping)] if isinstance(flagged, list) else []
    if spans:
        render.heading(out, "Nothing supports these numbers")
        render.paragraph(out, ", ".join(dict.fromkeys(str(span.get("text")) for span in spans)))


def _evidence(out: Console, asset: AdvisoryAsset) -> None:
    text = asset.shown_text()
    rests = [(text[item.start : item.end].strip(), item.paths) for item in asset.evidence if item.paths]
    if rests:
        render.heading(out, "Evidence")
        for sentence, paths in rests:
            render.paragraph(out, " ".join(sentence.split()))
            render.paragraph(out, ", ".join(paths), indent=4)


def _history(ref: AdvisoryInputRef) -> str | None:
    return "at source" if ref.at_source else None


def _presence(ref: AdvisoryInputRef) -> Text:
    return Text("unresolved", style=render.STRONG) if ref.asset == "unresolved" else Text("present", style=render.MUTED)


def _engine(ref: AdvisoryInputRef) -> str:
    words = " ".join(word for word in (ref.engine_id, ref.engine_version) if word)
    return visible(words) if words else render.MISSING
