"""From a foreign record to a sealed run without loss: what fits a field is moved there, everything else is kept.

A record of another program is not refused for one odd value: the value stays verbatim in ``source.extra`` under its own
key, the field stays empty, and a warning says so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, get_args

from rmos_console.core.canonical import canonical_sha256
from rmos_console.core.errors import BadDataError
from rmos_console.core.records.ids import SHA256, derived_run_id, is_run_id
from rmos_console.core.records.intake import kind_of
from rmos_console.core.records.run import Hashes, RiskLevel, RunContext, RunDecision, RunOutputs, Status
from rmos_console.core.records.times import read_time

RISK_LEVELS = frozenset(get_args(RiskLevel))
STATUSES = frozenset(get_args(Status))
Check = Callable[[Any], bool]


def is_text(value: object) -> bool:
    """Tell whether a value is a text."""
    return isinstance(value, str)


def is_texts(value: object) -> bool:
    """Tell whether a value is a list of texts."""
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def is_document(value: object) -> bool:
    """Tell whether a value is an object."""
    return isinstance(value, dict)


def is_score(value: object) -> bool:
    """Tell whether a value is a score: a number from 0 to 100, 0 included."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100


def is_sha256(value: object) -> bool:
    """Tell whether a value is a SHA-256 as this store writes it."""
    return isinstance(value, str) and SHA256.fullmatch(value) is not None


def is_risk(value: object) -> bool:
    """Tell whether a value is a risk level that is known here."""
    return isinstance(value, str) and value in RISK_LEVELS


def is_status(value: object) -> bool:
    """Tell whether a value is a status that is known here."""
    return isinstance(value, str) and value in STATUSES


def is_json(_value: object) -> bool:
    """Any JSON value will do."""
    return True


DECISION: dict[str, Check] = {
    "risk_level": is_risk,
    "score": is_score,
    "block_reason": is_text,
    "warnings": is_texts,
    "details": is_document,
}
HASHES: dict[str, Check] = dict.fromkeys(Hashes.model_fields, is_sha256)
OUTPUTS: dict[str, Check] = {
    "gcode_text": is_text,
    "opplan_json": is_json,
    "gcode_path": is_text,
    "opplan_path": is_text,
    "preview_svg_path": is_text,
}
CONTEXT: dict[str, Check] = dict.fromkeys(RunContext.model_fields, is_text)

PLAIN = ("created_at_utc", "mode", "tool_id", "status", "request_id")
DOCUMENTS = ("request_summary", "feasibility", "lineage", "meta")
NESTED = {
    "decision": tuple(RunDecision.model_fields),
    "hashes": tuple(HASHES),
    "outputs": tuple(RunOutputs.model_fields),
    "context": tuple(CONTEXT),
}


class Shape:
    """One record on its way: ``rest`` is what is not placed yet, ``fields`` what is, ``warnings`` what did not fit."""

    def __init__(self, record: Mapping[str, Any], mutable: Collection[str]) -> None:
        self.rest: dict[str, Any] = {key: value for key, value in record.items() if key not in mutable}
        self.sealed_sha256 = canonical_sha256(self.rest)
        self.fields: dict[str, Any] = {}
        self.warnings: list[str] = []
        self._assumed_timezone: str | None = None

    def move(self, key: str, check: Check, *, to: str | None = None) -> None:
        """Move ``rest[key]`` to the field ``to`` if it fits; null stays where it is, since an empty field says less."""
        value = self.rest.get(key)
        if value is None:
            return
        if check(value):
            self.fields[to or key] = self.rest.pop(key)
        else:
            self._odd(key, value)

    def nested(self, key: str, checks: Mapping[str, Check]) -> None:
        """Move the keys of the object ``rest[key]`` that fit; what remains of it stays in ``rest`` under ``key``."""
        value = self.rest.get(key)
        if value is None:
            return
        if not isinstance(value, dict):
            self._odd(key, value)
            return
        taken, left = {}, {}
        for name, item in value.items():
            check = checks.get(name)
            if check is not None and item is not None and check(item):
                taken[name] = item
            elif item is not None or check in (None, is_texts, is_document):  # their empty field is no null
                left[name] = item
                if item is not None and check is not None:
                    self._odd(f"{key}.{name}", item)
        self.fields[key] = {**self.fields.get(key, {}), **taken}
        if left:
            self.rest[key] = left
        else:
            del self.rest[key]

    def into(self, field: str, name: str, key: str, check: Check) -> None:
        """Move ``rest[key]`` to ``fields[field][name]`` if it fits and nothing stands there yet."""
        value = self.rest.get(key)
        if value is None:
            return
        part = self.fields.setdefault(field, {})
        if part.get(name) is not None:
            return
        if check(value):
            part[name] = self.rest.pop(key)
        else:
            self._odd(key, value)

    def fill(self, field: str, name: str, value: object) -> None:
        """Copy a text to ``fields[field][name]`` where nothing stands yet; its origin keeps it too."""
        if isinstance(value, str) and value and self.fields.get(field, {}).get(name) is None:
            self.fields.setdefault(field, {})[name] = value

    def time(self, key: str, timezone: str, fallback: str | None = None) -> None:
        """Move the run's time; another spelling stays in ``rest``. Without one ``fallback`` counts, with a warning.

        Raises :class:`BadDataError` where neither is there: a run without a time cannot be placed among others.
        """
        given = self.rest.get(key)
        try:
            moment = read_time(given, timezone=timezone, what=key)
        except BadDataError as error:
            if fallback is None:
                raise
            self.fields["created_at_utc"] = fallback
            self.warnings.append(f"{error.message.rstrip('.')}; {fallback} is taken from its folder")
            return
        self.fields["created_at_utc"] = moment.utc
        self._assumed_timezone = moment.assumed_timezone
        if moment.utc == given:
            del self.rest[key]

    def body(self, *, layout: str, original_id: str, discriminator: str, path: str) -> dict[str, Any]:
        """Return the document of the run, every key present: what :class:`SealedRun` would make of the same fields.

        Its id is its own where that is one of ours and unique at its source, else a derived one. Whatever stands in a
        field was checked when it was moved there, so it is not checked once more.
        """
        own = is_run_id(original_id) and not discriminator
        fields = self.fields
        body: dict[str, Any] = {key: fields.get(key) for key in PLAIN}
        body.update({key: fields.get(key) or {} for key in DOCUMENTS})
        body.update({key: {**dict.fromkeys(names), **fields.get(key, {})} for key, names in NESTED.items()})
        decision = body["decision"]
        decision["warnings"] = list(decision["warnings"] or ())
        decision["details"] = decision["details"] or {}
        body["run_id"] = original_id if own else derived_run_id(layout, original_id, discriminator)
        body["attachments"] = []
        body["source"] = {
            "format": layout,
            "run_id": None if own else original_id,
            "discriminator": discriminator,
            "sealed_sha256": self.sealed_sha256,
            "path": path,
            "pack": None,
            "assumed_timezone": self._assumed_timezone,
            "extra": self.rest,
        }
        return body

    def _odd(self, key: str, value: object) -> None:
        what = repr(value)[:40] if isinstance(value, str | int | float) else f"a JSON {kind_of(value)}"
        self.warnings.append(f"{key} is {what}, which this console has no place for; it is kept as it was")
