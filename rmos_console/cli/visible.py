"""Stored text on a terminal: what could steer it or hide in it is made visible first."""

from __future__ import annotations

from rmos_console.core.report.visible import json_escaped, visible, visible_lines

__all__ = ["json_escaped", "visible", "visible_lines"]
