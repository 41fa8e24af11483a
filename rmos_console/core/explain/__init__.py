"""Explanations of runs: the rule registry, the engine protocol, the offline engine and its contrast runs."""
