"""The parts of the compare view."""
