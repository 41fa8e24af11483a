"""The report as one HTML page: no scripts, nothing loaded from anywhere, every stored text escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable

from rmos_console.core.report import words
from rmos_console.core.report.content import ReportContent, ReportedDecision, ReportedText
from rmos_console.core.report.visible import visible, visible_lines

_STYLE = """
body{font:15px/1.5 Inter,system-ui,sans-serif;color:#1c2126;background:#fff}
body{max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.7rem;margin:0}
h2{font-size:1.2rem;margin:2.2rem 0 .6rem;border-bottom:1px solid #d5dade;padding-bottom:.2rem}
.verdict{padding:.8rem 1rem;border-left:6px solid;margin:1rem 0;font-weight:600}
.ok{border-color:#00735a;background:#eef7f4;color:#00513f}.bad{border-color:#b03a00;background:#fdf1ec;color:#8a2d00}
table{border-collapse:collapse;width:100%}th{text-align:left;font-weight:400;color:#56616b;white-space:nowrap}
td,th{padding:.15rem 1rem .15rem 0;vertical-align:top;overflow-wrap:anywhere}
.text{border:1px solid #d5dade;border-radius:6px;padding:1rem;margin:1rem 0;break-inside:avoid}
.words{white-space:pre-wrap;overflow-wrap:anywhere;background:#f5f7f8;padding:.7rem .9rem;margin:.6rem 0}
.quiet{color:#56616b;font-size:.87rem;overflow-wrap:anywhere}
.decision{margin:.5rem 0 0;padding-left:.9rem;border-left:3px solid #9aa5ae}
li{margin:.25rem 0}
@media print{body{margin:0;max-width:none;font-size:10pt}}
"""


def to_html(content: ReportContent) -> bytes:
    """Return the report as a page that needs nothing else."""
    report = content.audit
    parts = [
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>Audit report of {_text(report.store_id)}</title><style>{_STYLE}</style></head><body>",
        f'<h1>Audit report</h1><p class="quiet">{_text(content.program)}</p>',
        f'<p class="verdict {"ok" if report.ok else "bad"}">{"✔" if report.ok else "✖"} {words.verdict(report)}</p>',
        _table(words.facts(content)),
        _findings(content),
        _list(
            "What this audit proves" if report.ok else "What holds for all that the findings do not name",
            words.proves(report),
        ),
        _list("What it cannot prove", words.cannot(report)),
        _people(content),
        _section("Decided by people", content.decided_by_people, "Nobody has decided about a text."),
        _section(
            "Approved by the policy, read by nobody", content.decided_by_policy, "Nothing was approved automatically."
        ),
        _at_source(content),
        "</body></html>\n",
    ]
    return "\n".join(parts).encode("utf-8", "backslashreplace")


def _text(value: object) -> str:
    return html.escape(visible(value))


def _lines(value: str) -> str:
    return "<br>".join(_text(line) for line in value.split("\n"))


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><th>{_text(name)}</th><td>{_lines(value)}</td></tr>" for name, value in rows)
    return f"<table>{cells}</table>"


def _list(title: str, sentences: Iterable[str]) -> str:
    return f"<h2>{_text(title)}</h2><ul>{''.join(f'<li>{_text(each)}</li>' for each in sentences)}</ul>"


def _findings(content: ReportContent) -> str:
    if not content.audit.findings:
        return "<h2>Findings</h2><p>None.</p>"
    rows = [
        (words.SEVERITIES[item.severity], f"{item.message} ({words.place(item)})") for item in content.audit.findings
    ]
    return f"<h2>Findings</h2>{_table(rows)}"


def _people(content: ReportContent) -> str:
    if not content.audit.people:
        return "<h2>People</h2><p>Nobody is enrolled.</p>"
    return f"<h2>People</h2>{_table(words.people(content.audit))}"


def _section(title: str, texts: Iterable[ReportedText], empty: str) -> str:
    blocks = "".join(_block(text) for text in texts)
    return f"<h2>{_text(title)}</h2>{blocks or f'<p>{_text(empty)}</p>'}"


def _block(text: ReportedText) -> str:
    if text.text is None:
        shown = f'<p class="words bad">{_text(text.problem)}</p>'
    else:
        shown = f'<div class="words">{html.escape(visible_lines(text.text))}</div>'
    return (
        f'<div class="text"><b>{_text(words.STATES.get(text.state, text.state))}</b> '
        f'<span class="quiet">{_text(text.why)}</span><div class="quiet">{_text(words.about(text))}</div>{shown}'
        f'<div class="quiet">Text {_text(text.advisory_id)}, written by {_text(text.written_by)}, SHA-256 '
        f"{_text(text.text_sha256)}</div>{''.join(_decision(decision) for decision in text.decisions)}</div>"
    )


def _decision(decision: ReportedDecision) -> str:
    line = decision.line
    reason = f"<div>Reason: {_text(line.reason)}</div>" if line.reason else ""
    return (
        f'<div class="decision"><b>{_text(words.what(line))}</b> by {_text(words.who(line))}: '
        f"“{_text(line.meaning)}”{reason}<div>{_text(words.when(decision))}</div>"
        f'<div class="quiet">{_text(words.fine_print(decision))}</div></div>'
    )


def _at_source(content: ReportContent) -> str:
    title = "<h2>Found at the source: history, not decisions</h2>"
    if not content.at_source:
        return f"{title}<p>Nothing.</p>"
    rows = [(word.original_id or word.run_id, f"{word.words} ({word.layout})") for word in content.at_source]
    return title + _table(rows)
