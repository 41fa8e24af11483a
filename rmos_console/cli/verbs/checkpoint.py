"""The verb that notes the head of the ledger, to be kept outside the store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from rmos_console.cli import ask
from rmos_console.cli.options import AsJson, verbs
from rmos_console.cli.session import Session
from rmos_console.cli.visible import visible
from rmos_console.core.report.qr import PICTURES, qr_lines, qr_picture
from rmos_console.core.usecases import checkpoint as use_case
from rmos_console.core.usecases.people import sign_in
from rmos_console.core.usecases.publish import check_target, write_new

app = verbs()


@app.command("checkpoint")
def checkpoint(
    context: typer.Context,
    by: Annotated[str | None, typer.Option(metavar="ID", help="The enrolled person who signs it.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep it in a new file; .png or .svg keeps a QR code.")
    ] = None,
    qr: Annotated[bool, typer.Option("--qr", help="Show it as a QR code too, to be photographed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Note the head of the ledger in three lines, to be kept where nobody who can write the store can write."""
    session = Session.of(context, as_json=as_json)
    with session.store() as store:
        if out is not None:
            check_target(out, store.path)
        signer = sign_in(store, by, lambda: ask.passphrase(by)) if by is not None else None
        made = use_case.take(store, signer, caller=session.caller).value
    if out is not None:
        picture = out.suffix.lower() in PICTURES
        write_new(out, qr_picture(made.text(), out) if picture else made.text().encode("utf-8"))
        session.note(f"Kept in {out}; take it off this machine.")
    if not made.is_signed:
        session.note("Nobody signed this checkpoint: whoever holds it must have noted it themselves. --by ID signs.")

    def page(console: Console) -> None:
        for line in made.text().splitlines():
            console.print(Text(visible(line)), soft_wrap=True)
        if qr:
            console.print()
            for line in qr_lines(made.text()):
                console.print(Text(line, style="black on white"), no_wrap=True, soft_wrap=True)

    file = None if out is None else str(out)
    session.answer(lambda: {**made.document(), "text": made.text(), "file": file}, page)
