"""The verb that changes meta, the part of a run outside its seal."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from rmos_console.cli.options import AsJson, RunArgument, verbs
from rmos_console.cli.session import Session
from rmos_console.core.canonical import read_json
from rmos_console.core.errors import BadDataError, UsageError
from rmos_console.core.usecases import intake

app = verbs()


@app.command("meta")
def meta(
    context: typer.Context,
    run: RunArgument,
    pairs: Annotated[
        list[str], typer.Argument(metavar="KEY=VALUE...", help="VALUE is JSON if it parses, else text; KEY= removes.")
    ],
    as_json: AsJson = False,
) -> None:
    """Set or remove meta of a run. Its sealed part never changes."""
    session = Session.of(context, as_json=as_json)
    set_, unset = parse_pairs(pairs)
    with session.store(writes=True) as store:
        written = intake.patch_meta(store, run, set_, unset, session.caller)
    changed = "Changed meta of" if written.changes.run_ids else "Nothing to change in meta of"
    session.answer(written.value.document, lambda out: out.print(f"{changed} {written.value.run_id}"))


def parse_pairs(pairs: list[str]) -> tuple[dict[str, Any], list[str]]:
    """Return what to set and what to remove. Raises :class:`UsageError` for what is no KEY=VALUE or a key twice."""
    set_: dict[str, Any] = {}
    unset: list[str] = []
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not key or not equals:
            raise UsageError(f"{pair[:80]!r} is no KEY=VALUE; write KEY=VALUE to set and KEY= to remove.")
        if key in set_ or key in unset:
            raise UsageError(f"The key {key[:80]!r} is given twice; give it once.")
        if text:
            set_[key] = _value(text)
        else:
            unset.append(key)
    return set_, unset


def _value(text: str) -> Any:
    data = text.encode("utf-8", "surrogateescape")
    try:
        return read_json(data, name="The value")
    except BadDataError:  # by design a value that is no JSON is text; text that is no UTF-8 is refused below
        return _text(data)


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadDataError("A meta value is not UTF-8; write it as UTF-8.") from error
