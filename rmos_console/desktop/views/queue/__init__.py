"""The parts of the queue view."""
