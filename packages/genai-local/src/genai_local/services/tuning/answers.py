"""Answers of tuned models: the output of the example whose input is nearest to the prompt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from ...engines import CandidateRequest, Engine, Piece, Prompt, text_of
from ...framework.api import Api
from ...protocol.errors import JsonObject
from ...protocol.messages import Surface
from ..embedding.vectors import cosines, embedder_of, vectors_of


class FixedAnswer:
    """A substitute for an engine that answers every request with the same text.

    Args:
        engine: the engine, whose tokenizer counts the tokens.
        text: the answer.
    """

    def __init__(self, engine: Engine, text: str) -> None:
        self.engine = engine
        self.text = text

    async def generate(self, request: CandidateRequest) -> AsyncGenerator[Piece, None]:
        """Yield the answer in one piece, whatever the settings of the request."""
        answer: JsonObject = {"role": "model", "parts": [{"text": self.text}]}
        yield Piece(
            parts=answer["parts"],
            prompt_tokens=await self.engine.count_tokens(request.prompt),
            output_tokens=await self.engine.count_tokens(Prompt([answer])),
            finish_reason="STOP",
        )


async def nearest_output(api: Api, request: JsonObject, surface: Surface, model: str | None) -> str | None:
    """Return the answer of a tuned model with examples; None for other models, or when a script has a rule.

    Args:
        api: the server's parts.
        request: the canonical GenerateContentRequest; its last content is compared with the examples.
        surface: the surface of the request.
        model: bare id of the requested model.
    """
    models = api.tuned_models
    if model is None or models.find_active(model, surface) is None:
        return None
    examples = models.examples(model)
    if not examples or api.script.has_rule(request):
        return None
    embedder = embedder_of(api)
    [asked] = await vectors_of(api, [text_of(request["contents"][-1])])
    new = [
        example
        for example in examples
        if example["vector"] is None or example["embedder"] != embedder or len(example["vector"]) != len(asked)
    ]
    made = await vectors_of(api, [example["input"] for example in new])
    vectors = dict(zip((example["position"] for example in new), made, strict=True))
    models.keep_vectors(model, embedder, list(vectors.items()))
    kept = [vectors.get(example["position"]) or example["vector"] for example in examples]
    nearness = await asyncio.to_thread(cosines, asked, kept)
    return examples[max(range(len(examples)), key=nearness.__getitem__)]["output"]
