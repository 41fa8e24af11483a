"""``python -m rmos_console`` is the command ``rmos-console``."""

from rmos_console.cli.main import main

if __name__ == "__main__":
    main()
