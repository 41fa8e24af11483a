"""The parts of the runs view."""
