"""What people sign, as steps of the machine: decisions, enrolments, keys, revocations, policies, checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from rmos_console.core.identity import Signer, unlock
from rmos_console.core.store import Store
from rmos_console.core.usecases import admin, browse, checkpoint, people, review
from tests.unit.usecases import twin_people
from tests.unit.usecases.conftest import CALLER, PASSPHRASE
from tests.unit.usecases.twin import Rules
from tests.unit.usecases.twin_recording import WHO, Recording

persons = st.sampled_from(WHO)
choices = st.integers(0, 20)
reasons = st.sampled_from([None, *["I looked at it."] * 4])

someone = precondition(lambda self: bool(self.signers))
some_text = precondition(lambda self: bool(self.signers) and any(run.refs for run in self.twin.runs.values()))


class Deciding(Recording):
    """Steps that people sign; a choice of signers includes keys that were replaced since."""

    def signer(self, choice: int) -> Signer:
        """Return a signer; one in five times one whose key was replaced."""
        if self.former and choice % 5 == 0:
            return self.former[choice % len(self.former)]
        return list(self.signers.values())[choice % len(self.signers)]

    def text_of(self, choice: int) -> tuple[str, str]:
        """Return a run and an advisory that it carries."""
        found = [(run_id, advisory) for run_id, run in self.twin.runs.items() for advisory in run.refs]
        return found[choice % len(found)]

    @initialize(peopled=st.sampled_from([True, True, True, False]), second=st.booleans(), other=st.booleans())
    def begin(self, *, peopled: bool, second: bool, other: bool) -> None:
        """Three times in four there are people and texts from the start."""
        if not peopled:
            return
        for slot, level in enumerate(("GREEN", "YELLOW", "RED")):
            self.create(slot, level, "OK", 50, other=other)
        for number, who in enumerate(WHO[:3]):
            self.enrol(who, "admin" if number == 1 else "reviewer", 1, other=other)
        if second:
            self.set_policy(1, "tiered", ("offline@1",), second=True, reopen=False, other=other)
        for choice in range(3):
            self.explain(choice, "", force=False, other=not other)

    @rule(who=persons, role=st.sampled_from(["reviewer", "admin"]), choice=choices, other=st.booleans())
    def enrol(self, who: str, role: str, choice: int, *, other: bool) -> None:
        by = self.signer(choice) if self.signers else None

        def expected() -> bool:
            twin_people.check_enrol(self.twin, who, None if by is None else (by.person_id, by.public_key))
            return True

        done = self.agree(
            "enrol",
            expected,
            lambda store: (
                admin.add_reviewer(
                    store,
                    who,
                    f"Person {who}",
                    passphrase=PASSPHRASE,
                    role="admin" if role == "admin" else "reviewer",
                    by=by,
                    caller=CALLER,
                ).value
            ),
            other=other,
        )
        if done is not None:
            self.sign_in(who)
            twin_people.enrol(self.twin, who, role, self.signers[who].public_key, done.recovery_code)

    def sign_in(self, who: str) -> None:
        """Take the present key of somebody; the one before is kept among the former."""
        if who in self.signers:
            self.former.append(self.signers[who])
        self.signers[who] = unlock(self.stores[0].store_id, who, PASSPHRASE)

    @someone
    @rule(who=persons, choice=choices, other=st.booleans())
    def rekey(self, who: str, choice: int, *, other: bool) -> None:
        by = self.signer(choice)

        def expected() -> bool:
            twin_people.check_rekey(self.twin, who, (by.person_id, by.public_key))
            return True

        self._new_key(
            "rekey",
            who,
            expected,
            lambda store: people.rekey(store, who, passphrase=PASSPHRASE, by=by, caller=CALLER).value,
            other=other,
        )

    @precondition(lambda self: len(self.signers) > 1)
    @rule(choice=choices, right=st.sampled_from([True, True, False]), other=st.booleans())
    def recover(self, choice: int, *, right: bool, other: bool) -> None:
        who = list(self.signers)[choice % 2]
        code = next(each.recovery for each in self.twin.people.values() if each.recovery is not None)
        code = code if right else ("2" if code[0] != "2" else "3") + code[1:]

        def expected() -> bool:
            twin_people.check_recover(self.twin, who, code)
            return True

        done = self._new_key(
            "recover",
            who,
            expected,
            lambda store: people.recover(store, who, code, passphrase=PASSPHRASE, caller=CALLER).value,
            other=other,
        )
        if done is not None:
            self.twin.people[who].recovery = done.recovery_code

    def _new_key(
        self, what: str, who: str, expected: Callable[[], bool], real: Callable[[Store], Any], *, other: bool
    ) -> Any:
        done = self.agree(what, expected, real, other=other)
        if done is not None:
            self.sign_in(who)
            self.twin.people[who].key = self.signers[who].public_key
            self.twin.tick()
        return done

    @precondition(lambda self: len(self.signers) > 2)
    @rule(who=persons, choice=choices, always=st.booleans(), other=st.booleans())
    def revoke(self, who: str, choice: int, *, always: bool, other: bool) -> None:
        by, since = self.signer(choice), "2020-01-01T00:00:00Z" if always else None

        def expected() -> bool:
            twin_people.revoke(self.twin, who, (by.person_id, by.public_key), always=always)
            return True

        self.agree(
            "revoke from the beginning" if always else "revoke",
            expected,
            lambda store: people.revoke(store, who, since=since, by=by, caller=CALLER).value,
            other=other,
        )

    @someone
    @rule(
        choice=choices,
        mode=st.sampled_from(["tiered", "strict", "informational"]),
        second=st.booleans(),
        engines=st.sampled_from([("offline@1",), ("other@1",), ()]),
        reopen=st.booleans(),
        other=st.booleans(),
    )
    def set_policy(
        self, choice: int, mode: Any, engines: tuple[str, ...], *, second: bool, reopen: bool, other: bool
    ) -> None:
        by = self.signer(choice)
        wanted = Rules(0, mode, second, engines, reopen)
        self.agree(
            "policy",
            lambda: twin_people.set_policy(self.twin, (by.person_id, by.public_key), wanted),
            lambda store: (
                admin.set_policy(
                    store, by, mode=mode, second_for_red=second, engines=engines, reopen=reopen, caller=CALLER
                ).value
            ),
            other=other,
        )

    @some_text
    @rule(
        who=choices,
        choice=choices,
        verb=st.sampled_from(["approved", "approved", "rejected"]),
        reason=reasons,
        stale=st.sampled_from([False, False, False, True]),
        other=st.booleans(),
    )
    def decide(self, who: int, choice: int, verb: Any, reason: str | None, *, stale: bool, other: bool) -> None:
        signer, (run_id, advisory) = self.signer(who), self.text_of(choice)
        text = "0" * 64
        if advisory in self.twin.texts and not stale:
            text = browse.advisory(self.stores[other], advisory).text_sha256
        key = (
            "another" if stale else signer.public_key
        )  # a text that was not shown is as good as a key that is not theirs

        def expected() -> bool:
            self.twin.decide(signer.person_id, key, run_id, advisory, verb, reason)
            return True

        self.agree(
            verb,
            expected,
            lambda store: review.decide(
                store,
                signer,
                run_id,
                advisory,
                verb,
                text_sha256=text,
                reason=reason,
                seen=review.seen(store.snapshot()),
                caller=CALLER,
            ),
            other=other,
        )

    @some_text
    @rule(who=choices, choice=choices, mine=st.booleans(), other=st.booleans())
    def withdraw(self, who: int, choice: int, *, mine: bool, other: bool) -> None:
        signer, (run_id, advisory) = self.signer(who), self.text_of(choice)
        deeds = self.twin.runs[run_id].deeds.get(advisory)
        if mine and deeds:
            signer = self.signers[deeds[-1].who]

        def expected() -> bool:
            self.twin.decide(signer.person_id, signer.public_key, run_id, advisory, "withdrawn", None)
            return True

        self.agree(
            "withdrawn",
            expected,
            lambda store: review.withdraw(store, signer, run_id, advisory, caller=CALLER),
            other=other,
        )

    @someone
    @rule(choice=choices, other=st.booleans())
    def sign_a_checkpoint(self, choice: int, *, other: bool) -> None:
        by = self.signer(choice)
        head = self.stores[other].snapshot().head

        def expected() -> bool:
            twin_people.check_signer(self.twin, by.person_id, by.public_key, admin=False)
            self.twin.tick()
            return True

        done = self.agree(
            "checkpoint",
            expected,
            lambda store: checkpoint.take(store, by, caller=CALLER).value,
            other=other,
        )
        if done is not None:
            assert (done.seq, done.digest) == (head.seq, head.digest)
            self.checkpoints.append(done)
