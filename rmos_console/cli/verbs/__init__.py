"""One file per group of verbs; each is imported only when its verb is called, so that a call starts quickly."""
