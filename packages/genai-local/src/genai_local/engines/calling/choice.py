"""Which function a request is for, if any: decided by how much likelier the request becomes once a function is known.

A small model is no judge of questions such as "is this tool needed?", but a fair judge of what people say. So it is
asked how likely the words of the request are from somebody who wants a function, and from somebody who wants something
else: the mutual information of the two, to which come the words that the request shares with the declaration.
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
"""What a function has to reach to be called; in nats, as log probabilities are."""
_WORD_WEIGHT = 2.0
_WORDS_AT_MOST = 2.0
_OTHER_WISHES = ("chat. Just talks and knows a lot.", "open page. Opens a page of the book. Needs: number")
"""Talk, and a wish for some function that has not been declared."""
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
    """Return for each function's name how much speaks for calling it.

    Args:
        completion: the model.
        functions: what may be called.
        text: the request.
    """
    said = f" {_shorten(text)}\n"

    async def likelihood(wish: str) -> float:
        return await completion.likelihood(f"{_EXAMPLES}Function: {wish}\nSomebody who wants this says:", said)

    await completion.tokens(said)
    wishes = [*(describe(function) for function in functions), *_OTHER_WISHES]
    told = await asyncio.gather(*(likelihood(wish) for wish in wishes))
    otherwise = _log_mean_exp(told[len(functions) :])
    return {
        function.name: likely - otherwise + _WORD_WEIGHT * min(shared_words(function, text), _WORDS_AT_MOST)
        for function, likely in zip(functions, told, strict=False)
    }


def describe(function: Function) -> str:
    """Return what a model reads of a function: its name in words, what it does and what it needs."""
    parts = [words_of(function.name)]
    if function.description:
        parts.append(first_sentence(function.description))
    if function.properties:
        parts.append("Needs: " + ", ".join(words_of(name) for name in function.properties))
    return ". ".join(parts)


def first_sentence(description: str) -> str:
    """Return what a description says first, without the full stop; docstrings go on with details."""
    first = " ".join(description.strip().split("\n\n")[0].split())
    return _SENTENCE_END.split(first)[0].rstrip(".")


def shared_words(function: Function, text: str) -> float:
    """Count the words about the subject that a request shares with a declaration; those of parameters count half."""
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
