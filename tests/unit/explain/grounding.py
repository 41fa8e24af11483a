"""Which numbers a sentence may write: those of its evidence, of the registry, and what follows from two of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rmos_console.core.explain.engine import EngineInput, Explanation
from rmos_console.core.explain.paths import look_up
from rmos_console.core.explain.registry import RULES

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?!\w)")
REGISTRY = {0.0, 1.0, 2.0, 3.0}
for _rule in RULES.values():
    for _bound in (*_rule.bounds, *_rule.otherwise):
        REGISTRY |= {float(_bound.factor), float(_bound.factor) * 100}


def numbers(text: str) -> list[str]:
    return NUMBER.findall(text)


def value_at(source: EngineInput, path: str) -> Any:
    """The value that evidence names, in the run or in the contrast run."""
    if path.startswith("contrast:"):
        return look_up(source.contrast, path.removeprefix("contrast:"))
    return look_up(source.run, path)


def ungrounded(source: EngineInput, explanation: Explanation) -> list[str]:
    """Return each number, with its sentence, that does not follow from the sentence's evidence and the registry."""
    wrong = []
    for sentence in explanation.evidence:
        text = explanation.text[sentence.start : sentence.end]
        written = numbers(text)
        if written:
            base = {number for path in sentence.paths for number in _of(value_at(source, path))}
            allowed = list(_derived(base))
            wrong += [f"{each} in {text!r}" for each in written if not _among(each, allowed)]
    return wrong


def _of(value: Any) -> Iterator[float]:
    if isinstance(value, str):
        yield from map(float, numbers(value))
        yield from map(float, re.findall(r"\d+(?:\.\d+)?", value))
    elif isinstance(value, Mapping | list):
        return
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def _derived(base: set[float]) -> Iterator[float]:
    """Yield the base, the registry, limits (a percentage of a value), and differences, ratios and percentages."""
    limits = {number * factor for number in base for factor in REGISTRY}
    quotients = {number / factor for number in base for factor in REGISTRY if factor}
    known = base | REGISTRY | limits | quotients
    yield from known
    for a in base:
        for b in known:
            yield from (a - b, b - a)
            if b:
                yield from (a / b, 100 * a / b, 100 * (a - b) / b, 100 * (b - a) / b)


def _among(written: str, allowed: list[float]) -> bool:
    number, digits = float(written), len(written.partition(".")[2])
    step = 10.0**-digits - 1e-9
    return any(abs(number - each) < step for each in allowed)


def without(document: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Return a copy of a run with the value at one path deleted."""
    return dict(_without(document, re.findall(r"[^.\[\]]+", path)))


def _without(value: Any, steps: list[str]) -> Any:
    first, rest = steps[0], steps[1:]
    if isinstance(value, list):
        at = int(first)
        return [*value[:at], *([_without(value[at], rest)] if rest else []), *value[at + 1 :]]
    if not rest:
        return {key: item for key, item in value.items() if key != first}
    return {key: _without(item, rest) if key == first else item for key, item in value.items()}
