"""Advisories of the partitioned layout whose bytes lie among the attachments.

A reference names them by ``advisory_sha256``, or its ``advisory_id`` is itself the SHA-256 that the attachment is named
by. Most references name neither, or bytes that are not there: then the reference stands alone, unresolved.
"""

from __future__ import annotations

from typing import Any

from rmos_console.core.canonical import read_json, sha256_hex
from rmos_console.core.errors import BadDataError
from rmos_console.core.importers.advisory_text import compose
from rmos_console.core.importers.attachments import AttachmentFolders, names_compact_form
from rmos_console.core.importers.files import read_bytes
from rmos_console.core.importers.found import FoundAdvisory, FoundRun
from rmos_console.core.records.advisory import AdvisoryAsset, AdvisoryInputRef, Engine
from rmos_console.core.records.ids import derived_run_id, is_run_id
from rmos_console.core.records.intake import check_depth
from rmos_console.core.records.times import read_time


class Advisories:
    """Finds the advisories that runs refer to, each once."""

    def __init__(self, layout: str, attachments: AttachmentFolders, timezone: str) -> None:
        self._layout = layout
        self._attachments = attachments
        self._timezone = timezone
        self._done: set[str] = set()

    def of(self, found: FoundRun) -> tuple[list[FoundAdvisory], list[str]]:
        """Return the advisories of a run that are met for the first time, and warnings about those with odd bytes."""
        advisories, warnings = [], []
        for ref in found.refs:
            sha256 = _named(ref)
            if sha256 is None:
                continue
            try:
                advisory = self._read(ref, sha256)
            except BadDataError as error:
                warnings.append(f"the text of advisory {ref.advisory_id} is not taken: {error.message}")
                continue
            if advisory is None:
                continue
            if advisory.original_run_id not in (None, found.original_id):
                warnings.append(f"advisory {ref.advisory_id} was written about the run {advisory.original_run_id}")
            if ref.advisory_id not in self._done:
                self._done.add(ref.advisory_id)
                advisories.append(advisory)
        return advisories, warnings

    def _read(self, ref: AdvisoryInputRef, sha256: str) -> FoundAdvisory | None:
        path = self._attachments.find(sha256)
        if path is None:
            return None
        data = read_bytes(path, path.name)
        if sha256_hex(data) != sha256 and not names_compact_form(data, sha256):
            raise BadDataError(f"{path.name} holds other bytes than its name says.")
        content = self._content(data, path.name)
        about = _about(content)
        headline, text = compose(content)
        asset = AdvisoryAsset(
            advisory_id=ref.advisory_id,
            kind="explanation" if text is not None else "advisory",
            created_at_utc=self._time(content),
            headline=headline,
            text=text,
            content=content,
            engine=_engine(content),
            source={"format": self._layout, "sha256": sha256, "file": path.name},
        )
        return FoundAdvisory(
            layout=self._layout,
            advisory_id=ref.advisory_id,
            source=path.name,
            original=data,
            asset=asset,
            at_source={},
            original_run_id=about,
            run_id=_our_id(self._layout, about),
        )

    def _content(self, data: bytes, name: str) -> Any:
        try:
            content = read_json(data, name=name)
        except BadDataError:
            try:
                return data.decode("utf-8")
            except UnicodeDecodeError as error:
                raise BadDataError(f"{name} is neither JSON nor text.") from error
        check_depth(content, name)
        return content

    def _time(self, content: object) -> str | None:
        given = content.get("created_at_utc") if isinstance(content, dict) else None
        try:
            return read_time(given, timezone=self._timezone).utc if given is not None else None
        except BadDataError:
            return None  # the content keeps the text


def _named(ref: AdvisoryInputRef) -> str | None:
    """Return the SHA-256 by which a reference names its bytes; only 64 hex digits can be found."""
    given = (ref.at_source or {}).get("advisory_sha256") or (ref.at_source or {}).get("sha256")
    return given if isinstance(given, str) else ref.advisory_id


def _about(content: object) -> str | None:
    if not isinstance(content, dict):
        return None
    based_on = content.get("based_on")
    given = based_on.get("run_id") if isinstance(based_on, dict) else content.get("run_id")
    return given if isinstance(given, str) else None


def _engine(content: object) -> Engine | None:
    if not isinstance(content, dict) or not isinstance(content.get("meta"), dict):
        return None
    generator, version = content["meta"].get("generator"), content.get("version")
    if not isinstance(generator, str):
        return None
    return Engine(id=generator, version=version if isinstance(version, str) else "unknown")


def _our_id(layout: str, original: str | None) -> str | None:
    if original is None or is_run_id(original):
        return original
    return derived_run_id(layout, original, "")
