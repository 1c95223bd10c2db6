"""The engine for any OpenAI-compatible endpoint, such as llama.cpp's server, Ollama or vLLM.

Functions are called with the endpoint's own tools if it supports them, else with the methods of `calling`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from dataclasses import dataclass, replace
from typing import Literal

import httpx2

from ...protocol import json_schema
from ...protocol.errors import ApiError, JsonObject
from .. import CandidateRequest, Capabilities, Embedding, ModelFacts, Piece, Prompt, TextToEmbed, Token, texts_of
from ..calling import Calling, FunctionCall, calling_of, is_answered
from ..calling.answers import messages_with_results, quoting_grammar
from ..calling.completion import Completion
from ..calling.json_calls import calls_in, prompt_with_instruction, with_instruction
from ..calling.messages import messages_in_words, messages_with_tools, tools_of
from ..calling.plan import MisfitError, plan
from .bodies import Dialect, completion_body, tool_fields
from .concurrency import TokenBudget, map_concurrently
from .counting import ChatFormat, count_texts, usage_of
from .replies import CompletionReader, lines_of, refusal, unreachable, where_of

_CONNECT_LIMIT_S = 10.0
_SILENCE_LIMIT_S = 600.0
_DEFAULT_CONTEXT = 8192
_EMBEDDINGS_AT_ONCE = 8
_ATTEMPTS = 5
_TOOLS_REFUSED = re.compile(
    r"not support\w* (?:\w+ ){0,3}tool|tool[\w ]* (?:is|are) not supported|enable-auto-tool-choice|--jinja|unknown field.*tools",
    re.IGNORECASE,
)

ToolStyle = Literal["native", "planned", "json"]
"""How functions are called: with the endpoint's own tools; by a plan made from llama.cpp's log probabilities, for models
without tools; as JSON that the model writes, where the endpoint refuses tools."""


@dataclass(frozen=True)
class _Run:
    """The numbers and functions of a prompt, the same for each attempt to answer it."""

    calling: Calling
    counted: int | None
    """The token count of the prompt; None to take it from the endpoint's usage."""
    length: int | None
    """The tokens of the prompt in the model's chat format; None when the endpoint has no tokenizer."""


class OpenAIEngine:
    """A model behind `/v1/chat/completions`.

    Args:
        url: base URL of the endpoint, with or without `/v1`.
        model: name of the model at the endpoint; by default the first in its list.
        api_key: sent as bearer token.
        embedding_model: name of the model for embeddings, if different.
        context_tokens: length of the model's context, if the endpoint does not report it.
    """

    capabilities = Capabilities(structured_output=True, logprobs=True, functions=True, embeddings=True)

    def __init__(
        self,
        url: str,
        *,
        model: str | None = None,
        api_key: str | None = None,
        embedding_model: str | None = None,
        context_tokens: int | None = None,
    ) -> None:
        self.root = url.rstrip("/").removesuffix("/v1")
        self.model = model
        self.api_key = api_key
        self.embedding_model = embedding_model
        self.context_tokens = context_tokens
        self.dialect: Dialect = "plain"
        self.tool_style: ToolStyle = "native"
        self._budget: TokenBudget | None = None
        self._against_repetition: JsonObject = {}
        self._format = ChatFormat(self._usage_of_messages)
        self._client: httpx2.AsyncClient | None = None
        self._facts: ModelFacts | None = None
        self._embedding_facts: ModelFacts | None = None

    @property
    def facts(self) -> ModelFacts:
        """The model that answers; valid once the engine is open."""
        assert self._facts, "the engine is not open"
        return self._facts

    @property
    def embedding_facts(self) -> ModelFacts:
        """The model that embeds texts; valid once the engine is open."""
        assert self._embedding_facts, "the engine is not open"
        return self._embedding_facts

    @property
    def client(self) -> httpx2.AsyncClient:
        """The connection pool to the endpoint; available while the engine is open."""
        assert self._client, "the engine is not open"
        return self._client

    async def open(self) -> None:
        """Determine the endpoint's model, dialect and tool style.

        Raises:
            RuntimeError: when no OpenAI-compatible endpoint answers, or it does not have the model.
        """
        self._client = self._new_client()
        try:
            await self._discover()
        except BaseException:
            await self.close()
            raise

    def _new_client(self) -> httpx2.AsyncClient:
        headers = {"authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        timeout = httpx2.Timeout(_SILENCE_LIMIT_S, connect=_CONNECT_LIMIT_S)
        # llama.cpp closes idle connections without notice, so a request on a reused connection could fail.
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
        is_tls = self.root.startswith(
            "https:"
        )  # loading certificates takes time that a loopback endpoint need not spend
        return httpx2.AsyncClient(headers=headers, timeout=timeout, limits=limits, trust_env=is_tls, verify=is_tls)

    async def _discover(self) -> None:
        try:
            reply = await self.client.get(f"{self.root}/v1/models")
            reply.raise_for_status()
            listed: list[JsonObject] = reply.json()["data"]
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            problem = str(error) or type(error).__name__
            raise RuntimeError(f"No OpenAI-compatible endpoint answers at {self.root}/v1: {problem}") from error
        names = [str(item["id"]) for item in listed]
        if self.model is None and not names:
            raise RuntimeError(f"{self.root}/v1 does not list any model; give the name of a model.")
        self.model = self.model or names[0]
        if names and self.model not in names and f"{self.model}:latest" not in names:
            raise RuntimeError(f"{self.root}/v1 does not have the model {self.model!r}; it has {', '.join(names)}.")
        self.dialect = await self._find_dialect()
        self.tool_style = await self._find_tool_style()
        self.capabilities = replace(self.capabilities, token_ids=self.dialect != "plain")
        self._facts = _facts_of(self.model, listed, self.context_tokens)
        if self.embedding_model in (None, self.model):
            self._embedding_facts = self._facts
        else:
            self._embedding_facts = _facts_of(self.embedding_model, listed)

    async def _find_dialect(self) -> Dialect:
        """Determine the dialect by requesting the tokens of one letter in each dialect that has a tokenizer."""
        questions: list[tuple[Dialect, JsonObject]] = [
            ("llama.cpp", {"content": "a"}),
            ("vllm", {"model": self.model, "prompt": "a"}),
        ]
        for dialect, question in questions:
            try:
                reply = await self.client.post(f"{self.root}/tokenize", json=question)
                if reply.status_code == 200 and reply.json()["tokens"]:
                    return dialect
            except (httpx2.HTTPError, ValueError, KeyError, TypeError):
                continue
        return "plain"

    async def _find_tool_style(self) -> ToolStyle:
        """Ask llama.cpp whether the chat template supports tools; other endpoints refuse them at the first request."""
        if self.dialect != "llama.cpp":
            return "native"
        try:
            capabilities: JsonObject = (await self._get("/props"))["chat_template_caps"]
            return "native" if capabilities["supports_tools"] else "planned"
        except (ApiError, ValueError, KeyError, TypeError):
            return "native"

    async def close(self) -> None:
        """Close the connections to the endpoint."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def generate(self, request: CandidateRequest) -> AsyncGenerator[Piece, None]:
        """Stream one chat completion, or yield the function calls that the request leads to."""
        calling = calling_of(request.prompt)
        # An endpoint without a tokenizer reports the count with its reply.
        counted = None if self.dialect == "plain" else await self.count_tokens(request.prompt)
        if calling.functions and self.tool_style == "native":
            try:
                async with aclosing(self._answer(request, calling, counted)) as pieces:
                    async for piece in pieces:
                        yield piece
                return
            except _ToolsRefusedError:
                self._give_up_tools()
        if calling.functions:
            called = await self._call(request, calling, counted)
            if called is not None and called.finish_reason:
                yield called
                return
            counted = called.prompt_tokens if called else counted
        async with aclosing(self._answer(request, Calling(), counted)) as pieces:
            async for piece in pieces:
                yield piece

    def _give_up_tools(self) -> None:
        self.tool_style = "planned" if self.dialect == "llama.cpp" else "json"

    async def _call(self, request: CandidateRequest, calling: Calling, counted: int | None) -> Piece | None:
        """Return the function calls of a model whose endpoint does not support tools.

        None, or a piece without a finish reason, means a text answer.
        """
        if self.tool_style == "json":
            return await self._call_by_json(request, calling, counted)
        if is_answered(request.prompt) and not calling.must_call:
            return None
        self._check_length(await self._length(request.prompt, Calling()))
        try:
            calls = await plan(Completion(self._complete_plainly), calling, request.prompt.contents)
        except MisfitError:
            return Piece(prompt_tokens=counted, finish_reason="MALFORMED_FUNCTION_CALL")
        if not calls:
            return None
        piece = _piece_of_calls(calls)
        piece.prompt_tokens = counted
        piece.output_tokens = len(await self.tokenize(json.dumps([call.part for call in calls], ensure_ascii=False)))
        return piece

    async def _call_by_json(self, request: CandidateRequest, calling: Calling, counted: int | None) -> Piece:
        question = with_instruction(request, calling)
        pieces = [piece async for piece in self._answer(question, Calling(), counted)]
        calls = calls_in("".join(part.get("text", "") for piece in pieces for part in piece.parts), calling)
        last = pieces[-1]
        if calls:
            result = _piece_of_calls(calls)
        else:
            result = Piece(finish_reason="MALFORMED_FUNCTION_CALL" if calling.must_call else None)
        result.prompt_tokens, result.output_tokens = last.prompt_tokens, last.output_tokens
        return result

    async def _answer(
        self, request: CandidateRequest, calling: Calling, counted: int | None
    ) -> AsyncGenerator[Piece, None]:
        """Stream one chat completion, with the functions as tools of the endpoint.

        Args:
            request: the candidate to generate.
            calling: the functions.
            counted: the token count of the prompt; None to take it from the endpoint's usage.
        """
        length = None
        if self.dialect != "plain":
            length = await self._length(request.prompt, calling)
            self._check_length(length)
        run = _Run(calling, counted, length)
        if request.json_schema is not None and json_schema.beyond_grammars(request.json_schema):
            pieces = self._retry_until_valid(request, run)
        else:
            pieces = self._complete(await self._reader(request, run), run)
        async with aclosing(pieces):
            async for piece in pieces:
                yield piece

    async def _reader(self, request: CandidateRequest, run: _Run) -> CompletionReader:
        around = await self._format.tokens_of(self._messages(request.prompt)) if run.counted is None else 0
        return CompletionReader(request, run.counted, self.dialect, around)

    async def _retry_until_valid(self, request: CandidateRequest, run: _Run) -> AsyncGenerator[Piece, None]:
        """Yield a completion that fits the schema; retry with other seeds where no grammar enforces the schema."""
        violation = None
        for attempt in range(_ATTEMPTS):
            seed = request.seed if attempt == 0 else (request.seed or 0) + attempt
            # llguidance enforces more keywords. A llama.cpp without it refuses the grammar or ignores it.
            is_tried = (
                attempt == 0 and self.dialect == "llama.cpp" and json_schema.suits_llguidance(request.json_schema)
            )
            again = replace(request, seed=seed, uses_llguidance=is_tried)
            reader = await self._reader(again, run)
            try:
                pieces = [piece async for piece in self._complete(reader, run)]
            except ApiError as error:
                if is_tried and error.code in (400, 500):
                    continue
                raise
            violation = reader.violation()
            if violation is None:
                for piece in pieces:
                    yield piece
                return
        raise ApiError(
            500,
            f"generationConfig.responseSchema: {self.facts.name} did not write a valid value in {_ATTEMPTS} attempts. "
            f"Problem of the last attempt: {violation}",
        )

    async def _complete(self, reader: CompletionReader, run: _Run) -> AsyncGenerator[Piece, None]:
        request, calling = reader.request, run.calling
        max_tokens = self._max_tokens(request, run.length)
        body = completion_body(
            request,
            model=self.model,
            messages=self._messages(request.prompt),
            max_tokens=max_tokens,
            dialect=self.dialect,
            grammar=quoting_grammar(request.prompt) if self.tool_style == "planned" else None,
            against_repetition=None if calling.functions else self._against_repetition,
        )
        try:
            async with (
                self._room((run.length or 0) + (max_tokens or 0)),
                self.client.stream(
                    "POST", f"{self.root}/v1/chat/completions", json=body | tool_fields(calling)
                ) as reply,
            ):
                if reply.status_code != 200:
                    await reply.aread()
                    if calling.functions and _TOOLS_REFUSED.search(reply.text):
                        raise _ToolsRefusedError
                    raise refusal(reply.status_code, reply.text, where_of(request))
                async for line in lines_of(reply.aiter_bytes()):
                    piece = reader.piece_of(line)
                    if piece is not None:
                        yield piece
        except httpx2.HTTPError as error:
            raise unreachable(error) from error
        yield reader.last_piece()

    def _room(self, tokens: int) -> AbstractAsyncContextManager[None]:
        """Wait until there is room for the prompt and the output of a completion; an endpoint elsewhere sees to it."""
        return nullcontext() if self._budget is None else self._budget.reserve(tokens)

    async def _complete_plainly(self, path: str, body: JsonObject) -> JsonObject:
        """Send a request of `calling`: a plain completion when there is room for it, or another request at once."""
        if path != "/completion":
            return await self._post(path, body)
        longest = len(body["prompt"].encode()) + body["n_predict"]  # a token has at least one byte
        async with self._room(longest):
            return await self._post(path, body)

    def _check_length(self, length: int) -> None:
        limit = self.facts.input_token_limit
        if length >= limit:
            raise ApiError(
                400, f"The input token count ({length}) exceeds the maximum number of tokens allowed ({limit})."
            )

    def _max_tokens(self, request: CandidateRequest, length: int | None) -> int | None:
        """Return the limit to send; vLLM refuses a limit that exceeds the context together with the prompt."""
        if length is not None:
            return min(request.max_output_tokens, self.facts.input_token_limit - length)
        asked_for = request.max_output_tokens < self.facts.output_token_limit
        return request.max_output_tokens if asked_for else None

    def _messages(self, prompt: Prompt) -> list[JsonObject]:
        if self.tool_style == "native":
            return messages_with_tools(prompt)
        if self.tool_style == "planned" and is_answered(prompt):
            return messages_with_results(prompt)
        return messages_in_words(prompt)

    async def count_tokens(self, prompt: Prompt) -> int:
        """Count the tokens of the texts of a prompt.

        Without a tokenizer, the count is the endpoint's usage without its chat format; function declarations count
        in the form in which the model reads them.
        """
        if self.dialect != "plain":
            return await count_texts(self._post, self.dialect, self.model, texts_of(prompt))
        calling = calling_of(prompt)
        if self.tool_style == "native":
            try:
                return await self._usage(prompt, calling)
            except ApiError as error:
                if not (calling.functions and _TOOLS_REFUSED.search(error.message)):
                    raise
            self._give_up_tools()
        return await self._usage(prompt_with_instruction(prompt, calling) if calling.functions else prompt, Calling())

    async def _usage(self, prompt: Prompt, calling: Calling) -> int:
        question = self._question(prompt, calling)
        used = await usage_of(self._post, self.model, question)
        return max(0, used - await self._format.tokens_of(question["messages"]))

    async def _usage_of_messages(self, messages: Sequence[JsonObject]) -> int:
        return await usage_of(self._post, self.model, {"messages": list(messages)})

    async def _length(self, prompt: Prompt, calling: Calling) -> int:
        """Return the number of tokens of a prompt in the model's chat format, at an endpoint with a tokenizer."""
        question = self._question(prompt, calling)
        try:
            if self.dialect == "llama.cpp":
                written = await self._post("/apply-template", question)
                tokenize = {"content": written["prompt"], "add_special": True, "parse_special": True}
                return len((await self._post("/tokenize", tokenize))["tokens"])
            return int((await self._post("/tokenize", {**question, "model": self.model}))["count"])
        except ApiError as error:
            if calling.functions and _TOOLS_REFUSED.search(error.message):
                raise _ToolsRefusedError from None
            raise

    def _question(self, prompt: Prompt, calling: Calling) -> JsonObject:
        tools: JsonObject = {"tools": tools_of(calling.functions)} if calling.functions else {}
        return {"messages": self._messages(prompt), **tools}

    async def tokenize(self, text: str, *, for_embeddings: bool = False) -> list[Token]:
        """Return the tokens of a text.

        Args:
            text: the text.
            for_embeddings: whether to name the embedding model to the endpoint, not the model for chats.

        Raises:
            ApiError: 400 when the endpoint does not offer its tokenizer.
        """
        if self.dialect == "llama.cpp":
            reply = await self._post("/tokenize", {"content": text, "with_pieces": True})
            return [Token(item["id"], _piece_bytes(item["piece"])) for item in reply["tokens"]]
        if self.dialect == "vllm":
            question = {
                "model": self.embedding_facts.name if for_embeddings else self.model,
                "prompt": text,
                "add_special_tokens": False,
                "return_token_strs": True,
            }
            reply = await self._post("/tokenize", question)
            texts: list[str] = reply.get("token_strs") or [""] * len(reply["tokens"])
            return [Token(number, piece.encode()) for number, piece in zip(reply["tokens"], texts, strict=True)]
        raise ApiError(400, f"model: the endpoint of {self.model} does not offer its tokenizer.")

    async def count_embedding_tokens(self, text: str) -> int:
        """Count the tokens of a text for the embedding model, which embeds it if the endpoint has no tokenizer."""
        if self.dialect == "plain":
            return (await self._embed_one(TextToEmbed(text))).token_count
        return len(await self.tokenize(text, for_embeddings=True))

    async def embed(self, texts: Sequence[TextToEmbed]) -> list[Embedding]:
        """Return the endpoint's embeddings, normalised."""
        return await map_concurrently(self._embed_one, texts, at_once=_EMBEDDINGS_AT_ONCE)

    async def _embed_one(self, item: TextToEmbed) -> Embedding:
        # One text per request, since the endpoint reports token counts per request. The endpoint decides whether to
        # truncate or refuse a text that is too long.
        question = {"model": self.embedding_facts.name, "input": item.text, "encoding_format": "float"}
        reply = await self._post("/v1/embeddings", question)
        return Embedding(normalise(reply["data"][0]["embedding"]), reply.get("usage", {}).get("prompt_tokens", 0))

    async def _get(self, path: str) -> JsonObject:
        return await self._ask("GET", path, None)

    async def _post(self, path: str, body: JsonObject) -> JsonObject:
        return await self._ask("POST", path, body)

    async def _ask(self, method: str, path: str, body: JsonObject | None) -> JsonObject:
        try:
            reply = await self.client.request(method, f"{self.root}{path}", json=body)
        except httpx2.HTTPError as error:
            raise unreachable(error) from error
        if reply.status_code != 200:
            raise refusal(reply.status_code, reply.text)
        return reply.json()


class _ToolsRefusedError(Exception):
    """The endpoint or its model does not support tools."""


def _piece_of_calls(calls: Sequence[FunctionCall]) -> Piece:
    return Piece(parts=[call.part for call in calls], finish_reason="STOP")


def normalise(values: list[float]) -> list[float]:
    """Return a vector scaled to unit length."""
    length = math.sqrt(sum(value * value for value in values))
    return [value / length for value in values] if length else values


def _piece_bytes(piece: str | list[int]) -> bytes:
    return piece.encode() if isinstance(piece, str) else bytes(piece)


def _facts_of(name: str, listed: Sequence[JsonObject], context_tokens: int | None = None) -> ModelFacts:
    """Return the facts of a model of an endpoint.

    Args:
        name: the model.
        listed: the endpoint's list of models.
        context_tokens: length of its context, if known.
    """
    entry = next((item for item in listed if item["id"] == name), JsonObject())
    context = context_tokens or _context_length(entry) or _DEFAULT_CONTEXT
    return ModelFacts(
        name=name,
        description=f"{name} behind an OpenAI-compatible endpoint.",
        input_token_limit=context,
        output_token_limit=context,
    )


def _context_length(entry: JsonObject) -> int | None:
    meta: JsonObject = entry.get("meta") or {}
    length: int | None = entry.get("max_model_len") or meta.get("n_ctx")
    return length or None
