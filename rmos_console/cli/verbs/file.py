"""The verbs about files kept with runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rmos_console.cli.options import AsJson, RunArgument, group, verbs
from rmos_console.cli.session import Session
from rmos_console.cli.visible import visible
from rmos_console.core.errors import NotFoundError
from rmos_console.core.records.ids import check_sha256
from rmos_console.core.store import Store
from rmos_console.core.usecases import browse, intake

app = verbs()
files = group("Keep files with runs.")
app.add_typer(files, name="file")


@files.command("add")
def add(
    context: typer.Context,
    run: RunArgument,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The file; a copy of it is kept.")],
    kind: Annotated[str, typer.Option(help="What it is: drawing, photo, program, …")] = "file",
    as_json: AsJson = False,
) -> None:
    """Keep a copy of a file with a run."""
    session = Session.of(context, as_json=as_json)
    with session.store(writes=True) as store:
        written = intake.add_file(store, run, path, session.caller, kind=kind)
    verb = "is kept with" if written.changes.run_ids else "is kept already with"
    line = f"{visible(path.name)} {verb} {written.value.run_id}"
    session.answer(written.value.document, lambda out: out.print(line))


@files.command("save")
def save(
    context: typer.Context,
    run: RunArgument,
    sha256: Annotated[str, typer.Argument(metavar="SHA256", help="The file's sha256, as `show` prints it.")],
    target: Annotated[
        Path | None, typer.Argument(metavar="[TARGET]", help="The file to write; its digest here if not given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a file kept with a run to a new file; its bytes are verified first."""
    session = Session.of(context, as_json=as_json)
    check_sha256(sha256, what="file digest")
    with session.store() as store:
        path = intake.save_file(store, run, sha256, target or _own_name(store, run, sha256))
    session.answer(lambda: {"sha256": sha256, "path": str(path)}, lambda out: out.print(f"Saved {visible(path)}"))


def _own_name(store: Store, run: str, sha256: str) -> Path:
    """Return the digest with the ending of the stored name: a stored name itself never becomes a path."""
    artifact = browse.show(store, run)
    found = next((item for item in artifact.attachments if item.sha256 == sha256), None)
    if found is None:
        raise NotFoundError(f"Run {artifact.run_id} has no file {sha256}; `show` lists its files.")
    ending = Path(found.filename or "").suffix
    plain = ending[1:].isalnum() and ending.isascii() and len(ending) <= 10
    return Path(f"{sha256}{ending if plain else ''}")
