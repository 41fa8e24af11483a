"""Link files of the partitioned layout: references to advisories that stand beside the runs, in two shapes.

``<run_id>_advisory_<advisory_id>.json`` is a reference as in ``advisory_inputs``; its run is named by the file alone.
``run_<run_id>_advisory_<advisory_id>.json`` has the schema ``run_advisory_link.v1`` and names its run inside. The
entries of ``_advisory_lookup.json`` are a third word, used where neither is there. A reference that also stands in the
run itself is not doubled: the copy that says more is taken, the other kept within it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rmos_console.core.errors import BadDataError
from rmos_console.core.importers.found import Found, FoundLink, FoundRun, Refused
from rmos_console.core.importers.references import merged, read_reference
from rmos_console.core.importers.v2_index import LookupEntry
from rmos_console.core.records.advisory import AdvisoryInputRef
from rmos_console.core.records.ids import derived_run_id, is_run_id
from rmos_console.core.records.intake import check_original_id

LINK_MARK = "_advisory_"


@dataclass(frozen=True, slots=True)
class _Link:
    source: str
    run: str
    ref: AdvisoryInputRef
    from_index: bool = False


class Links:
    """The link files of a store; each is merged into its run, and those without a run are left at the end."""

    def __init__(self, layout: str, timezone: str) -> None:
        self._layout = layout
        self._timezone = timezone
        self._by_run: dict[str, list[_Link]] = {}
        self.files: set[str] = set()

    def add(self, record: dict[str, object], file_name: str, source: str) -> None:
        """Take a link file in; raises :class:`BadDataError` where it is no reference."""
        ref = read_reference(record, timezone=self._timezone)
        run = record.get("run_id")
        if run is None:
            run = _run_named_by(file_name, ref.advisory_id)
        if not isinstance(run, str):
            raise BadDataError(f"{source} names a run_id that is no text.")
        self.files.add(source)
        self._by_run.setdefault(run, []).append(_Link(source, run, ref))

    def add_lookup(self, entry: LookupEntry) -> None:
        """Take an index entry in, where no link file says the same; one that is no reference is of no use."""
        try:
            ref = read_reference({**entry.entry, "advisory_id": entry.advisory_id}, timezone=self._timezone)
        except BadDataError:
            return  # an index entry is a hint; what it points to is found by itself where it exists
        self._by_run.setdefault(entry.run_id, []).append(
            _Link("_advisory_lookup.json", entry.run_id, ref, from_index=True)
        )

    def merge_into(self, found: FoundRun, file_stem: str) -> FoundRun:
        """Return the run with the references of its link files, each advisory once."""
        links = self._by_run.pop(found.original_id, [])
        if file_stem != found.original_id:
            links = [*links, *self._by_run.pop(file_stem, [])]
        if not links:
            return found
        refs = {ref.advisory_id: ref for ref in found.refs}
        for link in sorted(links, key=lambda each: each.from_index):
            known = refs.get(link.ref.advisory_id)
            if known is None:
                refs[link.ref.advisory_id] = link.ref
            elif not link.from_index:
                refs[link.ref.advisory_id] = merged(known, link.ref)
        return found._replace(refs=tuple(refs.values()))

    def left(self, *, hints: bool, only: str | None) -> Iterator[Found]:
        """Yield the links whose run was not met, each advisory of a run once; ``only`` those of one file, if named.

        With ``hints``, what stands in the index alone counts too: right only where every partition was read.
        """
        for run, every in sorted(self._by_run.items()):
            links = [each for each in every if (hints or not each.from_index) and only in (None, each.source)]
            refs: dict[str, _Link] = {}
            for link in sorted(links, key=lambda each: each.from_index):
                known = refs.get(link.ref.advisory_id)
                if known is None:
                    refs[link.ref.advisory_id] = link
                elif not link.from_index:
                    refs[link.ref.advisory_id] = replace(known, ref=merged(known.ref, link.ref))
            for link in refs.values():
                yield self._found(run, link)

    def _found(self, run: str, link: _Link) -> Found:
        try:
            check_original_id(run)
        except BadDataError as error:
            return Refused(link.source, error.message, is_run=False)
        run_id = run if is_run_id(run) else derived_run_id(self._layout, run, "")
        note = f"the run {run} that this reference belongs to is not among the runs found"
        return FoundLink(self._layout, link.source, run, run_id, link.ref, (note,))


def _run_named_by(file_name: str, advisory_id: str) -> str:
    exact = f"{LINK_MARK}{advisory_id}.json"
    return file_name.removesuffix(exact) if file_name.endswith(exact) else file_name.split(LINK_MARK, 1)[0]
