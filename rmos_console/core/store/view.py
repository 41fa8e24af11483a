"""The read interface that a snapshot and the fold inside a commit share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rmos_console.core.records.actor import Person
from rmos_console.core.records.report import Head
from rmos_console.core.records.review import Policy
from rmos_console.core.store.entries import AssetEntry, Attempt, RunEntry
from rmos_console.core.store.layers import Layered
from rmos_console.core.store.line import GENESIS, Location

if TYPE_CHECKING:
    from rmos_console.core.store.segments import Segments


@dataclass(frozen=True, slots=True)
class Facts:
    """What is small and changes rarely; replaced as a whole, never changed in place.

    ``recovered`` holds the quarantine files the
    ledger names, ``unknown`` the first event kind of a newer version, ``open_runs`` the runs with an open attempt.
    """

    seq: int = 0
    digest: str = GENESIS
    store_id: str = ""
    policies: tuple[Policy, ...] = (Policy(),)
    policy_seqs: tuple[int, ...] = (0,)
    people: Mapping[str, Person] = field(default_factory=dict)
    acts: Mapping[str, tuple[dict[str, Any], ...]] = field(default_factory=dict)
    recovered: frozenset[str] = frozenset()
    open_runs: frozenset[str] = frozenset()
    unknown: str | None = None


class Maps:
    """The maps of a view, which grow with the store; ``segments`` is what they stand on, None for nothing stored."""

    __slots__ = ("assets", "carriers", "originals", "runs", "segments", "transactions")

    def __init__(
        self,
        runs: Layered[str, RunEntry],
        assets: Layered[str, AssetEntry],
        originals: Layered[str, tuple[str, ...]],
        carriers: Layered[str, tuple[str, ...]],
        transactions: Layered[str, Location],
        segments: Segments | None = None,
    ) -> None:
        self.runs = runs
        self.assets = assets
        self.originals = originals
        self.carriers = carriers
        self.transactions = transactions
        self.segments = segments

    @classmethod
    def empty(cls) -> Maps:
        """Return maps without anything in them."""
        return cls(Layered(), Layered(), Layered(), Layered(), Layered())

    def child(self) -> Maps:
        """Return maps above these; these must not change while the child lives."""
        return Maps(
            self.runs.child(),
            self.assets.child(),
            self.originals.child(),
            self.carriers.child(),
            self.transactions.child(),
            self.segments,
        )

    def take(self, child: Maps) -> None:
        """Take over what was written to a child."""
        self.runs.take(child.runs)
        self.assets.take(child.assets)
        self.originals.take(child.originals)
        self.carriers.take(child.carriers)
        self.transactions.take(child.transactions)

    def frozen(self) -> Maps:
        """Return these maps as they are now, for good."""
        return Maps(
            self.runs.frozen(),
            self.assets.frozen(),
            self.originals.frozen(),
            self.carriers.frozen(),
            self.transactions.frozen(),
            self.segments,
        )

    def rebased(self, below: Maps, end: tuple[int, int]) -> Maps:
        """Return the same above other stored maps, which hold all events up to ``end``, a segment and an offset."""

        def later(location: Location) -> bool:
            return (location.segment, location.offset) >= end

        runs = {key: run for key, run in self.runs.changed().items() if later(run.lines[-1])}
        assets = {key: asset for key, asset in self.assets.changed().items() if later(asset.location)}
        transactions = {key: line for key, line in self.transactions.changed().items() if later(line)}
        originals = {
            key: ids
            for key, ids in self.originals.changed().items()
            if any((run := runs.get(run_id)) is not None and later(run.location) for run_id in ids)
        }
        carriers = {key: ids for key, ids in self.carriers.changed().items() if not runs.keys().isdisjoint(ids)}
        return Maps(
            self.runs.rebased(below.runs.stored, runs),
            self.assets.rebased(below.assets.stored, assets),
            self.originals.rebased(below.originals.stored, originals),
            self.carriers.rebased(below.carriers.stored, carriers),
            self.transactions.rebased(below.transactions.stored, transactions),
            below.segments,
        )


class View:
    """The store at one head: runs, advisories, people and policy, as all events up to that head left them."""

    __slots__ = ("__weakref__", "_facts", "_maps")

    def __init__(self, facts: Facts, maps: Maps) -> None:
        self._facts = facts
        self._maps = maps

    @property
    def head(self) -> Head:
        """The position this view stands at."""
        return Head(seq=self._facts.seq, digest=self._facts.digest)

    @property
    def store_id(self) -> str:
        """The id of the store, as its first line states it."""
        return self._facts.store_id

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self._facts.policies[-1]

    @property
    def policies(self) -> Sequence[Policy]:
        """Every policy that was ever in force, the initial one first."""
        return self._facts.policies

    def policy_for(self, seq: int, *, reopened: bool = True) -> Policy:
        """Return the policy that governs a text announced in line ``seq``: that of then, or a later reopening one.

        With ``reopened`` false, return the one that was in force at that line.
        """
        facts = self._facts
        governing = facts.policies[0]
        for policy, since in zip(facts.policies, facts.policy_seqs, strict=True):
            if since <= seq or (reopened and policy.reopen):
                governing = policy
        return governing

    @property
    def people(self) -> Mapping[str, Person]:
        """Everybody who was ever enrolled, by id."""
        return self._facts.people

    def person_history(self, person_id: str) -> Sequence[dict[str, Any]]:
        """Return the signed acts about a person, oldest first."""
        return self._facts.acts.get(person_id, ())

    @property
    def run_count(self) -> int:
        """How many runs there are."""
        return len(self._maps.runs)

    def run(self, run_id: str) -> RunEntry | None:
        """Return a run, or None."""
        return self._maps.runs.get(run_id)

    def runs(self) -> Iterator[RunEntry]:
        """Yield all runs in the order in which they were sealed."""
        return self._maps.runs.values()

    def find_original(self, original_id: str) -> Sequence[str]:
        """Return the ids of the runs that had this id where they came from, oldest first."""
        return self._maps.originals.get(original_id) or ()

    def find_identity(self, layout: str, original_id: str, discriminator: str) -> RunEntry | None:
        """Return the run that an import of this identity made, or None."""
        for run_id in (*self.find_original(original_id), original_id):
            entry = self.run(run_id)
            if entry is not None and (
                entry.source.format == layout
                and entry.source.discriminator == discriminator
                and (entry.source.run_id or entry.run_id) == original_id
            ):
                return entry
        return None

    @property
    def asset_count(self) -> int:
        """How many advisories are sealed in this store."""
        return len(self._maps.assets)

    def has_asset(self, advisory_id: str) -> bool:
        """Tell whether the advisory's bytes are in this store."""
        return advisory_id in self._maps.assets

    def asset(self, advisory_id: str) -> AssetEntry | None:
        """Return a sealed advisory, or None."""
        return self._maps.assets.get(advisory_id)

    def assets(self) -> Iterator[AssetEntry]:
        """Yield all sealed advisories in the order in which they were sealed."""
        return self._maps.assets.values()

    def runs_with(self, advisory_id: str) -> Sequence[str]:
        """Return the ids of the runs that carry an advisory, whether its asset is here or not."""
        return self._maps.carriers.get(advisory_id) or ()

    def open_attempts(self) -> Iterator[tuple[str, Attempt]]:
        """Yield every attempt to explain a run that has not ended, with the id of its run."""
        for run_id in sorted(self._facts.open_runs):
            entry = self._maps.runs.get(run_id)
            for attempt in entry.attempts if entry else ():
                if attempt.state == "open":
                    yield run_id, attempt

    def transaction(self, transaction_id: str) -> bool:
        """Tell whether the ledger holds a transaction of this id."""
        return transaction_id in self._maps.transactions


class Snapshot(View):
    """A view that never changes."""

    __slots__ = ()

    @property
    def segments(self) -> Segments | None:
        """The stored segments that this view stands on, or None."""
        return self._maps.segments

    def changed_runs(self) -> Mapping[str, RunEntry]:
        """Return the runs that are not, or not as they are now, in :attr:`segments`."""
        return self._maps.runs.changed()

    @property
    def policy_seqs(self) -> Sequence[int]:
        """The lines that set them; 0 for the initial one."""
        return self._facts.policy_seqs
