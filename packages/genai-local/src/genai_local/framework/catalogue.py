"""The names of models: which names exist, what each can do, and how the API describes it.

One engine answers for whole families of names, so that code written for the service runs unchanged; `modelVersion` in a
reply names the model that really answered. The catalogue knows names and facts of the engine, but no requests.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..engines import ModelFacts
from ..protocol.errors import JsonObject, not_found
from ..protocol.messages import Surface

Kind = Literal["text", "embedding", "image", "video", "music"]

_FAMILIES: list[tuple[re.Pattern[str], Kind]] = [
    (re.compile(r"(gemini-embedding|text-embedding|text-multilingual-embedding|embedding)-[\w.-]+"), "embedding"),
    (re.compile(r"(gemini|gemma)-[\w.-]+"), "text"),
    (re.compile(r"(imagen|virtual-try-on|image-segmentation)-[\w.-]+"), "image"),
    (re.compile(r"veo-[\w.-]+"), "video"),
    (re.compile(r"lyria-realtime-[\w.-]+"), "music"),
]
_METHODS: dict[Kind, tuple[str, ...]] = {
    "text": (
        *("generateContent", "streamGenerateContent", "countTokens", "computeTokens", "createCachedContent"),
        *("batchGenerateContent", "bidiGenerateContent"),
    ),
    "embedding": (
        *("embedContent", "batchEmbedContents", "countTokens", "computeTokens", "predict", "asyncBatchEmbedContent"),
    ),
    "image": ("predict",),
    "video": ("predictLongRunning", "fetchPredictOperation"),
    "music": ("bidiGenerateMusic",),
}
_ALIASES = (
    "gemini-3.8-flash",
    "gemini-3.5-flash",
    "gemini-3.1-pro-preview",
    "gemini-3.1-flash-lite",
    "gemini-3-pro-preview",
    "gemini-3-flash-preview",
    "gemini-2.5-pro",
    "gemini-2.5-flash",
    "gemini-2.5-flash-001",
    "gemini-2.5-flash-lite",
    "gemini-2.5-flash-preview-tts",
    "gemini-2.5-pro-preview-tts",
    "gemini-2.0-flash",
    "gemini-2.0-flash-001",
    "gemini-2.0-flash-exp",
    "gemini-2.0-flash-lite",
    "gemini-2.0-flash-lite-001",
    "gemini-1.5-pro",
    "gemini-1.5-pro-002",
    "gemini-1.5-flash",
    "gemini-1.5-flash-002",
    "gemini-1.5-flash-001-tuning",
    "gemini-2.5-flash-native-audio-preview-12-2025",
    "gemini-live-2.5-flash",
    "gemini-2.0-flash-live-001",
    "gemini-pro-latest",
    "gemini-flash-latest",
    "gemini-flash-lite-latest",
    "gemma-4-31b-it",
    "gemma-3-27b-it",
    "gemma-3-4b-it",
    "gemini-embedding-2",
    "gemini-embedding-2-preview",
    "gemini-embedding-001",
    "text-embedding-005",
    "text-embedding-004",
    "text-multilingual-embedding-002",
    "imagen-4.0-generate-001",
    "imagen-4.0-fast-generate-001",
    "imagen-4.0-ultra-generate-001",
    "imagen-3.0-generate-002",
    "imagen-3.0-capability-001",
    "imagen-4.0-upscale-preview",
    "imagen-product-recontext-preview-06-30",
    "virtual-try-on-001",
    "image-segmentation-001",
    "veo-3.1-generate-001",
    "veo-3.1-generate-preview",
    "veo-3.0-generate-001",
    "veo-3.0-fast-generate-001",
    "veo-2.0-generate-001",
    "lyria-realtime-exp",
)
"""The names of the families that the service's documents use, old ones too; a list shows them."""
_VERTEX_ONLY: dict[Kind, tuple[str, ...]] = {
    "text": ("computeTokens",),
    "embedding": ("computeTokens", "predict"),
    "video": ("fetchPredictOperation",),
}
_VERTEX_ONLY_MODELS = re.compile(r"virtual-try-on-.*|image-segmentation-.*|imagen-.*(capability|upscale|recontext).*")
_GEMINI_ONLY_MODELS = re.compile(r"lyria-realtime-.*")
_SYNTHETIC = {
    "image": "Pictures are synthetic: drawn from the prompt and the seed; no model is involved.",
    "video": "Videos are synthetic: drawn from the prompt and the seed; no model is involved.",
    "music": "Music is synthetic: composed by rules from words of the prompts and the seed; no model is involved.",
}
_NAMES_IN_MESSAGE = 8
_PROMPT_LIMITS = {"image": 480, "video": 1024, "music": 1024}


@dataclass(frozen=True)
class Model:
    """One model name and its abilities."""

    id: str
    kinds: tuple[Kind, ...]
    is_alias: bool

    @property
    def is_for_embeddings(self) -> bool:
        """Whether embeddings are all that the model makes."""
        return self.kinds == ("embedding",)

    @property
    def takes_instances(self) -> bool:
        """Whether the model embeds instances on Vertex AI, not contents as the newer Gemini models do."""
        return self.is_for_embeddings and (self.id == "gemini-embedding-001" or "gemini" not in self.id)

    def methods(self, surface: Surface = "vertex") -> list[str]:
        """Return the names of the methods that the model supports."""
        return list(
            dict.fromkeys(
                method
                for kind in self.kinds
                for method in _METHODS[kind]
                if surface == "vertex" or method not in _VERTEX_ONLY.get(kind, ())
            )
        )


class Catalogue:
    """The models that a server offers.

    Args:
        facts: the engine's model.
        embedding_facts: the engine's model for embeddings, which may be the same; None for an engine without embeddings.
    """

    def __init__(self, facts: ModelFacts, embedding_facts: ModelFacts | None) -> None:
        self.facts = facts
        self.embedding_facts = embedding_facts
        if embedding_facts is None:
            self._own = [Model(facts.name, ("text",), is_alias=False)]
        elif embedding_facts.name == facts.name:
            self._own = [Model(facts.name, ("text", "embedding"), is_alias=False)]
        else:
            self._own = [
                Model(facts.name, ("text",), is_alias=False),
                Model(embedding_facts.name, ("embedding",), is_alias=False),
            ]

    def find(self, name: str) -> Model | None:
        """Return the model of a bare or prefixed name, or None."""
        model_id = name.removeprefix("publishers/google/").removeprefix("models/")
        for model in self._own:
            if model.id == model_id:
                return model
        for pattern, kind in _FAMILIES:
            if pattern.fullmatch(model_id):
                return Model(model_id, (kind,), is_alias=True)
        return None

    def resolve(self, name: str, method: str, surface: Surface, version: str, resource: str) -> Model:
        """Return the model with this name, which must support a method.

        Args:
            name: the model id.
            method: the custom method, such as `generateContent`; `get` for any model.
            surface: the surface of the request.
            version: API version, for the error message.
            resource: the resource name, for the error message.

        Raises:
            ApiError: 404 for an unknown name or an unsupported method.
        """
        foreign = "publishers/" in resource and not resource.startswith("publishers/google/")
        tuned = resource.startswith(("tunedModels/", "endpoints/"))
        elsewhere = not _is_on(surface, name)
        model = None if foreign or tuned or elsewhere else self.find(name)
        if model is None or (method != "get" and method not in model.methods(surface)):
            if method == "get":
                raise not_found(f"{resource} is not found for API version {version}.")
            names = [item.id for item in self.all(surface) if method in item.methods(surface)]
            suitable = ", ".join(names[:_NAMES_IN_MESSAGE])
            raise not_found(
                f"{resource} is not found for API version {version}, or is not supported for {method}. "
                f"This server answers for: {suitable}, and for other names of these families."
            )
        return model

    def all(self, surface: Surface) -> Sequence[Model]:
        """Return the models in the list of a surface: the engine's own models and some well-known names."""
        names = [name for name in _ALIASES if _is_on(surface, name)]
        aliases = [model for name in names if (model := self.find(name))]
        has_embeddings = self.embedding_facts is not None
        return [*self._own, *(model for model in aliases if has_embeddings or not model.is_for_embeddings)]

    def describe(self, model: Model, surface: Surface) -> JsonObject:
        """Return the API's description of a model."""
        facts = (self.embedding_facts if model.is_for_embeddings else None) or self.facts
        kind = model.kinds[0]
        limits = (facts.input_token_limit, facts.output_token_limit if "text" in model.kinds else 1)
        description = f"Answered by {facts.name}. {facts.description}" if model.is_alias else facts.description
        if kind in _SYNTHETIC:
            description, limits = _SYNTHETIC[kind], (_PROMPT_LIMITS[kind], 1)
        if surface == "vertex":
            return {
                "name": f"publishers/google/models/{model.id}",
                "versionId": "default",
                "displayName": _display_name(model.id),
                "description": description,
                "launchStage": "GA",
            }
        result: JsonObject = {
            "name": f"models/{model.id}",
            "version": "001",
            "displayName": _display_name(model.id),
            "description": description,
            "inputTokenLimit": limits[0],
            "outputTokenLimit": limits[1],
            "supportedGenerationMethods": model.methods(surface),
        }
        if "text" in model.kinds:
            defaults = {"temperature": facts.temperature, "topP": facts.top_p, "topK": facts.top_k}
            result |= {name: value for name, value in defaults.items() if value is not None} | {"maxTemperature": 2.0}
        return result


def _is_on(surface: Surface, name: str) -> bool:
    """Return whether the service has models with such a name."""
    return not (_VERTEX_ONLY_MODELS if surface == "gemini" else _GEMINI_ONLY_MODELS).fullmatch(name)


def _display_name(model_id: str) -> str:
    return " ".join(word.capitalize() for word in model_id.split("-"))
