"""The choice of a function for a request, from the likelihood of the request given each function.

A small model cannot answer questions such as "is this tool needed?" reliably, but it can estimate how likely a sentence
is. The score of a function is the log likelihood of the request from somebody who wants the function, minus the log
likelihood from somebody who wants something else, plus a bonus for words that the request shares with the declaration.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Sequence

from . import Function
from .completion import Completion
from .wording import stems, words_of

THRESHOLD = 2.25
"""The minimum score for a call; in nats, like log probabilities."""
_WORD_WEIGHT = 2.0
_WORDS_AT_MOST = 2.0
_OTHER_WISHES = ("chat. Just talks and knows a lot.", "open page. Opens a page of the book. Needs: number")
"""Conversation, and a wish for a function that is not declared."""
_SCORED_WORDS = 48
_SENTENCE_END = re.compile(r"(?<!e\.g)(?<!i\.e)\.\s")
_EXAMPLES = """\
Function: make short link. Makes a short link. Needs: url
Somebody who wants this says: Can you shorten example.com/news for me?

Function: chat. Just talks and knows a lot.
Somebody who wants this says: Hi! Nice to see you.

Function: count words. Counts the words of a text. Needs: text
Somebody who wants this says: How many words are there in 'the dog barks'?

Function: chat. Just talks and knows a lot.
Somebody who wants this says: Who invented the telephone?

"""


async def scores(completion: Completion, functions: Sequence[Function], text: str) -> dict[str, float]:
    """Return the score of each function by name.

    Args:
        completion: the model.
        functions: the functions that may be called.
        text: the request.
    """
    said = f" {_shorten(text)}\n"

    async def likelihood(wish: str) -> float:
        return await completion.likelihood(f"{_EXAMPLES}Function: {wish}\nSomebody who wants this says:", said)

    await completion.tokens(said)
    wishes = [*(describe(function) for function in functions), *_OTHER_WISHES]
    likelihoods = await asyncio.gather(*(likelihood(wish) for wish in wishes))
    otherwise = _log_mean_exp(likelihoods[len(functions) :])
    return {
        function.name: likely - otherwise + _WORD_WEIGHT * min(shared_words(function, text), _WORDS_AT_MOST)
        for function, likely in zip(functions, likelihoods, strict=False)
    }


def describe(function: Function) -> str:
    """Return a function as text for a model: its name in words, its purpose and its parameters."""
    parts = [words_of(function.name)]
    if function.description:
        parts.append(first_sentence(function.description))
    if function.properties:
        parts.append("Needs: " + ", ".join(words_of(name) for name in function.properties))
    return ". ".join(parts)


def first_sentence(description: str) -> str:
    """Return the first sentence of a description, without the full stop."""
    first = " ".join(description.strip().split("\n\n")[0].split())
    return _SENTENCE_END.split(first)[0].rstrip(".")


def shared_words(function: Function, text: str) -> float:
    """Count the content words that a request shares with a declaration; words of parameters count half."""
    own = stems(f"{words_of(function.name)} {function.description}")
    details: set[str] = set()
    for name, schema in function.properties.items():
        details |= stems(f"{words_of(name)} {str(schema.get('description', '')).split('e.g.')[0]}")
        for value in schema.get("enum", []):
            details |= stems(str(value))
    said = stems(text)
    return len(said & own) + len(said & (details - own)) / 2


def _shorten(text: str) -> str:
    words = text.split()
    if len(words) <= _SCORED_WORDS:
        return text
    return " ".join([*words[: _SCORED_WORDS // 2], "...", *words[-_SCORED_WORDS // 2 :]])


def _log_mean_exp(values: Sequence[float]) -> float:
    highest = max(values)
    return highest + math.log(sum(math.exp(value - highest) for value in values) / len(values))
