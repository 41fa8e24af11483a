"""The rules that ask for care (YELLOW), in our own words. Limits: design, Facts worth knowing."""

from __future__ import annotations

from typing import Final

from rmos_console.core.explain.rule import Bound, Rule, Wanted
from rmos_console.core.explain.rules_red import HARD

YELLOW: Final = (
    Rule(
        id="F010", level="YELLOW", title="Tool larger than the smallest feature", checks="smallest feature",
        protects="A tool cannot reach into what is narrower than itself; corners stay uncut.",
        limit="tool diameter at most the smallest feature", remedy="use a thinner tool",
        headline="Tool of {tool_d} larger than the smallest feature",
        sentence="The tool measures {tool_d} and the smallest feature {smallest_feature_mm}.",
        bounds=(Bound("tool_d", "<=", 1, of="smallest_feature_mm"),),
    ),
    Rule(
        id="F011", level="YELLOW", title="Plunges faster than it cuts", checks="plunge feed",
        protects="A tool cuts worse downwards than sideways; a fast plunge breaks it.",
        limit="plunge feed at most the cutting feed", remedy="lower the plunge feed",
        headline="Plunge feed of {feed_z} above the cutting feed",
        sentence="The tool plunges at {feed_z} and cuts at {feed_xy}.",
        bounds=(Bound("feed_z", "<=", 1, of="feed_xy"),),
    ),
    Rule(
        id="F012", level="YELLOW", title="Stepdown is high", checks="stepdown limit",
        protects="Thick passes load tool and machine and leave rough walls.",
        limit="stepdown at most 3 mm", remedy="take more and thinner passes",
        headline="Stepdown of {stepdown}, care above {limit}",
        sentence="Each pass takes {stepdown}; care is asked for above {limit}.",
        bounds=(Bound("stepdown", "<=", 3),),
    ),
    Rule(
        id="F013", level="YELLOW", title="Many loops in the drawing", checks="number of loops",
        protects="Very many loops make long programs and often mean a bad drawing.",
        limit="a number of loops that RMOS decides", remedy="simplify the drawing or split the job",
        headline="Many loops in the drawing",
        sentence="The drawing holds {loop_count_hint} loops; RMOS calls that many.",
        looks_at=("loop_count_hint",), sure=False,
    ),
    Rule(
        id="F030", level="YELLOW", title="Deep pocket", checks="depth of the pocket",
        protects="In a deep pocket chips do not clear and the tool bends.",
        limit="pocket depth at most 2 times tool diameter", remedy="use a thicker tool or a shallower pocket",
        headline="Pocket deep for a {tool_d} tool",
        sentence="The pocket is {geometry_depth_mm} deep and the tool measures {tool_d}; that is {ratio}, and care is "
        "asked for above {factor}.",
        bounds=(Bound("geometry_depth_mm", "<=", 2, of="tool_d"),),
    ),
    Rule(
        id="F031", level="YELLOW", title="Deep pass in hard wood", checks="depth of cut in hard wood",
        protects="Hard wood loads the tool more at the same depth.",
        limit="stepdown at most 0.5 times tool diameter in hard wood", remedy="take more and thinner passes",
        headline="Pass of {stepdown} deep for {material_hardness} wood",
        sentence="Each pass takes {stepdown} in {material_hardness} material; with a tool of {tool_d} care is "
        "asked for above {limit}.",
        bounds=(Bound("stepdown", "<=", 0.5, of="tool_d"),), when=(HARD,), covered_by=("F020",),
    ),
    Rule(
        id="F032", level="YELLOW", title="Small tool", checks="size of the tool",
        protects="A small tool breaks at feeds that others bear.",
        limit="tool diameter at least 2 mm", remedy="use a thicker tool, or gentle feeds",
        headline="Tool of {tool_d} may break",
        sentence="The tool measures {tool_d}; care is asked for below {limit}.",
        bounds=(Bound("tool_d", ">=", 2),), covered_by=("F001",),
    ),
    Rule(
        id="F034", level="YELLOW", title="Narrow slot", checks="slot proportions",
        protects="In a narrow deep slot chips jam and the tool burns.",
        limit="slot depth at most 2 times its width", remedy="widen the slot or cut it less deep",
        headline="Slot narrow for its depth",
        sentence="The slot is {geometry_depth_mm} deep and {geometry_width_mm} wide; that is {ratio}, and care is "
        "asked for above {factor}.",
        bounds=(Bound("geometry_depth_mm", "<=", 2, of="geometry_width_mm"),), when=(Wanted("strategy", ("slot",)),),
    ),
    Rule(
        id="F035", level="YELLOW", title="Stepover is high", checks="stepover limit",
        protects="Wide passes load the tool and leave a rough floor.",
        limit="stepover at most 70 %", remedy="take lighter passes",
        headline="Stepover of {stepover}, care above {limit}",
        sentence="The stepover is {stepover}; care is asked for above {limit}.",
        bounds=(Bound("stepover", "<=", 0.7),), covered_by=("F002",),
    ),
    Rule(
        id="F036", level="YELLOW", title="Thin wall", checks="wall thickness",
        protects="A thin wall vibrates and breaks easily.",
        limit="wall at least 2 mm", remedy="leave a thicker wall, or feed gently near it",
        headline="Wall of {wall_thickness_mm}, care below {limit}",
        sentence="The thinnest wall is {wall_thickness_mm}; care is asked for below {limit}.",
        bounds=(Bound("wall_thickness_mm", ">=", 2),), covered_by=("F028",),
    ),
    Rule(
        id="F037", level="YELLOW", title="Several edge conditions at once", checks="edge conditions together",
        protects="Conditions near their limits add up.",
        limit="fewer than 2 edge conditions", remedy="move the single conditions away from their limits",
        headline="Several edge conditions at once",
        sentence="{speaker} counted {count} conditions near their limits; from 2 on it asks for care.",
    ),
    Rule(
        id="F038", level="YELLOW", title="Thin floor", checks="floor thickness",
        protects="A thin floor vibrates, and the tool may break through.",
        limit="floor at least 2 mm", remedy="leave a thicker floor",
        headline="Floor of {floor_thickness_mm}, care below {limit}",
        sentence="The floor is {floor_thickness_mm} thick; care is asked for below {limit}.",
        bounds=(Bound("floor_thickness_mm", ">=", 2),),
    ),
    Rule(
        id="F039", level="YELLOW", title="Complex geometry", checks="complexity of the geometry",
        protects="Complex shapes hide narrow places that the other rules do not see.",
        limit="no complex geometry", remedy="look at the toolpath before cutting",
        headline="Complex geometry",
        sentence="The request says {geometry_complex} to complex geometry.",
        wanted=(Wanted("geometry_complex", forbidden=(True,)),),
    ),
    Rule(
        id="F040", level="YELLOW", title="Feed override far from normal", checks="feed override",
        protects="Far from the planned feed the tool rubs or is overloaded.",
        limit="feed override from 80 % to 120 %", remedy="bring the override back within its range",
        headline="Feed override {feed_override_percent}, care beyond {limit}",
        sentence="The feed override is {feed_override_percent}; it should be {must}.",
        bounds=(Bound("feed_override_percent", ">=", 80), Bound("feed_override_percent", "<=", 120)),
    ),
)  # fmt: skip
