"""`genai completion`: the script that completes commands and options in bash, zsh or fish."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from .. import output
from ..exits import Exit, Failure

_WHERE = {
    "bash": "~/.bashrc:  eval \"$(genai completion bash)\"",
    "zsh": "~/.zshrc:  eval \"$(genai completion zsh)\"",
    "fish": "~/.config/fish/config.fish:  genai completion fish | source",
}  # fmt: skip


@click.command()
@click.argument("shell", type=click.Choice(sorted(_WHERE)))
def completion(shell: str) -> None:
    """Print the completion script for SHELL.

    \b
      ~/.bashrc                    eval "$(genai completion bash)"
      ~/.zshrc                     eval "$(genai completion zsh)"
      ~/.config/fish/config.fish   genai completion fish | source
    """
    found = get_completion_class(shell)
    if found is None:
        raise Failure(f"This release of click has no completion for {shell}.", Exit.UNEXPECTED)
    root = click.get_current_context().find_root().command
    # `source` alone: click's bash class checks the version of bash in its own method, by running bash.
    script = found(root, {}, "genai", "_GENAI_COMPLETE")
    output.write_line(script.source_template % script.source_vars())
    output.note(f"For every new shell, add to {_WHERE[shell]}") if output.is_terminal() else None
