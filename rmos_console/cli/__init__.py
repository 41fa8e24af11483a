"""The command line: verbs over the use cases, rendered as calm text or, with ``--json``, as one JSON document."""
