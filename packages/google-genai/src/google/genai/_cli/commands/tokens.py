"""`genai tokens`: the number of tokens in a prompt."""

from __future__ import annotations

from typing import Any

import click

from .. import output
from ..connection import connect, settings
from ..exits import Exit, Failure
from ..flags import connection_options
from ..prompts import attachment_options, parts_of, read_message
from ..resources import JSON


@click.command()
@click.argument("prompt", nargs=-1)
@click.option("-m", "--model", metavar="NAME", help="Model.")
@click.option("-s", "--system", metavar="TEXT", help="System instruction.")
@attachment_options
@click.option("--local-tokenizer", is_flag=True, help="Count on this machine, without the service.")
@click.option("--tokenizer", metavar="PATH", help="Count on this machine, with the tokenizer in this file.")
@JSON
@connection_options
def tokens(
    prompt: tuple[str, ...],
    model: str | None,
    system: str | None,
    attachments: tuple[str, ...],
    typed_attachments: tuple[tuple[str, str], ...],
    local_tokenizer: bool,
    tokenizer: str | None,
    as_json: bool,
) -> None:
    """Count the tokens of a prompt, as the model counts them."""
    message = read_message(prompt, attachments, typed_attachments)
    found = settings(model=model)
    config: Any = {"system_instruction": system} if system else {}
    result: Any
    if local_tokenizer or tokenizer is not None:
        result = _count_here(found["model"], tokenizer, parts_of(message, None), config)
    else:
        client = connect(found)
        result = client.models.count_tokens(model=found["model"], contents=parts_of(message, client), config=config)
    if as_json:
        output.write_json({"total_tokens": result.total_tokens, "model": found["model"]})
    else:
        output.write_line(str(result.total_tokens))


def _count_here(model: str, tokenizer: str | None, parts: Any, config: Any) -> Any:
    from google.genai.local_tokenizer import LocalTokenizer

    try:
        return LocalTokenizer(model, tokenizer=tokenizer).count_tokens(parts, config=config or None)
    except ImportError as error:
        raise Failure(f"--local-tokenizer: {error}", Exit.UNEXPECTED) from error
