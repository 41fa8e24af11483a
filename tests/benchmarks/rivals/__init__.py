"""What the console is held against: the same runs in other stores, each used as its own documentation tells."""
