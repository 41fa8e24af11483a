"""Risk, policy, signing and the review state machine: pure functions over records, without disk or clock."""
