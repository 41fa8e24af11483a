"""The rules that stop a run (RED), in our own words. Limits: design, Facts worth knowing."""

from __future__ import annotations

from typing import Final

from rmos_console.core.explain.rule import Bound, Rule, Wanted

HARD: Final = Wanted("material_hardness", ("hard", "very_hard", "very hard", "extreme"))
"""Hardness in which depth of cut is limited by the tool."""

_RATIO: Final = r"\(?(\d+(?:\.\d+)?)\s*:\s*1\)?(?!.*\d\s*:\s*1)"
"""The last ratio that a message names: its limit."""

_MOST: Final = r"max\w*(?:\s+safe)?\s*[=:]?\s*(\d+(?:\.\d+)?)"
"""The most that a message allows, in the unit of the field."""

RED: Final = (
    Rule(
        id="F001", level="RED", title="Tool diameter is not a size", checks="tool diameter",
        protects="Without a real tool size no path can be offset and nothing else can be judged.",
        limit="tool diameter above 0 mm", remedy="enter the diameter of the tool that is mounted",
        headline="Tool diameter of {tool_d} is no size",
        sentence="The tool diameter is {tool_d}; it must be {must}.",
        bounds=(Bound("tool_d", ">", 0),),
    ),
    Rule(
        id="F002", level="RED", title="Stepover is out of range", checks="stepover range",
        protects="Neighbouring passes must overlap, else ridges stay standing.",
        limit="stepover above 0 and at most 95 %", remedy="choose a stepover above 0 and at most 95 %",
        headline="Stepover of {stepover} is out of range",
        sentence="The stepover is {stepover}; it must be {must}.",
        bounds=(Bound("stepover", ">", 0), Bound("stepover", "<=", 0.95)),
    ),
    Rule(
        id="F003", level="RED", title="Stepdown is not a depth", checks="stepdown",
        protects="A pass that goes no deeper never reaches the floor.",
        limit="stepdown above 0 mm", remedy="enter how deep one pass goes",
        headline="Stepdown of {stepdown} cuts nothing",
        sentence="Each pass goes {stepdown} deeper; it must be {must}.",
        bounds=(Bound("stepdown", ">", 0),),
    ),
    Rule(
        id="F004", level="RED", title="Roughing depth points upwards", checks="roughing depth",
        protects="Z counts downwards below the surface; anything else cuts air or the clamps.",
        limit="z_rough below 0 mm", remedy="enter the depth as a negative z",
        headline="Roughing depth of {z_rough} points upwards",
        sentence="The roughing depth is {z_rough}; it must be {must}.",
        bounds=(Bound("z_rough", "<", 0),),
    ),
    Rule(
        id="F005", level="RED", title="Safe height is not above the work", checks="safe height",
        protects="Rapid moves at this height must clear the work and its clamps.",
        limit="safe_z above 0 mm", remedy="raise the safe height above the work",
        headline="Safe height of {safe_z} is not above the work",
        sentence="Rapid moves run at a height of {safe_z}; it must be {must}.",
        bounds=(Bound("safe_z", ">", 0),),
    ),
    Rule(
        id="F006", level="RED", title="Closed paths are not confirmed", checks="closed paths known",
        protects="A pocket is what a closed path encloses; an open one has no inside.",
        limit="the drawing is known to hold closed paths", remedy="check the drawing and join open paths",
        headline="Closed paths are not confirmed",
        sentence="The request says {has_closed_paths} about closed paths in the drawing; they must be confirmed.",
        wanted=(Wanted("has_closed_paths", (True,)),), sure=False,
    ),
    Rule(
        id="F007", level="RED", title="No closed paths in the drawing", checks="closed paths",
        protects="A pocket is what a closed path encloses; an open one has no inside.",
        limit="at least one closed path", remedy="join the open paths of the drawing",
        headline="No closed paths in the drawing",
        sentence="The request says {has_closed_paths} to closed paths in the drawing; a pocket takes at least one.",
        wanted=(Wanted("has_closed_paths", forbidden=(False,)),),
    ),
    Rule(
        id="F020", level="RED", title="Pass too deep for hard material", checks="depth of cut in hard material",
        protects="In hard material a deep pass overloads the tool, burns or breaks it.",
        limit="stepdown at most 1.5 times tool diameter in hard material", remedy="take more and thinner passes",
        headline="Pass of {stepdown} too deep for {material_hardness} material",
        sentence="Each pass takes {stepdown} in {material_hardness} material; with a tool of {tool_d} the most is "
        "{limit}.",
        bounds=(Bound("stepdown", "<=", 1.5, of="tool_d", stated=_MOST, states_limit=True),),
        when=(HARD,),
    ),
    Rule(
        id="F021", level="RED", title="Cut too deep for the tool", checks="depth to tool diameter",
        protects="A thin tool that cuts deep bends, chatters and breaks.",
        limit="depth at most 5 times tool diameter", remedy="use a thicker tool or cut less deep",
        headline="{What} too deep for a {tool_d} tool",
        sentence="The {what} is {value} deep and the tool measures {tool_d}; that is {ratio}, and the limit is "
        "{factor}.",
        bounds=(Bound("stepdown", "<=", 5, of="tool_d", stated=_RATIO),),
        otherwise=(Bound("geometry_depth_mm", "<=", 5, of="tool_d", stated=_RATIO),),
    ),
    Rule(
        id="F022", level="RED", title="Pocket deeper than the material", checks="depth within the material",
        protects="The tool would go through the work into what holds it.",
        limit="pocket depth at most the material's thickness", remedy="use thicker material or a shallower pocket",
        headline="Pocket deeper than the material",
        sentence="The pocket is {geometry_depth_mm} deep and the material is {material_thickness_mm} thick.",
        bounds=(Bound("geometry_depth_mm", "<=", 1, of="material_thickness_mm"),),
    ),
    Rule(
        id="F023", level="RED", title="Geometry is impossible", checks="geometry",
        protects="A pocket without width, length or depth cannot be cut.",
        limit="width, length and depth above 0 mm", remedy="correct the dimensions of the pocket",
        headline="Geometry is impossible",
        sentence="The pocket measures {geometry_width_mm} by {geometry_length_mm} and is {geometry_depth_mm} deep; "
        "each must be {must}.",
        bounds=(
            Bound("geometry_width_mm", ">", 0),
            Bound("geometry_length_mm", ">", 0),
            Bound("geometry_depth_mm", ">", 0),
        ),
    ),
    Rule(
        id="F024", level="RED", title="Hardness of the material is unknown", checks="hardness known",
        protects="Without the hardness no depth of cut can be called safe.",
        limit="a known hardness", remedy="say which material it is and how hard",
        headline="Hardness of the material is unknown",
        sentence="The request gives {material_hardness} as the hardness of the material; it must be a known one.",
        wanted=(Wanted("material_hardness", forbidden=("unknown", "")),),
    ),
    Rule(
        id="F025", level="RED", title="Tool wider than the pocket", checks="tool fits the pocket",
        protects="A tool that does not fit cuts the walls away.",
        limit="tool diameter at most the pocket's width", remedy="use a thinner tool",
        headline="Tool of {tool_d} wider than the pocket",
        sentence="The tool measures {tool_d} and the pocket is {geometry_width_mm} wide.",
        bounds=(Bound("tool_d", "<=", 1, of="geometry_width_mm"),),
    ),
    Rule(
        id="F026", level="RED", title="Tool sticks out too far", checks="stickout to tool diameter",
        protects="A long free tool bends, chatters and breaks.",
        limit="stickout at most 5 times tool diameter (8 times in some RMOS versions)",
        remedy="clamp the tool shorter or use a thicker one",
        headline="Stickout of {tool_stickout_mm} too long for a {tool_d} tool",
        sentence="The tool sticks out {tool_stickout_mm} and measures {tool_d}; that is {ratio}, and the limit is "
        "{factor}.",
        bounds=(Bound("tool_stickout_mm", "<=", 5, of="tool_d", stated=_RATIO),), sure=False,
    ),
    Rule(
        id="F027", level="RED", title="Resinous material, small tool, no coolant", checks="resin and coolant",
        protects="Resin clogs a small dry tool until it burns or breaks.",
        limit="coolant, or a larger tool, in resinous material", remedy="switch coolant on or use a larger tool",
        headline="Resinous material, a {tool_d} tool and no coolant",
        sentence="The request says {material_resinous} to resinous material and {coolant_enabled} to coolant, with a "
        "tool of {tool_d}.",
        looks_at=("material_resinous", "tool_d", "coolant_enabled"), sure=False,
    ),
    Rule(
        id="F028", level="RED", title="Wall will break", checks="wall above the minimum",
        protects="A wall this thin breaks while it is cut.",
        limit="wall at least 1 mm", remedy="leave a thicker wall",
        headline="Wall of {wall_thickness_mm} will break",
        sentence="The thinnest wall is {wall_thickness_mm}; the least is {limit}.",
        bounds=(Bound("wall_thickness_mm", ">=", 1),),
    ),
    Rule(
        id="F029", level="RED", title="Several unsafe conditions at once", checks="unsafe conditions together",
        protects="Conditions that are bearable alone add up to a broken tool.",
        limit="fewer than 3 unsafe factors", remedy="resolve the single conditions first",
        headline="Several unsafe conditions at once",
        sentence="{speaker} counted {count} unsafe factors together; from 3 on it stops the run.",
    ),
    Rule(
        id="F033", level="RED", title="Pocket deeper than the flutes", checks="depth within the flutes",
        protects="Above the flutes the shank rubs, burns and breaks the tool.",
        limit="pocket depth at most the flute length", remedy="use a tool with longer flutes or a shallower pocket",
        headline="Pocket deeper than the flutes of the tool",
        sentence="The pocket is {geometry_depth_mm} deep and the flutes are {tool_flute_length_mm} long.",
        bounds=(Bound("geometry_depth_mm", "<=", 1, of="tool_flute_length_mm"),),
    ),
    Rule(
        id="F041", level="RED", title="Severe pressure from several conditions", checks="combined pressure",
        protects="Conditions that are bearable alone add up to a broken tool.",
        limit="no severe combination", remedy="resolve the single conditions first",
        headline="Severe pressure from several conditions",
        sentence="{speaker} counted {count} pressing factors together and asks for a review by hand.",
    ),
)  # fmt: skip
