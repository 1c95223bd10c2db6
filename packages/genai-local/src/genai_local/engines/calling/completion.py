"""Plain completions of llama.cpp: the likelihood of a text, and the choice among the texts that a grammar allows.

Grammars consist of token ids, as the tokenizer splits the text. With a grammar of characters, a small model might begin
a word with an unlikely token, and the probability of the word would be meaningless.
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
"""Maximum number of tokens of a generated or quoted value."""


@dataclass(frozen=True)
class TextToken:
    """A token and its position in the text."""

    id: int
    start: int
    end: int


@dataclass(frozen=True)
class Chosen:
    """The choice of the model."""

    text: str
    confidence: float
    """Log probability of the first token that is not white space."""


class Completion:
    """A client for plain completions of one llama.cpp server.

    Args:
        post: sends a body to a path of the server and returns the reply.
    """

    def __init__(self, post: Callable[[str, JsonObject], Awaitable[JsonObject]]) -> None:
        self._post = post
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._tokens: dict[str, list[TextToken]] = {}

    async def tokens(self, text: str) -> list[TextToken]:
        """Return the tokens of a text; a character with several tokens belongs to the first of them."""
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
        """Return which of several texts, each a line of its own, the model chooses after a context."""
        rules = [_sequence(await self.tokens(f" {text}\n")) for text in texts]
        return await self._choose(context, f"root ::= {' | '.join(rules)}")

    async def choose_span(
        self, context: str, text: str, taken: Sequence[Span] = (), dull: frozenset[str] = frozenset()
    ) -> Chosen | None:
        """Return the run of words of a text that the model chooses after a context; None when no words are left.

        Args:
            context: the text before the choice.
            text: the text with the words.
            taken: spans of the text that must not be used.
            dull: stems of words that neither begin nor end a value.
        """
        text = f" {text}"
        runs = _Runs(text, await self.tokens(text), [(start + 1, end + 1) for start, end in taken], dull)
        # A word after a quotation mark is written with a preceding space here, which is a different token.
        spaced = {start: await self.tokens(f" {text[start:end]}") for start, end in runs.words_without_space()}
        rules = runs.rules(spaced, await self.tokens("\n"))
        return await self._choose(context, rules) if rules else None

    async def write(self, context: str, grammar: str) -> Chosen:
        """Return a line that the model generates by a grammar of characters."""
        return await self._choose(context, grammar)

    async def write_json(self, context: str, schema: JsonObject) -> Any:
        """Return a value that the model generates by the grammar of a schema.

        Raises:
            ApiError: 400 when llama.cpp cannot convert the schema to a grammar, 500 when the value is incomplete.
        """
        question = {"prompt": context, "json_schema": schema, "n_predict": _LONGEST_JSON, "temperature": 0}
        async with self._places:
            reply = await self._post("/completion", question)
        try:
            return json.loads(reply["content"])
        except ValueError:
            raise ApiError(500, f"The engine did not complete a value: {reply['content'][:80]!r}.") from None

    async def _choose(self, context: str, grammar: str) -> Chosen:
        text, steps = await self._complete(context, grammar, _LONGEST_VALUE)
        logprobs = [logprob for token, logprob in steps if token.strip()]
        return Chosen(text.strip(), logprobs[0] if logprobs else float("-inf"))

    async def _complete(self, context: str, grammar: str, limit: int) -> tuple[str, list[tuple[str, float]]]:
        question = {"prompt": context, "grammar": grammar, "n_predict": limit, "n_probs": 1, "temperature": 0}
        async with self._places:
            reply = await self._post("/completion", question)
        steps: list[JsonObject] = reply.get("completion_probabilities") or []
        return str(reply["content"]), [(str(step["token"]), float(step["logprob"])) for step in steps]


def _terminal(token: TextToken) -> str:
    return f"<[{token.id}]>"


class _Runs:
    """The runs of words of a text as a grammar of its tokens; no run begins or ends with a function word.

    Args:
        text: the text.
        tokens: the tokens of the text.
        taken: spans that must not be used.
        dull: stems of words that count as function words.
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
        """Return the words whose first token does not begin with a space."""
        return [
            (token.start, self.starts[token.start])
            for token, usable in zip(self.tokens, self.usable, strict=True)
            if usable and token.start in self.starts
        ]

    def rules(self, spaced: dict[int, list[TextToken]], end: Sequence[TextToken]) -> str | None:
        """Return the grammar; None when no run is possible.

        Args:
            spaced: tokens of the words of `words_without_space` after a space, by the start of the word.
            end: the tokens that end the run.
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
            if self._may_continue(index):
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
        productions = [f"t{index} ::= {' | '.join(own)}" for index, own in enumerate(alternatives) if own]
        return "\n".join([f"root ::= {' | '.join(dict.fromkeys(roots))}", *productions])

    def _rules_of_word(self, tokens: Sequence[TextToken], word_end: int, closing: str) -> list[tuple[str, int]]:
        word = _sequence(tokens)
        last = next((index for index, token in enumerate(self.tokens) if token.end == word_end), None)
        result = [(f"{word} {closing}", -1)]
        if last is not None and self._may_continue(last):
            result.append((f"{word} t{last + 1}", last + 1))
        return result

    def _first_letter(self, token: TextToken) -> int:
        piece = self.text[token.start : token.end]
        return token.start + len(piece) - len(piece.lstrip())

    def _may_continue(self, index: int) -> bool:
        """Whether a value may continue after a token: not into taken spans, and not beyond the end of a clause."""
        if index + 1 >= len(self.tokens) or not self.usable[index + 1]:
            return False
        token = self.tokens[index + 1]
        after = self.text[token.end : token.end + 1]
        is_mark = self.text[token.start : token.end].strip() in (".", ";", ":", "!", "?")
        return not (is_mark and (not after or after.isspace()))


def _sequence(tokens: Sequence[TextToken]) -> str:
    return " ".join(_terminal(token) for token in tokens)


def _prune(alternatives: list[list[str]]) -> None:
    """Remove the transitions to tokens from which no value can end."""
    for index in range(len(alternatives) - 1, -1, -1):
        following = index + 1
        if following < len(alternatives) and not alternatives[following]:
            alternatives[index][:] = [item for item in alternatives[index] if not item.endswith(f" t{following}")]
