"""The command, as the tests of the command line call it."""

from tests.cli.conftest import cli, command, signing

__all__ = ["cli", "command", "signing"]
