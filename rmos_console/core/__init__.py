"""The library behind every front end: no Qt, no terminal, no HTTP."""
