"""The parts of the audit view."""
