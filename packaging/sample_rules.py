"""The feasibility of a sample request: which of RMOS's rules its values really violate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Request = dict[str, Any]

_COVERED_BY = {"F036": "F028", "F030": "F021"}
"""A graver rule about the same value leaves the milder one unsaid."""


class Rule(NamedTuple):
    """A rule: its level, when it fires, what it says then, and the bound to keep."""

    id: str
    level: str
    fires: Callable[[Request], bool]
    says: Callable[[Request], str]
    bound: Callable[[Request], str] | None = None


def _has(*keys: str) -> Callable[[Request], bool]:
    return lambda request: all(request.get(key) is not None for key in keys)


def _depth_limit(factor: float) -> Callable[[Request], str]:
    return lambda request: f"geometry_depth_mm <= {factor * request['tool_d']:g}"


RULES = (
    Rule(
        "F004",
        "RED",
        lambda r: r["z_rough"] >= 0,
        lambda r: f"Z rough ({r['z_rough']:g} mm) must be negative",
        lambda _: "z_rough < 0",
    ),
    Rule(
        "F006",
        "RED",
        lambda r: r["has_closed_paths"] is False,
        lambda _: "The drawing has open paths; closed paths are required",
    ),
    Rule(
        "F020",
        "RED",
        lambda r: r["material_hardness"] == "hard" and r["stepdown"] > 1.5 * r["tool_d"],
        lambda r: (
            f"Depth of cut ({r['stepdown']:g} mm) is too aggressive for a {r['tool_d']:g} mm tool in hard material"
        ),
        lambda r: f"stepdown <= {1.5 * r['tool_d']:g}",
    ),
    Rule(
        "F021",
        "RED",
        lambda r: r["geometry_depth_mm"] > 5 * r["tool_d"],
        lambda r: f"Depth to diameter ratio {r['geometry_depth_mm'] / r['tool_d']:.1f}:1 exceeds 5:1",
        _depth_limit(5),
    ),
    Rule(
        "F022",
        "RED",
        lambda r: _has("material_thickness_mm")(r) and r["geometry_depth_mm"] > r["material_thickness_mm"],
        lambda r: (
            f"Depth ({r['geometry_depth_mm']:g} mm) exceeds material thickness ({r['material_thickness_mm']:g} mm)"
        ),
        lambda r: f"geometry_depth_mm <= {r['material_thickness_mm']:g}",
    ),
    Rule(
        "F024",
        "RED",
        lambda r: r["material_hardness"] == "unknown",
        lambda r: f"Material hardness of {r['material_id']} is unknown; it cannot be judged",
    ),
    Rule(
        "F025",
        "RED",
        lambda r: r["tool_d"] > r["geometry_width_mm"],
        lambda r: f"Tool ({r['tool_d']:g} mm) is wider than the pocket ({r['geometry_width_mm']:g} mm)",
        lambda r: f"tool_d <= {r['geometry_width_mm']:g}",
    ),
    Rule(
        "F026",
        "RED",
        lambda r: _has("tool_stickout_mm")(r) and r["tool_stickout_mm"] > 8 * r["tool_d"],
        lambda r: f"Stickout to diameter ratio {r['tool_stickout_mm'] / r['tool_d']:.1f}:1 exceeds 8:1",
        lambda r: f"tool_stickout_mm <= {8 * r['tool_d']:g}",
    ),
    Rule(
        "F027",
        "RED",
        lambda r: r.get("material_resinous") is True and r["tool_d"] < 3 and not r.get("coolant_enabled"),
        lambda r: f"Resinous material with a {r['tool_d']:g} mm tool and no coolant will clog and burn",
    ),
    Rule(
        "F028",
        "RED",
        lambda r: _has("wall_thickness_mm")(r) and r["wall_thickness_mm"] < 1,
        lambda r: f"Wall of {r['wall_thickness_mm']:g} mm is below the structural minimum of 1 mm",
        lambda _: "wall_thickness_mm >= 1",
    ),
    Rule(
        "F033",
        "RED",
        lambda r: _has("tool_flute_length_mm")(r) and r["geometry_depth_mm"] > r["tool_flute_length_mm"],
        lambda r: f"Depth ({r['geometry_depth_mm']:g} mm) exceeds the flute length ({r['tool_flute_length_mm']:g} mm)",
        lambda r: f"geometry_depth_mm <= {r['tool_flute_length_mm']:g}",
    ),
    Rule(
        "F010",
        "YELLOW",
        lambda r: _has("smallest_feature_mm")(r) and r["tool_d"] > r["smallest_feature_mm"],
        lambda r: f"Tool ({r['tool_d']:g} mm) is larger than the smallest feature ({r['smallest_feature_mm']:g} mm)",
        lambda r: f"tool_d <= {r['smallest_feature_mm']:g}",
    ),
    Rule(
        "F011",
        "YELLOW",
        lambda r: r["feed_z"] > r["feed_xy"],
        lambda r: f"Plunge feed ({r['feed_z']:g} mm/min) is above the cutting feed ({r['feed_xy']:g} mm/min)",
        lambda r: f"feed_z <= {r['feed_xy']:g}",
    ),
    Rule(
        "F012",
        "YELLOW",
        lambda r: r["stepdown"] > 3,
        lambda r: f"Stepdown of {r['stepdown']:g} mm is high; at most 3 mm is advised",
        lambda _: "stepdown <= 3",
    ),
    Rule(
        "F030",
        "YELLOW",
        lambda r: r["geometry_depth_mm"] > 2 * r["tool_d"],
        lambda r: f"Deep pocket: {r['geometry_depth_mm']:g} mm with a {r['tool_d']:g} mm tool",
        _depth_limit(2),
    ),
    Rule(
        "F031",
        "YELLOW",
        lambda r: r["material_hardness"] == "hard" and r["stepdown"] > 0.5 * r["tool_d"],
        lambda r: f"Hardwood: a depth of cut of {r['stepdown']:g} mm is more than half the tool diameter",
        lambda r: f"stepdown <= {0.5 * r['tool_d']:g}",
    ),
    Rule(
        "F032",
        "YELLOW",
        lambda r: r["tool_d"] < 2,
        lambda r: f"Small tool: {r['tool_d']:g} mm may break",
        lambda _: "tool_d >= 2",
    ),
    Rule(
        "F034",
        "YELLOW",
        lambda r: r["strategy"] == "slot" and r["geometry_depth_mm"] > 2 * r["geometry_width_mm"],
        lambda r: f"Narrow slot: depth to width is {r['geometry_depth_mm'] / r['geometry_width_mm']:.1f}:1",
        lambda r: f"geometry_depth_mm <= {2 * r['geometry_width_mm']:g}",
    ),
    Rule(
        "F035",
        "YELLOW",
        lambda r: r["stepover"] > 0.7,
        lambda r: f"Stepover of {r['stepover'] * 100:.0f} % is aggressive; care is advised above 70 %",
        lambda _: "stepover <= 0.7",
    ),
    Rule(
        "F036",
        "YELLOW",
        lambda r: _has("wall_thickness_mm")(r) and r["wall_thickness_mm"] < 2,
        lambda r: f"Thin wall: {r['wall_thickness_mm']:g} mm needs care",
        lambda _: "wall_thickness_mm >= 2",
    ),
    Rule(
        "F038",
        "YELLOW",
        lambda r: _has("floor_thickness_mm")(r) and r["floor_thickness_mm"] < 2,
        lambda r: f"Thin floor: {r['floor_thickness_mm']:g} mm is left below the pocket",
        lambda _: "floor_thickness_mm >= 2",
    ),
    Rule(
        "F039",
        "YELLOW",
        lambda r: r.get("geometry_complex") is True,
        lambda _: "Complex geometry: check the simulation before cutting",
    ),
    Rule(
        "F040",
        "YELLOW",
        lambda r: _has("feed_override_percent")(r) and not 80 <= r["feed_override_percent"] <= 120,
        lambda r: f"Feed override of {r['feed_override_percent']:g} % is beyond 80 to 120 %",
        lambda _: "feed_override_percent <= 120",
    ),
)


def broken(request: Request) -> list[Rule]:
    """Return the rules that a request violates, RED ones first."""
    fired = [rule for rule in RULES if rule.fires(request)]
    ids = {rule.id for rule in fired}
    return [rule for rule in fired if _COVERED_BY.get(rule.id) not in ids]


def feasibility(request: Request, computed_at_utc: str) -> dict[str, Any]:
    """Return the feasibility result of a request, in the shape that RMOS writes."""
    fired = broken(request)
    red = [rule for rule in fired if rule.level == "RED"]
    return {
        "risk_level": "RED" if red else "YELLOW" if fired else "GREEN",
        "score": score(request),
        "blocking": bool(red),
        "blocking_reasons": [rule.says(request) for rule in red],
        "warnings": [rule.says(request) for rule in fired if rule.level == "YELLOW"],
        "rules_triggered": [rule.id for rule in fired],
        "constraints": [rule.bound(request) for rule in fired if rule.bound],
        "engine_version": "feasibility_engine_v1",
        "computed_at_utc": computed_at_utc,
        "details": {"pipeline_id": request["pipeline_id"], "post_id": request["post_id"], "units": "mm"},
    }


def score(request: Request) -> int:
    """Return 0 to 100: what is left after each rule broken, and a little for how far the limits are used."""
    fired = broken(request)
    red = sum(rule.level == "RED" for rule in fired)
    use = min(1.0, request["geometry_depth_mm"] / (2 * request["tool_d"]))
    return max(0, 98 - round(7 * use) - 25 * red - 8 * (len(fired) - red))
