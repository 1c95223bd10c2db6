"""What llama.cpp's plain completion tells about texts: how likely one is, and which of those that a grammar allows.

Grammars are made of token ids, in the way in which the tokenizer itself writes the text: a grammar of letters lets a
small model begin a word with a piece that it would never choose, and what it then says of the word means nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...protocol.errors import ApiError, JsonObject
from .wording import Span, is_function_word, overlaps, stems, word_spans

_AT_ONCE = 4
_LONGEST_JSON = 400
_LONGEST_VALUE = 120
"""Tokens of a value that is written freely or taken from the request."""


@dataclass(frozen=True)
class TextToken:
    """A token and where it is in the text."""

    id: int
    start: int
    end: int


@dataclass(frozen=True)
class Chosen:
    """What the model chose."""

    text: str
    confidence: float
    """Log probability of the first token that is more than white space."""


class Completion:
    """Asks one llama.cpp server.

    Args:
        post: sends a body to a path of the server and returns the reply.
    """

    def __init__(self, post: Callable[[str, JsonObject], Awaitable[JsonObject]]) -> None:
        self._post = post
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._tokens: dict[str, list[TextToken]] = {}

    async def tokens(self, text: str) -> list[TextToken]:
        """Return the tokens of a text; a character that takes several begins with the first of them."""
        if text not in self._tokens:
            reply = await self._post("/tokenize", {"content": text, "with_pieces": True})
            result: list[TextToken] = []
            seen = b""
            for item in reply["tokens"]:
                piece = item["piece"]
                start = len(seen.decode("utf-8", "ignore"))
                seen += piece.encode() if isinstance(piece, str) else bytes(piece)
                result.append(TextToken(item["id"], start, len(seen.decode("utf-8", "ignore"))))
            self._tokens[text] = result
        return self._tokens[text]

    async def likelihood(self, context: str, text: str) -> float:
        """Return the log probability of a text after a context."""
        tokens = await self.tokens(text)
        grammar = f"root ::= {_sequence(tokens)}"
        steps = (await self._complete(context, grammar, len(tokens)))[1]
        return sum(logprob for _, logprob in steps)

    async def choose(self, context: str, texts: Sequence[str]) -> Chosen:
        """Return the one of several texts that is chosen after a context; each is a line of its own."""
        rules = [_sequence(await self.tokens(f" {text}\n")) for text in texts]
        return await self._choose(context, f"root ::= {' | '.join(rules)}")

    async def choose_span(
        self, context: str, text: str, taken: Sequence[Span] = (), dull: frozenset[str] = frozenset()
    ) -> Chosen | None:
        """Return the run of words of a text that is chosen after a context; None when no words are left.

        Args:
            context: what the model reads.
            text: where the words are from.
            taken: spans of the text that are not to be used.
            dull: stems of words that neither begin nor end a value.
        """
        text = f" {text}"
        runs = _Runs(text, await self.tokens(text), [(start + 1, end + 1) for start, end in taken], dull)
        # A word behind a quotation mark is written here with a space before it, which is another token.
        spaced = {start: await self.tokens(f" {text[start:end]}") for start, end in runs.words_without_space()}
        rules = runs.rules(spaced, await self.tokens("\n"))
        return await self._choose(context, rules) if rules else None

    async def write(self, context: str, grammar: str) -> Chosen:
        """Return a line that the model writes by a grammar of characters."""
        return await self._choose(context, grammar)

    async def write_json(self, context: str, schema: JsonObject) -> Any:
        """Return a value that the model writes by the grammar of a schema.

        Raises:
            ApiError: 400 when llama.cpp cannot make a grammar of the schema, 500 when the value has no end.
        """
        question = {"prompt": context, "json_schema": schema, "n_predict": _LONGEST_JSON, "temperature": 0}
        async with self._places:
            reply = await self._post("/completion", question)
        try:
            return json.loads(reply["content"])
        except ValueError:
            raise ApiError(500, f"The engine found no end of a value: {reply['content'][:80]!r}.") from None

    async def _choose(self, context: str, grammar: str) -> Chosen:
        text, steps = await self._complete(context, grammar, _LONGEST_VALUE)
        told = [logprob for token, logprob in steps if token.strip()]
        return Chosen(text.strip(), told[0] if told else float("-inf"))

    async def _complete(self, context: str, grammar: str, limit: int) -> tuple[str, list[tuple[str, float]]]:
        question = {"prompt": context, "grammar": grammar, "n_predict": limit, "n_probs": 1, "temperature": 0}
        async with self._places:
            reply = await self._post("/completion", question)
        steps: list[JsonObject] = reply.get("completion_probabilities") or []
        return str(reply["content"]), [(str(step["token"]), float(step["logprob"])) for step in steps]


def _terminal(token: TextToken) -> str:
    return f"<[{token.id}]>"


class _Runs:
    """The runs of words of a text, as a grammar of its tokens; they neither begin nor end with a mere function word.

    Args:
        text: the text.
        tokens: its tokens.
        taken: spans that are not to be used.
        dull: stems of words that are treated like function words.
    """

    def __init__(self, text: str, tokens: Sequence[TextToken], taken: Sequence[Span], dull: frozenset[str]) -> None:
        self.text = text
        self.tokens = tokens
        self.usable = [not overlaps((token.start, token.end), taken) for token in tokens]
        words = word_spans(text)
        self.starts = {start: end for start, end in words if self._may_stand_at_the_edge(text[start:end], dull)}
        self.ends = set(self.starts.values())
        for start, end in self.starts.items():
            if text[start:end].endswith(("'s", "’s")):
                self.ends.add(end - 2)

    @staticmethod
    def _may_stand_at_the_edge(word: str, dull: frozenset[str]) -> bool:
        return not is_function_word(word) and not (dull and stems(word) and stems(word) <= dull)

    def words_without_space(self) -> list[Span]:
        """Return the words whose first token does not bring a space with it."""
        return [
            (token.start, self.starts[token.start])
            for token, usable in zip(self.tokens, self.usable, strict=True)
            if usable and token.start in self.starts
        ]

    def rules(self, spaced: dict[int, list[TextToken]], end: Sequence[TextToken]) -> str | None:
        """Return the grammar; None when there is no run.

        Args:
            opened: for the start of a word that `opened_words` told the tokens of that word after a space.
            end: the tokens of what follows the run.
        """
        closing = _sequence(end)
        alternatives: list[list[str]] = []
        beginnings: list[tuple[str, int]] = []
        for index, token in enumerate(self.tokens):
            own: list[str] = []
            alternatives.append(own)
            if not self.usable[index]:
                continue
            if token.end in self.ends:
                own.append(f"{_terminal(token)} {closing}")
            if self._goes_on(index):
                own.append(f"{_terminal(token)} t{index + 1}")
            begun = self._first_letter(token)
            if begun in spaced:
                beginnings += self._rules_of_word(spaced[begun], self.starts[begun], closing)
            elif begun in self.starts:
                beginnings.append((f"t{index}", index))
        _prune(alternatives)
        roots = [rule for rule, following in beginnings if following < 0 or alternatives[following]]
        if not roots:
            return None
        told = [f"t{index} ::= {' | '.join(own)}" for index, own in enumerate(alternatives) if own]
        return "\n".join([f"root ::= {' | '.join(dict.fromkeys(roots))}", *told])

    def _rules_of_word(self, tokens: Sequence[TextToken], word_end: int, closing: str) -> list[tuple[str, int]]:
        word = _sequence(tokens)
        last = next((index for index, token in enumerate(self.tokens) if token.end == word_end), None)
        result = [(f"{word} {closing}", -1)]
        if last is not None and self._goes_on(last):
            result.append((f"{word} t{last + 1}", last + 1))
        return result

    def _first_letter(self, token: TextToken) -> int:
        piece = self.text[token.start : token.end]
        return token.start + len(piece) - len(piece.lstrip())

    def _goes_on(self, index: int) -> bool:
        """Whether a value may go on behind a token: not into what is taken, nor beyond the end of a clause."""
        if index + 1 >= len(self.tokens) or not self.usable[index + 1]:
            return False
        token = self.tokens[index + 1]
        after = self.text[token.end : token.end + 1]
        is_mark = self.text[token.start : token.end].strip() in (".", ";", ":", "!", "?")
        return not (is_mark and (not after or after.isspace()))


def _sequence(tokens: Sequence[TextToken]) -> str:
    return " ".join(_terminal(token) for token in tokens)


def _prune(alternatives: list[list[str]]) -> None:
    """Take out what leads to a token that may neither end a value nor be followed by one that may."""
    for index in range(len(alternatives) - 1, -1, -1):
        following = index + 1
        if following < len(alternatives) and not alternatives[following]:
            alternatives[index][:] = [item for item in alternatives[index] if not item.endswith(f" t{following}")]
