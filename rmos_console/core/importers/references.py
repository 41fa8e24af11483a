"""References to advisories as RMOS wrote them: in a run's ``advisory_inputs``, and in link files of two shapes.

The source's review history (status, rating, notes, who reviewed) goes verbatim to ``at_source``: history, never a
decision of this store.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from rmos_console.core.canonical import canonical
from rmos_console.core.errors import BadDataError
from rmos_console.core.records.advisory import AdvisoryInputRef, AdvisoryKind
from rmos_console.core.records.ids import check_foreign_id
from rmos_console.core.records.times import read_time

TEXTS = ("request_id", "engine_id", "engine_version")
KINDS = ("explanation", "advisory", "note", "unknown")

COPIES = "other_copies"
"""Where a reference keeps what other copies of it say otherwise."""


class References(NamedTuple):
    """The references of a run, one per advisory; entries that are none stand in ``rest`` verbatim, told in warnings."""

    refs: tuple[AdvisoryInputRef, ...]
    rest: tuple[Any, ...]
    warnings: tuple[str, ...]


def read_references(entries: object, *, timezone: str) -> References:
    """Read a run's ``advisory_inputs``; null and a missing list are no references."""
    if entries is None:
        return References((), (), ())
    if not isinstance(entries, list):
        return References((), (), ("advisory_inputs is no list; it is kept as it was",))
    refs: dict[str, AdvisoryInputRef] = {}
    rest: list[Any] = []
    warnings: list[str] = []
    for place, entry in enumerate(entries):
        try:
            ref = read_reference({"advisory_id": entry} if isinstance(entry, str) else entry, timezone=timezone)
        except BadDataError as error:
            rest.append(entry)
            warnings.append(f"advisory_inputs[{place}] is no reference and is kept as it was: {error.message}")
            continue
        known = refs.get(ref.advisory_id)
        refs[ref.advisory_id] = ref if known is None else merged(known, ref)
    return References(tuple(refs.values()), tuple(rest), tuple(warnings))


def read_reference(entry: object, *, timezone: str) -> AdvisoryInputRef:
    """Read one reference; what the noun does not know goes to ``at_source``. Raises :class:`BadDataError`."""
    if not isinstance(entry, dict):
        raise BadDataError("A reference is an object with an advisory_id.")
    advisory_id = entry.get("advisory_id")
    if not isinstance(advisory_id, str):
        raise BadDataError("The reference has no advisory_id.")
    check_foreign_id(advisory_id, what="advisory_id")
    rest = {key: value for key, value in entry.items() if key != "advisory_id"}
    fields: dict[str, Any] = {"advisory_id": advisory_id, "kind": _kind(rest)}
    for key in TEXTS:
        if isinstance(rest.get(key), str):
            fields[key] = rest.pop(key)
        elif key in rest and rest[key] is None:
            del rest[key]
    _take_time(fields, rest, timezone)
    return AdvisoryInputRef(**fields, at_source=rest or None)


def merged(first: AdvisoryInputRef, second: AdvisoryInputRef) -> AdvisoryInputRef:
    """Return one reference from two to the same advisory: the one that says more; the other is kept within it."""
    winner, loser = (second, first) if _says(second) > _says(first) else (first, second)
    told, said = _document(winner), _document(loser)
    copies = [*_pop_copies(told), *_pop_copies(said)]
    news = {key: value for key, value in said.items() if key not in told or _differ(told[key], value)}
    update: dict[str, Any] = {}
    for key in ("created_at_utc", *TEXTS):
        if getattr(winner, key) is None and getattr(loser, key) is not None:
            update[key] = getattr(loser, key)
            if news[key] == update[key]:
                del news[key]  # otherwise it is the source's own spelling, and stays
    if news:
        copies.append(news)
    history = {key: value for key, value in (winner.at_source or {}).items() if key != COPIES}
    if copies:
        history[COPIES] = copies
    return winner.model_copy(update={**update, "at_source": history or None})


def _differ(first: Any, second: Any) -> bool:
    return canonical(first) != canonical(second)  # true is not 1, and 1 is not 1.0


def _pop_copies(document: dict[str, Any]) -> list[Any]:
    copies = document.pop(COPIES, [])
    return copies if isinstance(copies, list) else [{COPIES: copies}]


def with_facts(ref: AdvisoryInputRef, facts: Mapping[str, Any]) -> AdvisoryInputRef:
    """Return the reference with the review facts of its asset, beneath what the reference says itself."""
    if not facts:
        return ref
    return ref.model_copy(update={"at_source": {**facts, **(ref.at_source or {})}})


def _kind(rest: dict[str, Any]) -> AdvisoryKind:
    """Take the kind; of one that is not ours (``advisory.v1.json``) the first word counts and the text stays."""
    given = rest.get("kind")
    if given in KINDS:
        del rest["kind"]
        return cast("AdvisoryKind", given)
    word = given.split(".")[0] if isinstance(given, str) else ""
    return cast("AdvisoryKind", word if word in KINDS else "unknown")


def _take_time(fields: dict[str, Any], rest: dict[str, Any], timezone: str) -> None:
    given = rest.get("created_at_utc")
    if given is None:
        rest.pop("created_at_utc", None)
        return
    try:
        fields["created_at_utc"] = read_time(given, timezone=timezone).utc
    except BadDataError:
        return  # the text stays in at_source: a reference without a readable time is still a reference
    if fields["created_at_utc"] == given:
        del rest["created_at_utc"]


def _document(ref: AdvisoryInputRef) -> dict[str, Any]:
    own = {key: getattr(ref, key) for key in ("kind", "created_at_utc", *TEXTS) if getattr(ref, key) is not None}
    return {**own, **(ref.at_source or {})}


def _says(ref: AdvisoryInputRef) -> int:
    """Count what a reference says; a review beyond NEW weighs more than any number of other keys."""
    document = _document(ref)
    reviewed = document.get("status") not in (None, "NEW", "ACTIVE")
    return sum(value is not None for value in document.values()) + (1000 if reviewed else 0)
