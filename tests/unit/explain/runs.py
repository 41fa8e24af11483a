"""Runs made from seeds, judged by a feasibility check of the tests' own: small, and written apart from the registry."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

HARD = ("hard", "extreme")


class Expected(NamedTuple):
    """What a reported rule measured: the field, its value, the limit."""

    rule: str
    field: str
    value: float
    limit: float
    message: str


def request(chance: random.Random) -> dict[str, Any]:
    """Parameters of a request, some beyond what is allowed, some missing."""

    def sometimes(value: Any, share: float = 0.5) -> Any:
        return value if chance.random() < share else None

    def size(low: float, high: float, digits: int = 1) -> float:
        return round(chance.uniform(low, high), digits)

    return {
        "pipeline_id": "pocket_v1",
        "units": "mm",
        "tool_d": chance.choice([1.0, 1.5, 3.0, 3.175, 6.0, 6, 8.0]),
        "stepover": size(0.1, 0.95, 2),
        "stepdown": chance.choice([size(0.3, 4), size(4, 30)]),
        "z_rough": -size(1, 40),
        "feed_xy": float(chance.randrange(200, 2000, 100)),
        "feed_z": float(chance.randrange(100, 900, 50)),
        "safe_z": 5.0,
        "strategy": chance.choice(["pocket", "slot"]),
        "has_closed_paths": True,
        "material_id": chance.choice(["pine", "maple", "ebony"]),
        "material_hardness": sometimes(chance.choice(["soft", "hard", "extreme"]), 0.9),
        "material_thickness_mm": sometimes(size(8, 40)),
        "geometry_width_mm": size(3, 80),
        "geometry_length_mm": size(3, 80),
        "geometry_depth_mm": sometimes(size(0.5, 45), 0.9),
        "wall_thickness_mm": sometimes(size(0.2, 4, 2)),
        "floor_thickness_mm": sometimes(size(0.5, 4, 2)),
        "tool_flute_length_mm": sometimes(size(5, 30)),
        "tool_stickout_mm": sometimes(size(5, 60)),
        "smallest_feature_mm": sometimes(size(0.5, 12)),
        "feed_override_percent": sometimes(float(chance.randrange(50, 160, 5))),
        "loop_count_hint": sometimes(chance.randrange(1, 900)),
        "geometry_complex": sometimes(chance.random() < 0.3),
        "coolant_enabled": sometimes(chance.random() < 0.5),
    }


def reported(asked: dict[str, Any]) -> Iterator[Expected]:
    """Yield what the tests' own feasibility check reports about a request."""
    tool, depth, step = asked["tool_d"], asked["geometry_depth_mm"], asked["stepdown"]
    hard = asked["material_hardness"] in HARD

    def over(rule: str, field: str, limit: float | None, message: str) -> Iterator[Expected]:
        value = asked[field]
        if value is not None and limit is not None and value > limit:
            yield Expected(rule, field, value, limit, message.format(value=value, limit=limit))

    def under(rule: str, field: str, limit: float, message: str) -> Iterator[Expected]:
        value = asked[field]
        if value is not None and value < limit:
            yield Expected(rule, field, value, limit, message.format(value=value, limit=limit))

    if hard:
        yield from over("F020", "stepdown", 1.5 * tool, "DOC ({value}mm) too aggressive for hard material")
    yield from over("F021", "stepdown", 5 * tool, "DOC:diameter ratio is beyond the safe limit (5:1)")
    yield from over("F022", "geometry_depth_mm", asked["material_thickness_mm"], "Depth {value} exceeds the material")
    yield from over("F025", "tool_d", asked["geometry_width_mm"], "Tool {value} is wider than the pocket")
    yield from over("F026", "tool_stickout_mm", 5 * tool, "Stickout {value} is beyond the limit (5:1)")
    yield from under("F028", "wall_thickness_mm", 1, "Wall {value} is below the minimum")
    yield from over("F033", "geometry_depth_mm", asked["tool_flute_length_mm"], "Depth {value} exceeds flute length")
    yield from over("F010", "tool_d", asked["smallest_feature_mm"], "Tool {value} is larger than the smallest feature")
    yield from over("F011", "feed_z", asked["feed_xy"], "Plunge feed {value} exceeds the cutting feed")
    yield from over("F012", "stepdown", 3, "stepdown {value} is high")
    yield from over("F030", "geometry_depth_mm", 2 * tool, "Deep pocket: {value}")
    if hard and step <= 1.5 * tool:
        yield from over("F031", "stepdown", 0.5 * tool, "Hardwood: depth {value}")
    yield from under("F032", "tool_d", 2, "Small tool ({value})")
    if asked["strategy"] == "slot" and depth is not None:
        yield from over("F034", "geometry_depth_mm", 2 * asked["geometry_width_mm"], "Narrow slot {value}")
    yield from over("F035", "stepover", 0.7, "Stepover {value} is aggressive")
    if (asked["wall_thickness_mm"] or 0) >= 1:
        yield from under("F036", "wall_thickness_mm", 2, "Thin wall {value}")
    yield from under("F038", "floor_thickness_mm", 2, "Thin floor {value}")
    yield from over("F040", "feed_override_percent", 120, "Feed override {value}")
    yield from under("F040", "feed_override_percent", 80, "Feed override {value}")


RED = {"F020", "F021", "F022", "F025", "F026", "F028", "F029", "F033"}


def run(seed: int, *, ids: bool | None = None) -> tuple[dict[str, Any], list[Expected]]:
    """A run made from a seed, with rule ids or with messages alone, and what it must be told about."""
    chance = random.Random(seed)  # noqa: S311  the same seed must give the same run; nothing is kept secret with it
    asked = request(chance)
    found = list(reported(asked))
    messages = [(item.rule, item.message) for item in found]
    if asked["geometry_complex"]:
        messages.append(("F039", "Complex geometry"))
    if len(found) >= 3 and chance.random() < 0.7:
        messages.append(("F037", f"Multiple edge conditions detected ({len(found)} factors)"))
    if sum(rule in RED for rule, _ in messages) >= 3:
        messages.append(("F029", f"Multiple unsafe conditions ({len(found)} factors)"))
    if chance.random() < 0.1:
        messages.append(("X900", "Dust extraction at 12 % of its rating"))
    messages.sort(key=lambda item: item[0] not in RED)
    blocked = any(rule in RED for rule, _ in messages)
    level = "RED" if blocked else "YELLOW" if messages else "GREEN"
    with_ids = chance.random() < 0.7 if ids is None else ids
    if not with_ids:
        messages = [item for item in messages if item[0] != "X900"]
    feasibility: dict[str, Any] = {
        "risk_level": level,
        "blocking_reasons": [text for rule, text in messages if rule in RED],
        "warnings": [text for rule, text in messages if rule not in RED],
    }
    if with_ids:
        feasibility["rules_triggered"] = [rule for rule, _ in messages]
    document = {
        "run_id": f"run_{seed:032x}",
        "created_at_utc": f"2026-01-01T00:{seed % 60:02d}:00Z",
        "mode": "mvp",
        "tool_id": chance.choice(["T1", "T2"]),
        "status": "BLOCKED" if blocked else "OK",
        "request_summary": asked,
        "feasibility": feasibility,
        "decision": {
            "risk_level": level,
            "score": chance.choice([None, 0, 0.0, chance.randrange(100), round(chance.uniform(0, 100), 1)]),
            "block_reason": "; ".join(feasibility["blocking_reasons"]) or None,
            "warnings": list(feasibility["warnings"]),
        },
    }
    return document, found
