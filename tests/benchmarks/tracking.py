"""Creating a run beside MLflow, which lives in an environment of its own."""

from __future__ import annotations

from collections.abc import Iterator

from rmos_console.core.store import create_store, open_store
from rmos_console.core.usecases.intake import create
from tests.benchmarks.asked import CALLER, request
from tests.benchmarks.figures import Figure, Row, Skipped
from tests.benchmarks.plan import Plan
from tests.benchmarks.rivals import apart
from tests.benchmarks.stores import Shelf, newcomers
from tests.benchmarks.timing import Samples, Turn, take_turns


def tracking(shelf: Shelf, plan: Plan) -> Iterator[Row]:
    """Measure a durable create in an empty store, beside MLflow on SQLite where it installs."""
    shop = newcomers(plan.writes + 4, seed=99)
    theirs: list[float] = []
    with shelf.scratch() as scratch:
        rival = apart.start("mlflow", shelf.folder / "apart")
        if isinstance(rival, str):
            yield Skipped("durable create beside MLflow", rival)
            return
        asked = rival
        create_store(scratch / "store")
        with open_store(scratch / "store") as store:
            turns = {
                "ours": Turn(lambda n: create(store, request(shop.run(n + 2)), CALLER)),
                "MLflow": Turn(lambda n: theirs.append(asked.ask("create", shop.run(n + 2))), 10),
            }
            ours = take_turns(plan.writes, turns)["ours"]
        rival.close()
    yield Figure("durable create, empty store", "", ours, rivals={"MLflow": Samples.of(theirs)})
