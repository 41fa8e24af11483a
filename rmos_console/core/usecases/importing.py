"""Foreign RMOS stores come in: lossless, idempotent, resumable; one bad record never stops the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from rmos_console.core import importers
from rmos_console.core.canonical import sha256_hex
from rmos_console.core.errors import BadDataError, CancelledError, NotFoundError, RmosError
from rmos_console.core.importers.found import FoundAdvisory, FoundLink, Ignored, Refused
from rmos_console.core.log import use_case
from rmos_console.core.records import events
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.advisory import AdvisoryInputRef
from rmos_console.core.records.changes import Changes, Written
from rmos_console.core.records.report import Conflict, ImportReport
from rmos_console.core.records.run import PackRange
from rmos_console.core.store import Draft, Proposed, Store, View, stored_run
from rmos_console.core.store.collecting import uncollected
from rmos_console.core.usecases import intake
from rmos_console.core.usecases.attach import seal_events
from rmos_console.core.usecases.commit import commit, draft
from rmos_console.core.usecases.import_account import Account
from rmos_console.core.usecases.import_judgement import Judgement, judge, later_events, renewal_events
from rmos_console.core.usecases.import_prepare import Batch, PreparedRun
from rmos_console.core.usecases.import_process import read_batches
from rmos_console.core.usecases.progress import Cancelled, Progress, never, silent
from rmos_console.core.usecases.state import reference


def import_paths(
    store: Store,
    paths: Sequence[Path],
    *,
    layout: str = "auto",
    timezone: str = "UTC",
    dry_run: bool = False,
    caller: Caller,
    progress: Progress = silent,
    cancelled: Cancelled = never,
) -> Written[ImportReport]:
    """Import every RMOS store found at ``paths``.

    ``layout`` is ``auto`` or a name of :data:`importers.LAYOUTS`; times without a zone are read in ``timezone`` and
    marked.
    ``dry_run`` judges everything and writes nothing. Raises :class:`NotFoundError` for a missing path,
    :class:`BadDataError` where nothing is recognised; defects of single records are in the report.
    """
    with use_case("import", request_id=caller.request_id, dry_run=dry_run) as facts:
        roots = [root for path in paths for root in _roots(path, layout)]
        job = _Import(store, caller, progress, cancelled, dry_run=dry_run)
        with uncollected():
            for root, found_layout in roots:
                with closing(read_batches(root, found_layout, timezone)) as batches:
                    job.take(batches, found_layout)
            job.close()
        report = job.account.report(dry_run=dry_run)
        facts.update(job.account.counts())
        return Written(value=report, changes=Changes.union(job.changes))


def _roots(path: Path, layout: str) -> list[tuple[Path, str]]:
    if not path.exists():
        raise NotFoundError(f"There is nothing at {path}.")
    if layout != "auto":
        return [(path, layout)]
    found = [(root.path, root.layout) for root in importers.roots(path)]
    if not found:
        raise BadDataError(f"Nothing can be imported from {path}: {importers.why_nothing(path)}.")
    return found


class _Import:
    """One import under way: batches of records, each judged again inside the lock."""

    def __init__(
        self, store: Store, caller: Caller, progress: Progress, cancelled: Cancelled, *, dry_run: bool
    ) -> None:
        self.account = Account()
        self.changes = [Changes(seq=store.snapshot().head.seq)]
        self._store = store
        self._caller = caller
        self._progress = progress
        self._cancelled = cancelled
        self._dry_run = dry_run
        self._at_source: dict[str, dict[str, Any]] = {}
        self._carried: set[str] = set()
        self._done = 0
        self._planned: set[str] = set()

    def take(self, batches: Iterable[Batch], layout: str) -> None:
        """Take every record of one foreign store."""
        self.account.layouts.append(layout)
        for batch in batches:
            self._take(batch)
        self._renew()

    def _take(self, batch: Batch) -> None:
        runs: list[PreparedRun] = []
        texts: list[FoundAdvisory] = []
        for item in batch.items:
            self._done += 1
            if isinstance(item, PreparedRun):
                runs.append(self._with_review_facts(item))
            elif isinstance(item, FoundAdvisory):
                self._at_source[item.advisory_id] = item.at_source
                texts.append(item)
            elif isinstance(item, FoundLink):
                self._link(item)
            elif isinstance(item, Refused):
                self.account.refuse(item.source, item.reason)
            elif isinstance(item, Ignored):
                self.account.ignored.append(f"{item.source}: {item.reason}")
            if self._done % 64 == 0:
                self._pause()
        self._seal(texts)
        self._write(runs, batch.pack)

    def close(self) -> None:
        """Record the import in the ledger, if it changed anything."""
        self._progress(self._done, self._done, "imported")
        if self._dry_run or not self.account.changed:
            return
        layouts = " ".join(dict.fromkeys(self.account.layouts))
        conflicts = [conflict.document() for conflict in self.account.conflicts]
        event = events.import_completed(layouts, self.account.counts(), conflicts)
        self.changes.append(commit(self._store, self._caller, lambda _view: [event]))

    def _pause(self) -> None:
        self._progress(self._done, None, "importing")
        if self._cancelled():
            raise CancelledError(
                f"The import was cancelled after {self._done:,} records; what was taken stays, and importing again "
                "goes on from there.",
                **self.account.counts(),
            )

    def _with_review_facts(self, prepared: PreparedRun) -> PreparedRun:
        """Return the run with the review facts of its advisories' own files joined to its references."""
        found = prepared.run
        refs = tuple(self._joined(ref) for ref in found.refs)
        self._carried.update(ref.advisory_id for ref in refs)
        self.account.warnings.extend(f"{found.source}: {warning}" for warning in found.warnings)
        return prepared if refs == found.refs else prepared._replace(run=found._replace(refs=refs))

    def _joined(self, ref: AdvisoryInputRef) -> AdvisoryInputRef:
        facts = self._at_source.get(ref.advisory_id)
        if not facts:
            return ref
        return ref.model_copy(update={"at_source": {**(ref.at_source or {}), **facts}})

    def _seal(self, texts: list[FoundAdvisory]) -> None:
        """Seal the advisories of a batch, before the runs that refer to them."""
        proposals: list[tuple[FoundAdvisory, Draft]] = []
        for item in texts:
            self.account.warnings.extend(f"{item.source}: {warning}" for warning in item.warnings)
            try:
                if self._dry_run:
                    self.account.advisories += int(bool(seal_events(self._store.snapshot(), item.asset, None)))
                else:
                    sealed = self._store.externalize(item.asset.document())
                    decide = partial(seal_events, asset=item.asset, sealed=sealed)
                    proposals.append((item, draft(self._caller, decide)))
            except RmosError as error:
                self._refuse(item.source, error)
        answers = self._store.commit_many([proposal for _, proposal in proposals])
        for (item, _), answer in zip(proposals, answers, strict=True):
            if isinstance(answer, RmosError):
                self._refuse(item.source, answer)
            else:
                self.account.advisories += int(item.advisory_id in answer.changes.advisory_ids)
                self.changes.append(answer.changes)

    def _refuse(self, source: str, error: RmosError) -> None:
        """Count a record that was not taken, unless the store itself says no: then nothing further can be taken."""
        if error.exit_code == 6:
            raise error
        self.account.refuse(source, error.message)

    def _renew(self) -> None:
        """Give stored runs the review facts and texts of advisories that came without their runs."""
        for advisory_id in sorted(self._at_source.keys() - self._carried):
            facts = self._at_source[advisory_id]
            for run_id in self._store.snapshot().runs_with(advisory_id):
                made = renewal_events(self._store.snapshot(), run_id, advisory_id, facts)
                if made and not self._dry_run:
                    decide = partial(renewal_events, run_id=run_id, advisory_id=advisory_id, facts=facts)
                    self.changes.append(commit(self._store, self._caller, decide))
                self.account.updated += int(bool(made))
        self._at_source.clear()
        self._carried.clear()

    def _link(self, item: FoundLink) -> None:
        def decide(view: View) -> Sequence[events.Event]:
            entry = view.run(item.run_id)
            if entry is None or reference(entry, item.ref.advisory_id) is not None:
                return []
            return [events.advisory_attached(item.run_id, item.ref)]

        if self._store.snapshot().run(item.run_id) is None:
            self.account.warnings.append(
                f"{item.source}: refers to run {item.original_run_id!r}, which is not in this store"
            )
            return
        made = decide(self._store.snapshot())
        if made and not self._dry_run:
            self.changes.append(commit(self._store, self._caller, decide))
        self.account.updated += int(bool(made))

    def _write(self, runs: list[PreparedRun], originals: bytes) -> None:
        """Judge the runs on the view of now, pack the originals of what is new, and commit."""
        view = self._store.snapshot()
        judged = [judge(view, run) for run in runs]
        if self._dry_run:
            for item in judged:
                self._count_planned(item, originals)
            return
        new = [item.run for item in judged if item.outcome == "imported"]
        packs = self._pack(new, originals) if 0 < len(new) < len(runs) else {}
        if len(new) == len(runs) and new:
            self._store.put_blob(originals)  # the pack that these runs were encoded with
        proposals: list[tuple[Judgement, Draft, list[Judgement]]] = []
        for item in judged:
            result: list[Judgement] = []
            try:
                pack = packs.get(item.run.run.run_id)
                proposals.append((item, self._proposal(item, pack, result), result))
            except RmosError as error:
                self._refuse(item.run.run.source, error)
        answers = self._store.commit_many([proposal for _, proposal, _ in proposals])
        changes = []
        for (item, _, result), answer in zip(proposals, answers, strict=True):
            if isinstance(answer, RmosError):
                self._refuse(item.run.run.source, answer)
            else:
                changes.append(answer.changes)
                self._count(result[-1], originals)
        if changes:
            self.changes.append(Changes.union(changes))

    def _pack(self, runs: list[PreparedRun], originals: bytes) -> dict[str, PackRange]:
        """Keep the original bytes of some runs of a batch in one blob; return where each run's bytes lie in it."""
        sha = self._store.put_blob(b"".join(originals[run.start : run.end] for run in runs))
        ranges: dict[str, PackRange] = {}
        start = 0
        for run in runs:
            end = start + run.end - run.start
            ranges[run.run.run_id] = PackRange(sha256=sha, start=start, end=end)
            start = end
        return ranges

    def _proposal(self, item: Judgement, pack: PackRange | None, result: list[Judgement]) -> Draft:
        """Return the transaction of one run, in another ``pack`` than it was prepared with if one is given.

        ``result`` receives what was judged inside the lock.
        """
        prepared = item.run
        for file in prepared.run.files:
            if self._store.put_blob(intake.read_file(file.path)) != file.attachment.sha256:
                raise BadDataError(f"{file.path.name} changed while it was imported; import again.")
            if file.complaint:
                self.account.warnings.append(f"{prepared.run.source}: {file.complaint}")
        sealed = prepared.ready
        if item.outcome == "imported" and (sealed is None or pack is not None):
            body = prepared.body()
            if pack is not None:
                body["source"]["pack"] = pack.document()
            sealed = stored_run(body, self._store.put_blob, self._store.resolve)

        def decide(view: View) -> Sequence[Proposed]:
            now = judge(view, prepared)
            result.append(now)
            if now.outcome == "imported" and sealed is not None:
                return [sealed, *later_events(view, now.run.run, None)]
            return later_events(view, now.run.run, now.known) if now.outcome == "updated" else []

        return draft(self._caller, decide)

    def _kept(self, original: bytes) -> str:
        """Keep the bytes that were not taken, and return their digest; a dry run keeps nothing."""
        if self._dry_run:
            return sha256_hex(original)
        self.account.new_conflicts += int(not self._store.has_blob(sha256_hex(original)))
        return self._store.put_blob(original)

    def _count(self, item: Judgement, originals: bytes) -> None:
        found = item.run.run
        if item.outcome == "conflict" and item.known is not None:
            blob = self._kept(originals[item.run.start : item.run.end])
            self.account.conflicts.append(
                Conflict(
                    source=found.source,
                    run_id=item.known.run_id,
                    stored_sha256=item.known.source.sealed_sha256 or "",
                    found_sha256=found.sealed_sha256,
                    blob_sha256=blob,
                )
            )
        elif item.outcome == "imported":
            self.account.imported += 1
        elif item.outcome == "updated":
            self.account.updated += 1
        else:
            self.account.already_present += 1

    def _count_planned(self, item: Judgement, originals: bytes) -> None:
        """Count for a dry run, in which an earlier record of the same import is not in the store yet."""
        run_id = item.run.run.run_id
        if item.outcome == "imported" and run_id in self._planned:
            self.account.already_present += 1
            return
        self._planned.add(run_id)
        self._count(item, originals)
