"""The verbs about the approval policy."""

from __future__ import annotations

import typer
from rich.console import Console

from rmos_console.cli import render, times
from rmos_console.cli.options import AsJson, group, verbs
from rmos_console.cli.session import Session
from rmos_console.core.usecases import admin

app = verbs()
policies = group("See the approval policy.")
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

    def page(out: Console) -> None:
        out.print(f"{policy.mode} (version {policy.version}): {_MEANINGS[policy.mode]}")
        render.facts(
            out,
            [
                ("Two people for RED", "yes" if policy.second_for_red else "no"),
                ("Engines trusted", ", ".join(policy.engines) or "none"),
                ("Set", times.exact(policy.set_at_utc) if policy.set_at_utc else "when the store was made"),
                ("By", policy.set_by),
            ],
        )

    session.answer(policy.document, page)
