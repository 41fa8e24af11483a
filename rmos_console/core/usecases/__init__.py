"""What the front ends call: one file per job. Each write returns what it changed."""
