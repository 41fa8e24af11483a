"""Composing a report about a store that a stranger can read, and writing it as what its file's name asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta, timezone
from pathlib import Path

import rmos_console
from rmos_console.core.errors import RmosError, UsageError
from rmos_console.core.log import use_case
from rmos_console.core.records.advisory import AdvisoryAsset
from rmos_console.core.records.checkpoint import Checkpoint
from rmos_console.core.records.report import DecisionLine
from rmos_console.core.records.review import Policy, Review
from rmos_console.core.report.content import ReportContent, ReportedDecision, ReportedText, SourceWord
from rmos_console.core.review.states import moment
from rmos_console.core.store import RunEntry, Store
from rmos_console.core.store.documents import read_asset
from rmos_console.core.store.layout import Place
from rmos_console.core.usecases.audit import examine, opened
from rmos_console.core.usecases.audit_rules import Recorded, Replay
from rmos_console.core.usecases.progress import Cancelled, Progress, never, silent
from rmos_console.core.usecases.publish import check_target, write_new
from rmos_console.core.usecases.rows import at_source
from rmos_console.core.usecases.state import is_superseded, state_of

FORMATS = (".pdf", ".html", ".csv", ".json")


def check_report(target: Path, store: Path) -> None:
    """Return if a report may be written to ``target``.

    Raises :class:`UsageError` for an unknown ending, and as :func:`.publish.check_target` does.
    """
    if target.suffix.lower() not in FORMATS:
        raise UsageError(f"A report is written to a {', '.join(FORMATS)} file, not to {target.name}; name such a file.")
    check_target(target, store)


def compose(
    path: Path,
    *,
    made_at_utc: str,
    against: Checkpoint | None = None,
    progress: Progress = silent,
    cancelled: Cancelled = never,
) -> ReportContent:
    """Audit the store at ``path`` and return what there is to report; raises as :func:`.audit.audit` does."""
    with use_case("report") as known, opened(path) as store:
        report, replay = examine(store, against, progress, cancelled)
        known.update(ok=report.ok, decisions=len(report.decisions))
        progress(0, None, "reading the texts")
        return ReportContent(
            made_at_utc=made_at_utc,
            program=f"RMOS Console {rmos_console.__version__}",
            audit=report,
            texts=tuple(_texts(store, replay, report.decisions)),
            at_source=tuple(_source_words(replay)),
            policy=_policy(replay.fold.policy),
        )


def write(content: ReportContent, target: Path) -> None:
    """Write a report to a new file, as what its name ends in; the same content gives the same bytes."""
    with use_case("report.write", format=target.suffix):
        write_new(target, _writer(target)(content))


def _writer(target: Path) -> Callable[[ReportContent], bytes]:
    """Return what writes a format; the PDF library is loaded only where it is asked for."""
    match target.suffix.lower():
        case ".pdf":
            from rmos_console.core.report.to_pdf import to_pdf as writer  # noqa: PLC0415  loads fonts and pictures
        case ".html":
            from rmos_console.core.report.to_html import to_html as writer  # noqa: PLC0415  as its siblings
        case ".csv":
            from rmos_console.core.report.to_csv import to_csv as writer  # noqa: PLC0415  as its siblings
        case ".json":
            from rmos_console.core.report.to_json import to_json as writer  # noqa: PLC0415  as its siblings
        case _:
            raise UsageError(f"There is no report format {target.suffix!r}.")
    return writer


def _texts(store: Store, replay: Replay, lines: tuple[DecisionLine, ...]) -> Iterator[ReportedText]:
    """Yield every text decided about, in the order of the first decision, with its decisions in ledger order."""
    groups: dict[tuple[str, str], list[tuple[DecisionLine, Recorded]]] = {}
    for line, recorded in zip(lines, replay.recorded, strict=True):
        groups.setdefault((line.run_id, line.advisory_id), []).append((line, recorded))
    for (run_id, advisory_id), decisions in groups.items():
        entry = replay.fold.run(run_id)
        asset = replay.fold.asset(advisory_id)
        told = state_of(replay.fold, entry, advisory_id) if entry else None
        text, problem, by = _text(store, replay, advisory_id)
        yield ReportedText(
            run_id=run_id,
            original_id=entry.source.run_id if entry else None,
            mode=entry.mode if entry else None,
            tool_id=entry.tool_id if entry else None,
            status=entry.status if entry else None,
            risk=entry.risk.shown if entry else "UNKNOWN",
            risk_policy=entry.risk.policy if entry else "RED",
            run_sha256=entry.run_sha256 if entry else "",
            advisory_id=advisory_id,
            text=text,
            problem=problem,
            text_sha256=asset.text_sha256 if asset else decisions[0][0].text_sha256,
            written_by=by,
            state=told.state if told else "NONE",
            why=told.why if told else "the run is not in the store",
            decisions=tuple(_decision(replay, entry, line, recorded, decisions) for line, recorded in decisions),
        )


def _text(store: Store, replay: Replay, advisory_id: str) -> tuple[str | None, str | None, str]:
    """Return the exact text, or why there is none, and who or what wrote it."""
    known = replay.fold.asset(advisory_id)
    if known is None:
        return None, "The text is not in the store.", "unknown"
    try:
        document = store.resolve(read_asset(Place(store.path), known))
        asset = AdvisoryAsset.parse(document, name=f"Advisory {advisory_id}")
    except RmosError as error:
        return None, error.message, "unknown"
    if asset.text_sha256() != known.text_sha256:
        return None, "The text in the store is not the one whose digest was recorded.", "unknown"
    if asset.engine is not None:
        return asset.shown_text(), None, f"engine {asset.engine.id}, version {asset.engine.version}"
    return asset.shown_text(), None, asset.author.id if asset.author else "unknown"


def _decision(
    replay: Replay,
    entry: RunEntry | None,
    line: DecisionLine,
    recorded: Recorded,
    others: list[tuple[DecisionLine, Recorded]],
) -> ReportedDecision:
    return ReportedDecision(
        line=line,
        standing=_standing(replay, entry, line, [other for other, _ in others]),
        at_local=local_time(line.at_utc, recorded.utc_offset),
        recorded_at_utc=recorded.at,
        seq=recorded.location.seq,
        file=recorded.location.file,
        offset=recorded.location.offset,
    )


def _standing(replay: Replay, entry: RunEntry | None, line: DecisionLine, lines: list[DecisionLine]) -> str:
    if line.signature == "invalid":
        return "does not count: its signature does not hold"
    if line.suspect:
        signer = replay.fold.people.get(line.person_id or "")
        return f"suspect: its signer was revoked since {signer.revoked_since}" if signer else "suspect: unknown signer"
    if line.verb == "withdrawn":
        return "takes an earlier decision back"
    back = [made for made, _ in replay.decisions if isinstance(made, Review) and made.withdraws == line.decision_id]
    if back:
        return f"withdrawn at {back[0].at_utc}"
    if entry is not None and is_superseded(entry, line.advisory_id):
        return "superseded: a newer explanation of the run replaced this text"
    later = [other for other in lines[lines.index(line) + 1 :] if other.kind == "human" and not other.suspect]
    if line.kind == "automatic":
        return "overtaken by a person's decision" if later else "stands"
    if any(other.verb not in {line.verb, "withdrawn"} for other in later):
        return "overtaken by a later decision"
    state = state_of(replay.fold, entry, line.advisory_id).state if entry else None
    return "stands, as the first of two signatures" if state == "AWAITING_SECOND" else "stands"


def local_time(at_utc: str, offset: str) -> str:
    """Return a time on the clock of the machine that recorded it, or say that its offset is unknown."""
    at = moment(at_utc)
    if at is None:
        return at_utc
    sign, digits = offset[:1], offset[1:].split(":")
    if sign not in {"+", "-"} or len(digits) != 2 or not all(part.isdecimal() and len(part) == 2 for part in digits):
        return "local time unknown"
    span = timedelta(hours=int(digits[0]), minutes=int(digits[1])) * (-1 if sign == "-" else 1)
    if abs(span) >= timedelta(days=1):
        return "local time unknown"
    return f"{at.astimezone(timezone(span)):%Y-%m-%d %H:%M:%S} local ({offset})"


def _source_words(replay: Replay) -> Iterator[SourceWord]:
    for entry in replay.fold.runs():
        words = at_source(entry)
        if words is not None:
            original = entry.source.run_id
            yield SourceWord(run_id=entry.run_id, original_id=original, layout=entry.source.format, words=words)


def _policy(policy: Policy) -> str:
    second = ", two people for RED" if policy.second_for_red else ""
    return f"{policy.mode}, version {policy.version}{second}, engines {', '.join(policy.engines) or 'none'}"
