"""RMOS Console: review, compare and audit the runs of a CNC workshop."""

__version__ = "0.1.0"
