"""Options and arguments that several verbs share, each spelled once."""

from __future__ import annotations

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, errors too.")]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="A run id, or the id the run had at its source.")]
AdvisoryArgument = Annotated[str, typer.Argument(metavar="ADVISORY", help="The id of an advisory.")]


def group(summary: str) -> typer.Typer:
    """Return a group of verbs ("file add", "file save"); ``summary`` is its line in --help."""
    made = typer.Typer(
        help=summary, add_completion=False, rich_markup_mode=None, no_args_is_help=False, pretty_exceptions_enable=False
    )
    made.callback()(_nothing)
    return made


def verbs() -> typer.Typer:
    """Return a place to register verbs; the group around them is never shown."""
    return group("")


def _nothing() -> None:
    """Keep a group a group, even with one verb."""
