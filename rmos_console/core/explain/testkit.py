"""Checks that an engine keeps to the protocol; for the tests of whoever writes one.

``assert problems(MyEngine()) == []`` is the whole test. Each problem is one sentence that names the input.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rmos_console.core.canonical import canonical, canonical_sha256
from rmos_console.core.errors import RmosError
from rmos_console.core.explain.engine import ENGINE_ID, ENGINE_VERSION, EngineInput, ExplanationEngine, complaint
from rmos_console.core.explain.paths import is_path
from rmos_console.core.explain.running import within

SECONDS: Final = 30.0
"""How long an engine may take for one of the inputs."""

HOSTILE: Final = "<b>bold</b> \u202eevil\u202c \x00\x1b[31m line\nbreak \u2066" + "x" * 5000
"""Markup, characters that turn the direction, controls, a line end, and a great length."""

BLOCKED: Final[Mapping[str, Any]] = {
    "run_id": "run_00000000000b",
    "created_at_utc": "2026-01-02T08:00:00Z",
    "mode": "router_3axis",
    "tool_id": "EM-3",
    "status": "BLOCKED",
    "request_summary": {"tool_d": 3.0, "stepdown": 18.0, "units": "mm", "material_hardness": "hard"},
    "feasibility": {
        "risk_level": "RED",
        "rules_triggered": ["F021"],
        "blocking_reasons": ["DOC:diameter ratio (6.0:1) exceeds safe limit (5:1)"],
        "warnings": [],
    },
    "decision": {"risk_level": "RED", "score": 0, "block_reason": "Too deep", "warnings": []},
}
"""A run that was blocked for one reason."""

GREEN: Final[Mapping[str, Any]] = {
    "run_id": "run_00000000000a",
    "created_at_utc": "2026-01-01T08:00:00Z",
    "mode": "router_3axis",
    "tool_id": "EM-3",
    "status": "OK",
    "request_summary": {"tool_d": 3.0, "stepdown": 2.0, "units": "mm", "material_hardness": "hard"},
    "feasibility": {"risk_level": "GREEN", "rules_triggered": [], "blocking_reasons": [], "warnings": []},
    "decision": {"risk_level": "GREEN", "score": 96, "block_reason": None, "warnings": []},
}
"""A run that passed, for the contrast."""


def inputs() -> Iterator[tuple[str, EngineInput]]:
    """Yield the inputs an engine is tried with, each with its name: two plain ones, then hostile ones."""
    yield "a blocked run", _source(BLOCKED, GREEN)
    yield "a GREEN run", _source(GREEN)
    yield "an empty run", _source({})
    yield "a run of nulls", _source(dict.fromkeys(BLOCKED))
    for name, wrong in {
        "numbers": 10**400, "texts": HOSTILE, "lists": [HOSTILE, None, {}], "objects": {HOSTILE: {HOSTILE: [1e308]}},
    }.items():  # fmt: skip
        yield f"a run of {name}", _source(dict.fromkeys(BLOCKED, wrong), dict.fromkeys(GREEN, wrong))
    inner = {key: dict.fromkeys(value, HOSTILE) for key, value in BLOCKED.items() if isinstance(value, dict)}
    yield "a run of hostile texts", _source({**BLOCKED, **inner}, {**GREEN, **inner})
    nested: dict[str, Any] = {}
    for _ in range(100):
        nested = {"deeper": nested}
    yield "a deep run", _source({**BLOCKED, "request_summary": nested})
    yield "a run with many reasons", _source({**BLOCKED, "feasibility": {"blocking_reasons": [HOSTILE] * 200}})


def problems(engine: ExplanationEngine, *, seconds: float = SECONDS) -> list[str]:
    """Return what an engine does that the protocol forbids, one sentence each; none where it keeps to it.

    Tried are its id and version, an answer to each of :func:`inputs` within ``seconds``, the headline as the first
    line, evidence within the text and on well-spelled paths, bytes that can be sealed, inputs left as they were, and,
    for an engine with ``deterministic = True``, the same bytes twice.
    """
    found = []
    if ENGINE_ID.fullmatch(str(engine.id)) is None:
        found.append(f"its id {engine.id!r} may hold small letters, digits and . _ - only")
    if ENGINE_VERSION.fullmatch(str(engine.version)) is None:
        found.append(f"its version {engine.version!r} may hold letters, digits and . _ + / : - only")
    for name, source in inputs():
        found += [f"for {name} it {what}" for what in _tried(engine, source, seconds)]
    return found


def _source(run: Mapping[str, Any], contrast: Mapping[str, Any] | None = None) -> EngineInput:
    run, contrast = copy.deepcopy(run), copy.deepcopy(contrast)
    return EngineInput(
        run, canonical_sha256(run), contrast, canonical_sha256(contrast) if contrast is not None else None
    )


def _tried(engine: ExplanationEngine, source: EngineInput, seconds: float) -> Iterator[str]:
    before = json.dumps([source.run, source.contrast])
    try:
        answer = _answer(engine, source, seconds)
    except Exception as error:  # noqa: BLE001  whatever an engine raises is what is looked for
        yield f"raised {type(error).__name__}: {str(error)[:200]}"
        return
    if json.dumps([source.run, source.contrast]) != before:
        yield "changed its input"
    wrong = complaint(answer)
    if wrong is not None:
        yield wrong
        return
    try:
        sealed = canonical(answer.document())
    except RmosError as error:
        yield f"gave something that cannot be sealed: {error.message}"
        return
    for sentence in answer.evidence:
        for path in (*sentence.paths, *(path for _, _, path in sentence.marks)):
            if not is_path(path.removeprefix("contrast:")):
                yield f"named {path[:80]!r} as evidence, which is no path"
    if getattr(engine, "deterministic", False) and canonical(_answer(engine, source, seconds).document()) != sealed:
        yield "claims to be deterministic and gave two texts"


def _answer(engine: ExplanationEngine, source: EngineInput, seconds: float) -> Any:
    return within(seconds, lambda: engine.explain(source), what="The engine", cancelled=lambda: False)
