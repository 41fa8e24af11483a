"""Comparing runs: their documents, their G-code and their toolpaths. Pure: no disk, no clock."""
