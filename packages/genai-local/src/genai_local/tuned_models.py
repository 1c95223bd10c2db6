"""The registry of tuned models: in memory, empty at the start, filled by whoever runs the server.

A tuned model is a name with a description of its own; text is answered by the server's engine. It knows both surfaces'
forms of a tuned model and no requests.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from .errors import JsonObject

_ID = re.compile(r"[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?")
BASE_MODEL_LABEL = "google-vertex-llm-tuning-base-model-id"
TUNING_LABEL = "tune-type"


@dataclass(frozen=True)
class TunedModel:
    """One tuned model."""

    id: str
    display_name: str
    description: str
    base_model: str
    """Bare id of the model that was tuned."""
    create_time: str
    update_time: str
    labels: dict[str, str] = field(default_factory=dict[str, str])
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    checkpoints: Sequence[str] = ("1", "2")
    """Ids, oldest first."""
    default_checkpoint: str = "2"

    def on_gemini(self) -> JsonObject:
        """Return the TunedModel of the Developer API."""
        result: JsonObject = {
            "name": f"tunedModels/{self.id}",
            "displayName": self.display_name,
            "description": self.description,
            "baseModel": f"models/{self.base_model}",
            "state": "ACTIVE",
            "createTime": self.create_time,
            "updateTime": self.update_time,
        }
        settings = {"temperature": self.temperature, "topP": self.top_p, "topK": self.top_k}
        return result | {name: value for name, value in settings.items() if value is not None}

    def on_vertex(self, location: str) -> JsonObject:
        """Return the Model of Vertex AI.

        Args:
            location: `projects/{project}/locations/{location}`.
        """
        return {
            "name": f"{location}/models/{self.id}",
            "versionId": "1",
            "versionAliases": ["default"],
            "displayName": self.display_name,
            "description": self.description,
            "createTime": self.create_time,
            "updateTime": self.update_time,
            "versionCreateTime": self.create_time,
            "versionUpdateTime": self.update_time,
            "labels": {**self.labels, BASE_MODEL_LABEL: self.base_model, TUNING_LABEL: "sft"},
            "deployedModels": [{"endpoint": f"{location}/endpoints/{self.id}", "deployedModelId": "1"}],
            "checkpoints": [
                {"checkpointId": checkpoint, "epoch": str(index), "step": str(index * 10)}
                for index, checkpoint in enumerate(self.checkpoints, start=1)
            ],
            "defaultCheckpointId": self.default_checkpoint,
        }


class TunedModels:
    """The tuned models of one server by id, in the order in which they came. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._models: dict[str, TunedModel] = {}

    def add(
        self,
        model_id: str,
        *,
        base_model: str = "gemini-2.5-flash",
        display_name: str | None = None,
        description: str = "",
        labels: dict[str, str] | None = None,
    ) -> TunedModel:
        """Add a tuned model, in the place of one of the same id.

        Args:
            model_id: bare id: small letters, digits, `-` and `_`.
            base_model: bare id of the model that is said to have been tuned.
            display_name: name for people; by default the id.
            description: what it is for.
            labels: labels on Vertex AI, in addition to those that tuning sets.

        Raises:
            ValueError: for an id that cannot be one.
        """
        if not _ID.fullmatch(model_id):
            raise ValueError(
                f"model_id: expected up to 63 small letters, digits, '-' and '_' such as my-model, not {model_id!r}."
            )
        now = _now()
        base = base_model.rpartition("/")[2]
        model = TunedModel(model_id, display_name or model_id, description, base, now, now, dict(labels or {}))
        with self._lock:
            self._models[model_id] = model
        return model

    def find(self, model_id: str) -> TunedModel | None:
        """Return the model of an id, or None."""
        return self._models.get(model_id)

    def all(self) -> list[TunedModel]:
        """Return the models, oldest first."""
        with self._lock:
            return list(self._models.values())

    def update(self, model: TunedModel) -> TunedModel:
        """Put a changed model in the place of the old one and return it with the time of the change."""
        changed = replace(model, update_time=_now())
        with self._lock:
            self._models[model.id] = changed
        return changed

    def delete(self, model_id: str) -> None:
        """Remove the model of an id."""
        with self._lock:
            self._models.pop(model_id, None)

    def clear(self) -> None:
        """Remove all models."""
        with self._lock:
            self._models.clear()


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")
