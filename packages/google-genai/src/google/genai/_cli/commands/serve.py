"""`genai serve`: the local server genai-local, in the foreground; or the one in the background that `--local` started."""

from __future__ import annotations

import subprocess

import click

from .. import local, output
from ..exits import Failure
from ..flags import verbosity_options

_STOP_LIMIT_S = 20


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": ["-h", "--help"]}
)
@click.option("--status", is_flag=True, help="Show the server in the background.")
@click.option("--stop", is_flag=True, help="Stop the server in the background.")
@click.option("--background", is_flag=True, help="Start a server in the background, as --local does.")
@verbosity_options
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def serve(status: bool, stop: bool, background: bool, arguments: tuple[str, ...]) -> int:
    """Run the local server until Ctrl-C. All other options are those of genai-local serve.

    \b
      genai serve --engine scripted --port 8090
      genai serve --status
    """
    if status:
        return _status()
    if stop:
        stopped = local.stop()
        if stopped is None:
            output.note("No server that --local started is running.")
        else:
            output.note(f"Stopped: {stopped.url}")
        return 0
    if background:
        if arguments:
            raise Failure(f"--background takes no other options, got {' '.join(arguments)}.")
        output.write_line(local.local_url())
        return 0
    return _run([*local.command(), "serve", *arguments])


def _status() -> int:
    started = local.running()
    if started is not None and local.answers(started.url):
        output.write_line(f"{started.url} (process {started.pid}, started by --local)")
        return 0
    if local.answers(local.DEFAULT_URL):
        output.write_line(f"{local.DEFAULT_URL} (started by another program)")
        return 0
    output.note("No local server answers.")
    return 1


def _run(command: list[str]) -> int:
    process = subprocess.Popen(command)  # noqa: S603 - our own package, without a shell
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the terminal sends it to the server as well, which ends on its own
            try:
                return process.wait(_STOP_LIMIT_S)
            except KeyboardInterrupt:
                continue
            except subprocess.TimeoutExpired:
                process.kill()
