"""From what a person typed to a run of the store."""

from __future__ import annotations

from rmos_console.core.errors import NotFoundError
from rmos_console.core.records.ids import is_run_id
from rmos_console.core.records.intake import check_original_id
from rmos_console.core.records.times import sort_key
from rmos_console.core.store import RunEntry, View


def find_run(view: View, argument: str) -> tuple[RunEntry, tuple[str, ...]]:
    """Return the run that ``argument`` names, and the other runs it names as well.

    An argument that is no run id of ours is looked up among the original ids only; of several the newest is taken and
    the others are the second part. Raises :class:`NotFoundError`, or :class:`BadIdError` for what can be no id, such as
    a path.
    """
    if is_run_id(argument):
        entry = view.run(argument)
        if entry is None:
            raise NotFoundError(f"There is no run {argument}; `list` shows the runs of this store.", run_id=argument)
        return entry, ()
    check_original_id(argument)
    entries = [entry for run_id in view.find_original(argument) if (entry := view.run(run_id)) is not None]
    if not entries:
        raise NotFoundError(
            f"There is no run {argument!r}, neither as a run id nor as an original id; `list` shows the runs.",
            run_id=argument,
        )
    entries.sort(key=lambda entry: (sort_key(entry.created_at_utc), entry.seq, entry.run_id), reverse=True)
    return entries[0], tuple(entry.run_id for entry in entries[1:])
