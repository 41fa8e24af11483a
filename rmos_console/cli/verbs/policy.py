"""The verbs about the approval policy."""

from __future__ import annotations

from typing import Annotated, Literal

import typer
from rich.console import Console

from rmos_console.cli import ask, render, times
from rmos_console.cli.options import AsJson, group, verbs
from rmos_console.cli.session import Session
from rmos_console.cli.visible import visible
from rmos_console.core.errors import UsageError
from rmos_console.core.records.review import Policy, PolicyMode
from rmos_console.core.usecases import admin
from rmos_console.core.usecases.people import sign_in

app = verbs()
policies = group("See and set the approval policy.")
app.add_typer(policies, name="policy")

_MEANINGS = {
    "tiered": "GREEN may be approved by the policy; everything else needs a person, RED a reason too.",
    "strict": "Everything needs a person.",
    "informational": "Nothing is approved; everything is marked as information.",
}


@policies.command("show")
def show(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the policy in force."""
    session = Session.of(context, as_json=as_json)
    with session.store() as store:
        policy = admin.policy(store.snapshot())

    session.answer(policy.document, lambda out: _page(out, policy))


@policies.command("set")
def set_policy(
    context: typer.Context,
    by: Annotated[str, typer.Option(metavar="ADMIN", help="The admin who sets it.")],
    mode: Annotated[PolicyMode | None, typer.Option(help="Which texts a person must read.")] = None,
    second_for_red: Annotated[
        Literal["on", "off"] | None, typer.Option(help="Whether RED asks two different people.")
    ] = None,
    engines: Annotated[
        str | None,
        typer.Option(metavar="ID@VERSION,…", help="Whose GREEN texts tiered approves; an empty text: nobody's."),
    ] = None,
    reopen: Annotated[bool, typer.Option("--reopen", help="Let it govern texts made earlier too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a new version of the policy in force, signed by an admin. What is not named stays."""
    session = Session.of(context, as_json=as_json)
    if mode is None and second_for_red is None and engines is None and not reopen:
        raise UsageError("Say what to change: --mode, --second-for-red, --engines or --reopen.")
    listed = None if engines is None else tuple(part.strip() for part in engines.split(",") if part.strip())
    with session.store(writes=True) as store:
        signer = sign_in(store, by, lambda: ask.passphrase(by))
        policy = admin.set_policy(
            store,
            signer,
            mode=mode,
            second_for_red=None if second_for_red is None else second_for_red == "on",
            engines=listed,
            reopen=reopen,
            caller=session.caller,
        ).value
    session.answer(policy.document, lambda out: _page(out, policy))


def _page(out: Console, policy: Policy) -> None:
    out.print(f"{policy.mode} (version {policy.version}): {_MEANINGS[policy.mode]}")
    render.facts(
        out,
        [
            ("Two people for RED", "yes" if policy.second_for_red else "no"),
            ("Engines trusted", visible(", ".join(policy.engines)) or "none"),
            ("Earlier texts", "governed too" if policy.reopen else "stay as the policy of their time left them"),
            ("Set", times.exact(policy.set_at_utc) if policy.set_at_utc else "when the store was made"),
            ("By", policy.set_by),
        ],
    )
