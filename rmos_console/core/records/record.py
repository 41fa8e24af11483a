"""What all nouns share: frozen, unknown keys forbidden, defaults never shared."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from rmos_console.core.errors import BadDataError


class Record(BaseModel):
    """A frozen noun of the store; two records with equal fields are equal."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, ser_json_inf_nan="constants")

    def document(self) -> dict[str, Any]:
        """Return the JSON document of this record: plain dicts, lists, strings and numbers, every field present."""
        return self.model_dump(mode="json")

    @classmethod
    def parse(cls, document: object, *, name: str) -> Self:
        """Validate an untrusted document; raises :class:`BadDataError` naming ``name`` and the first wrong field."""
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            raise BadDataError(first_complaint(error, name), fields=_fields(error)) from error


def first_complaint(error: ValidationError, name: str) -> str:
    """Return one line about the first thing that is wrong with ``name``."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "the document"
    more = error.error_count() - 1
    return f"{name}: {where}: {first['msg']}{f' (and {more} more)' if more else ''}."


def _fields(error: ValidationError) -> list[str]:
    return [".".join(str(part) for part in item["loc"]) for item in error.errors(include_url=False)][:20]
