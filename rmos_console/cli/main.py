"""The door of the command ``rmos-console``: options before the verb, the verbs, and what becomes of errors."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn, TextIO

import typer
import typer.core
import typer.main

from rmos_console import __version__
from rmos_console.cli import desktop_door, output
from rmos_console.cli.call import Call
from rmos_console.cli.exits import Exit, Failure, failure_of
from rmos_console.core import log
from rmos_console.core.errors import UsageError
from rmos_console.core.records.ids import check_foreign_id, new_id

PROGRAM = "rmos-console"
VERBS = {
    "desktop": "window",
    "demo": "demo",
    "init": "init",
    "import": "importing",
    "create": "create",
    "list": "browse",
    "show": "browse",
    "advisories": "advisories",
    "advisory": "advisories",
    "attach": "attach",
    "explain": "explain",
    "file": "file",
    "meta": "meta",
    "queue": "review",
    "review": "review",
    "reviewer": "reviewer",
    "policy": "policy",
    "diff": "diff",
    "audit": "audit",
    "checkpoint": "checkpoint",
    "export": "export",
    "doctor": "doctor",
}
"""Each verb, in the order of --help, and the file of rmos_console.cli.verbs it lives in."""


class LazyVerbs(typer.core.TyperGroup):
    """Imports the file of a verb when the verb is called."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  # the signature is typer's
        """Return the verbs in the order of --help."""
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002  # as above
        """Return a verb, importing its file."""
        if cmd_name not in VERBS:
            return None
        if cmd_name not in self.commands:
            module = importlib.import_module(f"rmos_console.cli.verbs.{VERBS[cmd_name]}")
            found: Any = typer.main.get_command(module.app)
            self.commands.update(found.commands)
        return self.commands[cmd_name]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the verb; a wrong one is answered with the nearest right ones, files not imported yet included."""
        if args and args[0] not in VERBS:
            for verb in VERBS:
                self.commands.setdefault(verb, typer.core.TyperCommand(verb))
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=LazyVerbs,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    subcommand_metavar="[VERB] [ARGUMENTS]...",
)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"{PROGRAM} {__version__}\n")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    store: Annotated[
        Path | None,
        typer.Option(
            "--store",
            metavar="DIR",
            readable=False,  # typer would call it wrong usage; whether a store can be read is the store's to say
            help="The store; else RMOS_RUNS_DIR, ./data/rmos_runs, or your own.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, errors too.")] = False,
    request_id: Annotated[
        str | None, typer.Option("--request-id", metavar="ID", help="Recorded with all that this call writes.")
    ] = None,
    log_level: Annotated[
        str | None,
        typer.Option("--log-level", metavar="LEVEL", help="debug, info, warning or error; also RMOS_LOG_LEVEL."),
    ] = None,
    log_file: Annotated[
        Path | None,
        typer.Option("--log-file", metavar="FILE", help="Where JSON log lines go, else stderr; also RMOS_LOG_FILE."),
    ] = None,
    version: Annotated[  # noqa: ARG001  # its callback answers
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Review, compare and audit the runs of a CNC workshop. Without a verb the window opens."""
    _configure_log(log_level, log_file)
    given = new_id("req") if request_id is None else check_foreign_id(request_id, what="request id")
    context.obj = Call(store, given, as_json)
    if context.invoked_subcommand is None:
        raise typer.Exit(desktop_door.run_desktop(store, request_id=given))


def main() -> NoReturn:
    """Run the command on the arguments of this process and end it with the exit code of the design."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one call and return its exit code; every error has been told in one line."""
    _keep_output_printable()
    if not log.logger.handlers:
        log.logger.addHandler(logging.NullHandler())  # else Python prints warnings, tracebacks included, on stderr
    as_json = "--json" in arguments
    try:
        code = app(args=list(arguments), prog_name=PROGRAM, standalone_mode=False)
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):  # typer turns the first into the second and raises it for nothing else
        _abandon(sys.stdout)
        return Exit.BROKEN_PIPE
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # the last net: no traceback may reach a person
        return _tell(error, as_json=as_json)
    return code if isinstance(code, int) else Exit.DONE


def _tell(error: BaseException, *, as_json: bool) -> int:
    failure = failure_of(error)
    if not failure.expected:
        log.logger.error("unexpected", exc_info=error, extra={"where": "cli", "error": failure.details["error"]})
    try:
        _print_failure(failure, as_json=as_json)
    except BrokenPipeError:
        _abandon(sys.stdout)
        return Exit.BROKEN_PIPE
    return failure.exit_code


def _print_failure(failure: Failure, *, as_json: bool) -> None:
    sys.stdout.flush()
    if as_json:
        output.print_json(failure.document())
        sys.stdout.flush()
    output.note(f"{PROGRAM}: {failure.message}")


def _configure_log(level: str | None, file: Path | None) -> None:
    """Turn on the log lines that options or environment ask for; without a wish everything stays quiet."""
    level = level or os.environ.get("RMOS_LOG_LEVEL")
    file = file or (Path(named) if (named := os.environ.get("RMOS_LOG_FILE")) else None)
    if level is None and file is None:
        return
    chosen = (level or "info").upper()
    if chosen not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise UsageError(f"The log level {chosen[:40]!r} is not known; use debug, info, warning or error.")
    try:
        log.configure(chosen, file)
    except OSError as error:
        raise UsageError(f"The log file {file} cannot be written: {error.strerror}; name another.") from error


def _keep_output_printable() -> None:
    """Let a terminal that lacks a character show its number instead of ending the call."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _abandon(stream: TextIO) -> None:
    """Point a stream whose reader went away at nothing, so that the last flush of the process stays quiet."""
    descriptor = os.open(os.devnull, os.O_WRONLY)
    os.dup2(descriptor, stream.fileno())
    os.close(descriptor)
