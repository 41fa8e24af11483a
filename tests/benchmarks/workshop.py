"""The runs of a made-up workshop: believable, of 1.5 to 3 KB each, and the same for the same seed and number.

A run is a pure function of the seed and its number, so that whoever needs it again makes it again instead of keeping
a million of them in memory.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from rmos_console.core.canonical import canonical_sha256, sha256_hex

MODES: Final = ("rosette", "adaptive", "pocket", "contour", "drill", "vcarve", "helical", "saw_slice")
MACHINES: Final = ("ShopBot PRSalpha", "Laguna SmartShop", "Avid PRO4848", "Onefinity X50", "Saw line 1", "Saw line 2")
MATERIALS: Final = (
    ("maple", "medium", False),
    ("rosewood", "hard", True),
    ("ebony", "hard", True),
    ("spruce", "soft", False),
    ("mahogany", "medium", False),
    ("walnut", "medium", False),
    ("cedar", "soft", True),
    ("koa", "medium", False),
    ("bubinga", "hard", False),
)
BATCHES: Final = ("Neck pockets", "Rosette 14", "Bridge blanks", "Headstock inlay", "Binding channel", "Back braces")
EVENTS: Final = ("adaptive_clear", "rosette_ring", "drill_pattern", "contour_pass", "saw_cut")
DIAMETERS: Final = (1.5, 2.0, 3.0, 3.175, 4.0, 6.0, 6.35, 8.0)

LEVELS: Final = ("GREEN", "YELLOW", "RED", "UNKNOWN")
LEVEL_WEIGHTS: Final = (68, 92, 99, 100)
"""Cumulative per cent of the levels."""

YELLOW: Final = (
    ("F012", "Stepdown of {stepdown:g} mm is high; at most 3 mm is advised", "stepdown <= 3"),
    ("F013", "{loops} loops take long to compute", "loop_count_hint <= 1000"),
    ("F030", "Deep pocket: {depth:g} mm with a {tool:g} mm tool", "geometry_depth_mm <= {twice:g}"),
    ("F032", "Small tool: {tool:g} mm may break", "tool_d >= 2"),
    ("F040", "Feed override of {override:g} % is beyond 80 to 120 %", "feed_override_percent <= 120"),
)
RED: Final = (
    (
        "F020",
        "Depth of cut ({stepdown:g} mm) is too aggressive for a {tool:g} mm tool in hard material",
        "stepdown <= {once:g}",
    ),
    ("F021", "Depth to diameter ratio {ratio:.1f}:1 exceeds 5:1", "geometry_depth_mm <= {five:g}"),
    ("F022", "Depth ({depth:g} mm) exceeds material thickness ({thick:g} mm)", "geometry_depth_mm <= {thick:g}"),
    ("F028", "Wall of 0.8 mm is below the structural minimum of 1 mm", "wall_thickness_mm >= 1"),
)

FIRST_DAY: Final = datetime(2022, 1, 3, 6, 0, tzinfo=UTC)
STORE_DAY: Final = datetime(2024, 1, 2, 6, 0, tzinfo=UTC)
"""When the store was made: what is older came in by an import."""

LAST_DAY: Final = datetime(2025, 12, 30, 18, 0, tzinfo=UTC)


def text_of(moment: datetime) -> str:
    """Return a moment as the ledger writes it."""
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


class Workshop:
    """The runs of one workshop, counted from 0 by time; the first ``imported`` of ``runs`` are older than the store."""

    def __init__(self, seed: int, runs: int, imported: int) -> None:
        self.seed, self.runs, self.imported = seed, runs, imported

    def moment(self, number: int) -> datetime:
        """Return when a run was made."""
        if number < self.imported:
            return FIRST_DAY + (STORE_DAY - timedelta(days=3) - FIRST_DAY) * number / max(self.imported, 1)
        return STORE_DAY + (LAST_DAY - STORE_DAY) * (number - self.imported + 1) / (self.runs - self.imported + 1)

    def run(self, number: int) -> dict[str, Any]:
        """Return the sealed document of a run."""
        dice = random.Random(self.seed * 1_000_003 + number)  # noqa: S311  repeatable, nothing secret
        moment = self.moment(number)
        level = dice.choices(LEVELS, cum_weights=LEVEL_WEIGHTS)[0]
        request = _request(dice)
        feasibility = _feasibility(dice, level, request, text_of(moment - timedelta(milliseconds=180)))
        gcode = _gcode(dice, request)
        tool = f"T{101 + DIAMETERS.index(request['tool_d']) * 3 + dice.randrange(3)}"
        return {
            "run_id": f"run_{dice.getrandbits(128):032x}",
            "created_at_utc": text_of(moment),
            "mode": request["strategy"],
            "tool_id": tool,
            "status": _status(dice, level),
            "request_summary": request,
            "feasibility": feasibility,
            "decision": _decision(level, feasibility),
            "hashes": {
                "feasibility_sha256": canonical_sha256(feasibility),
                "toolpaths_sha256": f"{dice.getrandbits(256):064x}",
                "gcode_sha256": sha256_hex(gcode.encode()),
                "opplan_sha256": None,
            },
            "outputs": {
                "gcode_text": gcode,
                "opplan_json": None,
                "gcode_path": f"{request['strategy']}_{number}.nc",
                "opplan_path": None,
                "preview_svg_path": None,
            },
            "attachments": [],
            "lineage": {},
            "context": {
                "machine_id": dice.choice(MACHINES),
                "material_id": request["material_id"],
                "session_id": f"shift-{moment:%Y-%m-%d}-{'early' if moment.hour < 12 else 'late'}",
                "batch_label": dice.choice(BATCHES),
                "event_type": dice.choice(EVENTS),
            },
            "request_id": f"req-{number:08d}",
            "meta": {"operator": dice.choice(("anna", "ben", "carla", "dov"))},
            "source": _source("patch" if number < self.imported else "create"),
        }


def _source(layout: str) -> dict[str, Any]:
    return {
        "format": layout,
        "run_id": None,
        "discriminator": "",
        "sealed_sha256": None,
        "path": None,
        "pack": None,
        "assumed_timezone": None,
        "extra": {},
    }


def _request(dice: random.Random) -> dict[str, Any]:
    material, hardness, resinous = dice.choice(MATERIALS)
    diameter = dice.choice(DIAMETERS)
    return {
        "strategy": dice.choice(MODES),
        "climb": dice.random() < 0.8,
        "coolant_enabled": dice.random() < 0.3,
        "feed_override_percent": 100.0,
        "feed_xy": float(dice.randrange(400, 2400, 50)),
        "feed_z": 250.0,
        "geometry_depth_mm": round(dice.uniform(0.5, 2.0) * diameter, 2),
        "geometry_length_mm": float(dice.randrange(40, 600)),
        "geometry_width_mm": float(dice.randrange(20, 300)),
        "has_closed_paths": True,
        "layer_name": "GEOMETRY",
        "loop_count_hint": dice.randrange(1, 60),
        "material_hardness": hardness,
        "material_id": material,
        "material_resinous": resinous,
        "material_thickness_mm": float(dice.randrange(18, 45)),
        "post_id": "GRBL",
        "safe_z": 5.0,
        "spindle_rpm": float(dice.randrange(8000, 24000, 500)),
        "stepdown": round(dice.uniform(0.2, 0.9) * min(diameter, 3.0), 2),
        "stepover": round(dice.uniform(0.1, 0.6), 2),
        "tool_d": diameter,
        "tool_flute_length_mm": 22.0,
        "units": "mm",
        "wall_thickness_mm": 4.0,
        "z_rough": -float(dice.randrange(1, 12)),
    }


def _feasibility(dice: random.Random, level: str, request: dict[str, Any], moment: str) -> dict[str, Any]:
    found: list[tuple[str, str, str]] = []
    if level == "YELLOW":
        found = dice.sample(YELLOW, k=dice.choice((1, 1, 2)))
    elif level == "RED":
        found = [dice.choice(RED), *dice.sample(YELLOW, k=dice.choice((0, 0, 1, 2)))]
    values = _values(request)
    said = [(rule, says.format(**values), bound.format(**values)) for rule, says, bound in found]
    reds = {rule for rule, _, _ in RED}
    worst = {"GREEN": (80, 100), "YELLOW": (50, 80), "RED": (0, 50), "UNKNOWN": (0, 1)}[level]
    return {
        "blocking": level == "RED",
        "blocking_reasons": [text for rule, text, _ in said if rule in reds],
        "computed_at_utc": moment,
        "constraints": [bound for _, _, bound in said],
        "details": {"pipeline_id": f"{request['strategy']}_v1", "post_id": "GRBL", "units": "mm"},
        "engine_version": "feasibility_engine_v1",
        "risk_level": level,
        "rules_triggered": [rule for rule, _, _ in said],
        "score": None if level == "UNKNOWN" else dice.randrange(worst[0] * 2, worst[1] * 2) / 2,
        "warnings": [text for rule, text, _ in said if rule not in reds],
    }


def _values(request: dict[str, Any]) -> dict[str, Any]:
    tool, depth = request["tool_d"], request["geometry_depth_mm"]
    return {
        "tool": tool,
        "depth": depth,
        "stepdown": request["stepdown"],
        "thick": request["material_thickness_mm"],
        "loops": request["loop_count_hint"],
        "override": request["feed_override_percent"],
        "ratio": depth / tool,
        "once": 1.5 * tool,
        "twice": 2 * tool,
        "five": 5 * tool,
    }


def _status(dice: random.Random, level: str) -> str:
    if level == "RED":
        return "BLOCKED"
    return "ERROR" if dice.random() < 0.02 else "OK"


def _decision(level: str, feasibility: dict[str, Any]) -> dict[str, Any]:
    reasons = feasibility["blocking_reasons"]
    return {
        "risk_level": level,
        "score": feasibility["score"],
        "block_reason": reasons[0] if reasons else None,
        "warnings": feasibility["warnings"],
        "details": {},
    }


def _gcode(dice: random.Random, request: dict[str, Any]) -> str:
    lines = [f"({request['strategy'].upper()}, {request['tool_d']:g} mm)", "G21", "G90", "G0 Z5.000"]
    feed = request["feed_xy"]
    x, y = dice.uniform(5, 50), dice.uniform(5, 50)
    for step in range(dice.randrange(4, 40)):
        x, y = (x + 2.5, y) if step % 2 else (x, y + 1.25)
        lines.append(f"G1 X{x:.3f} Y{y:.3f} F{feed:g}")
    return "\n".join([*lines, "G0 Z5.000", "M30", ""])
