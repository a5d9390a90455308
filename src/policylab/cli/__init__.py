"""The command line: a thin layer over the API. A user's mistake is one line on stderr and exit code 2."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from policylab.cli import batching, corpora, publishing, reading
from policylab.errors import PolicylabError


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """
    Run the command line and leave with its exit code: 0 done, 2 refused, 130 stopped by Ctrl-C.

    Every `PolicylabError` and every wrong option or command is told in one line that starts with "error:".
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Chinese shows "?" and not a traceback
    try:
        sys.exit(_commands.main(arguments, prog_name="policylab", standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except (click.ClickException, PolicylabError) as error:
        message = error.format_message() if isinstance(error, click.ClickException) else str(error)
        click.echo(f"error: {' '.join(message.split())}", err=True)
        sys.exit(2)
    except OSError as error:  # the system refuses a file that no room has asked about in its own words
        click.echo(f"error: {error.filename or 'the system'}: {error.strerror or error}", err=True)
        sys.exit(2)


@click.group(name="policylab", context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="policylab")
def _commands() -> None:
    """Chinese government work reports as targets that can be cited."""


for _command in (
    reading.annotate,
    reading.dataset,
    reading.show,
    reading.explain,
    corpora.corpus,
    publishing.compare,
    publishing.report,
    batching.batch,
):
    _commands.add_command(_command)
