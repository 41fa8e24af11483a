"""What is recorded, as steps of the machine: runs, meta, files, advisories, explanations, imports, other processes."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from rmos_console.core.errors import EngineError
from rmos_console.core.explain.engine import EngineInput, Explanation
from rmos_console.core.usecases import browse, intake
from rmos_console.core.usecases.attach import attach
from rmos_console.core.usecases.explain import explain
from rmos_console.core.usecases.find import find_run
from rmos_console.core.usecases.importing import import_paths
from tests.unit.usecases.conftest import CALLER
from tests.unit.usecases.foreign import v1_record, write
from tests.unit.usecases.twin_world import World

KEYS = ("batch", "note", "Ä")
VALUES: st.SearchStrategy[Any] = st.sampled_from([None, 0, False, "", "x", [1, 2.5], {"a": {}}])
KINDS = ("explanation", "note", "advisory")
LEVELS = ("GREEN", "YELLOW", "RED", "UNKNOWN")
WHO = ("ada", "bob", "cleo", "dora")
SOURCES = ("run_00000000000000aa", "RUN-DXF-0123456789AB", "RUN-2")
choices = st.integers(0, 20)

any_run = precondition(lambda self: bool(self.twin.runs))


class Other:
    """An engine that says what it is told, or nothing."""

    id = "other"
    version = "1"

    def __init__(self, words: str | None) -> None:
        self._words = words

    def explain(self, source: EngineInput) -> Explanation:
        """Say it."""
        del source
        if self._words is None:
            raise EngineError("The engine has nothing to say.")
        return Explanation(headline=self._words, text=f"{self._words}\nand more")


class Recording(World):
    """Steps that need no person."""

    @rule(
        slot=st.integers(0, 5),
        level=st.sampled_from(LEVELS),
        status=st.sampled_from(["OK", "BLOCKED", "ERROR"]),
        score=st.sampled_from([None, 0, 55.5, 100]),
        other=st.booleans(),
    )
    def create(self, slot: int, level: str, status: str, score: float | None, *, other: bool) -> None:
        facts: dict[str, Any] = {
            "created_at_utc": f"2026-10-{1 + slot:02}T08:00:00Z",
            "status": status,
            "risk": level,
            "score": score,
            "mode": ["mvp", "saw"][slot % 2],
            "tool_id": f"T{slot % 3}",
        }
        run_id = f"run_{slot:012x}"
        document = document_of(run_id, facts)
        self.agree(
            "create",
            lambda: self.twin.create(run_id, facts, {"slot": 1}),
            lambda store: intake.create(store, document, CALLER),
            other=other,
        )

    @precondition(lambda self: self.count < 4)
    @rule(level=st.sampled_from(LEVELS))
    def create_in_another_process(self, level: str) -> None:
        number = self.number()
        run_id = f"run_aaaa{number:012x}"
        facts: dict[str, Any] = {
            "created_at_utc": f"2026-11-01T{number % 24:02}:{number // 24:02}:00Z",
            "status": "OK",
            "risk": level,
            "score": number % 101,
            "mode": "mvp",
            "tool_id": "T9",
        }
        self.elsewhere(lambda store: intake.create(store, document_of(run_id, facts), CALLER))
        assert self.twin.create(run_id, facts, {"slot": 1})
        self.did("another process")

    @any_run
    @rule(
        choice=choices,
        key=st.sampled_from(KEYS),
        value=VALUES,
        gone=st.sets(st.sampled_from(KEYS)),
        other=st.booleans(),
    )
    def meta(self, choice: int, key: str, value: Any, gone: set[str], *, other: bool) -> None:
        run_id = self.run_id(choice)
        set_, unset = {} if key in gone else {key: value}, sorted(gone)
        self.agree(
            "meta",
            lambda: self.twin.patch(run_id, set_, unset),
            lambda store: intake.patch_meta(store, run_id, set_, unset, CALLER),
            other=other,
        )

    @any_run
    @rule(choice=choices, content=st.binary(max_size=3), kind=st.sampled_from(["file", "photo"]), other=st.booleans())
    def add_file(self, choice: int, content: bytes, kind: str, *, other: bool) -> None:
        run_id, path = self.run_id(choice), self.folder / f"file-{len(content)}.bin"
        path.write_bytes(content)
        sha256 = hashlib.sha256(content).hexdigest()
        done = self.agree(
            "file",
            lambda: self.twin.add_file(run_id, sha256, kind, path.name),
            lambda store: intake.add_file(store, run_id, path, CALLER, kind=kind),
            other=other,
        )
        assert done is not None
        target = self.folder / f"saved-{self.number()}"
        intake.save_file(self.stores[not other], run_id, sha256, target)
        assert target.read_bytes() == content

    @any_run
    @rule(
        choice=choices,
        name=st.integers(0, 3),
        kind=st.sampled_from(KINDS),
        words=st.sampled_from([None, "Fine.", "Too deep.\nBy far."]),
        author=st.sampled_from((*WHO[:2], "someone")),
        other=st.booleans(),
    )
    def attach(self, choice: int, name: int, kind: str, words: str | None, author: str, *, other: bool) -> None:
        run_id, advisory = self.run_id(choice), f"adv/{name}"
        self.agree(
            "attach" if words else "attach unresolved",
            lambda: self.twin.attach(run_id, advisory, kind, words, author),
            lambda store: attach(
                store,
                run_id,
                advisory,
                kind=kind,  # type: ignore[arg-type]  # drawn from the kinds there are
                author=author,
                document=None if words is None else {"text": words},
                caller=CALLER,
            ),
            other=other,
        )

    @any_run
    @rule(choice=choices, words=st.sampled_from(["", "", "Other", None]), force=st.booleans(), other=st.booleans())
    def explain(self, choice: int, words: str | None, *, force: bool, other: bool) -> None:
        """Explain by the offline engine (no words), by another, or by one that fails."""
        run_id, store = self.run_id(choice), self.stores[other]
        before = self.written(store)
        engine = None if words == "" else Other(words)
        asked = self.twin.explains(run_id, force=force)
        run = explain(store, run_id, force=force, engine=engine, caller=CALLER).value
        wrote = self.written(store) - before
        assert wrote == (2 if asked else 0), f"{wrote} lines for an explanation"
        if asked and words is None:
            self.twin.fail(run_id)
        elif asked:
            advisory = run.advisory_inputs[-1].advisory_id
            text = browse.advisory(store, advisory).text
            self.twin.explain(run_id, advisory, text, "offline@1" if words == "" else "other@1")
        self.did(f"explain {'idle' if not asked else words}")

    @rule(
        picked=st.lists(st.tuples(st.sampled_from(SOURCES), st.sampled_from("ab")), min_size=1, max_size=2),
        other=st.booleans(),
    )
    def import_v1(self, picked: list[tuple[str, str]], *, other: bool) -> None:
        """Import records that are new, known, or come back with other content."""
        path, store = self.folder / "runs.json", self.stores[other]
        records = {original: v1_record(original, status="OK", tool_id=tool, risk="YELLOW") for original, tool in picked}
        write(path, records)
        report = import_paths(store, [path], caller=CALLER).value
        counts = {"imported": 0, "already_present": 0, "conflicts": 0}
        for original, tool in dict(picked).items():
            run_id = find_run(store.snapshot(), original)[0].run_id
            known = self.twin.runs.get(run_id)
            if known is None:
                counts["imported"] += 1
                self.twin.create(run_id, imported(tool), {}, None if original == run_id else original)
                self.twin.runs[run_id].log.append("run.meta_patched")  # what the source says beside the sealed part
            else:
                counts["already_present" if known.facts["tool_id"] == tool else "conflicts"] += 1
        assert (report.imported, report.already_present, len(report.conflicts)) == tuple(counts.values())
        assert (report.found, report.refused) == (len(records), ())
        self.did("import " + " ".join(name for name, count in counts.items() if count))

    @rule(other=st.booleans(), fate=st.sampled_from(["kept", "deleted", "cut", "changed"]))
    def reopen(self, fate: str, *, other: bool) -> None:
        """Close a store object, do something to the catalog, and open it anew."""
        self.stores[other].close()
        spoil(self.path, fate)
        self.stores[other] = self.opened()
        self.did(f"reopen {fate}")


def spoil(store: Path, fate: str) -> None:
    """Delete the catalog, cut its files in half, or change a byte in the middle of each."""
    catalog = store / "catalog"
    if fate == "deleted":
        shutil.rmtree(catalog, ignore_errors=True)
    for path in catalog.glob("*") if fate in {"cut", "changed"} else ():
        data = bytearray(path.read_bytes())
        if path.is_file() and data:
            data[len(data) // 2] ^= 4
            path.write_bytes(data[: len(data) // 2] if fate == "cut" else data)


def document_of(run_id: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Return the document that creates a run with these facts."""
    return {
        "run_id": run_id,
        "created_at_utc": facts["created_at_utc"],
        "mode": facts["mode"],
        "tool_id": facts["tool_id"],
        "status": facts["status"],
        "feasibility": {"risk_level": facts["risk"], "rules_triggered": []},
        "decision": {"score": facts["score"]} if facts["score"] is not None else {},
        "meta": {"slot": 1},
    }


def imported(tool: str) -> dict[str, Any]:
    """Return the facts of an imported run."""
    return {
        "created_at_utc": "2026-01-05T05:07:16.690677Z",
        "status": "OK",
        "risk": "YELLOW",
        "score": None,
        "mode": "adaptive",
        "tool_id": tool,
    }
