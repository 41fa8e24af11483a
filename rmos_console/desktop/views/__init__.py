"""The views: one per thing a person comes for."""
