"""The registry of tuned models: models registered by a test or on the command line, and models tuned by clients.

A tuned model consists of a name, a description and, if it was tuned here, its examples; nothing is trained. The
registry knows the JSON of a tuned model on both surfaces, but no requests.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from sqlite3 import Row
from typing import Any, Literal

from ..protocol.errors import JsonObject
from ..protocol.messages import Surface
from ..protocol.times import timestamp
from . import State
from .clock import Clock

_ID = re.compile(r"[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?")
_TABLES = (
    """CREATE TABLE tuned_models (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        record TEXT NOT NULL,
        ready_time REAL NOT NULL,
        polls_left INTEGER NOT NULL
    )""",
    """CREATE TABLE tuning_examples (
        model_id TEXT NOT NULL REFERENCES tuned_models (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        input TEXT NOT NULL,
        output TEXT NOT NULL,
        embedder TEXT,
        vector BLOB,
        PRIMARY KEY (model_id, position)
    )""",
)
BASE_MODEL_LABEL = "google-vertex-llm-tuning-base-model-id"
TUNING_LABEL = "tune-type"

TuningState = Literal["CREATING", "ACTIVE", "FAILED"]


@dataclass(frozen=True)
class Example:
    """An input text and the answer of the tuned model to it."""

    input: str
    output: str


@dataclass(frozen=True)
class TunedModel:
    """One tuned model. Times are seconds since 1970."""

    id: str
    display_name: str
    description: str
    base_model: str
    """Bare id of the base model."""
    create_time: float
    update_time: float
    surface: Surface | None = None
    """The only surface that has the model; None for both."""
    labels: dict[str, str] = field(default_factory=dict[str, str])
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    checkpoints: Sequence[str] = ("1", "2")
    """Ids of the checkpoints, oldest first: the numbers of the epochs."""
    default_checkpoint: str = "2"
    source_model: str | None = None
    """Name of the tuned model that was tuned further."""
    hyperparameters: JsonObject | None = None
    """Hyperparameters in the form of the Developer API; None for a model that was not tuned on this server."""
    step_count: int = 0
    failure: JsonObject | None = None
    """The `google.rpc.Status` of a failed tuning; None when it succeeds."""
    ready_time: float = 0.0
    """When tuning ends."""
    polls_left: int = 0
    """Number of polls until tuning ends."""

    @property
    def operation_name(self) -> str:
        """Name of the tuning operation of the Developer API."""
        digest = hashlib.sha256(f"{self.id} {self.create_time}".encode()).hexdigest()
        return f"tunedModels/{self.id}/operations/{digest[:16]}"

    def state(self, now: float) -> TuningState:
        """Return the state of tuning at a time."""
        if self.polls_left > 0 or now < self.ready_time:
            return "CREATING"
        return "ACTIVE" if self.failure is None else "FAILED"

    def on_gemini(self, now: float) -> JsonObject:
        """Return the TunedModel of the Developer API."""
        state = self.state(now)
        result: JsonObject = {
            "name": f"tunedModels/{self.id}",
            "displayName": self.display_name,
            "description": self.description,
            "baseModel": f"models/{self.base_model}",
            "state": state,
            "createTime": timestamp(self.create_time),
            "updateTime": timestamp(self.update_time),
        }
        if self.source_model:
            source = {"tunedModel": self.source_model, "baseModel": result.pop("baseModel")}
            result["tunedModelSource"] = source
        if self.hyperparameters is not None:
            result["tuningTask"] = {"startTime": timestamp(self.create_time), "hyperparameters": self.hyperparameters}
            if state != "CREATING":
                result["tuningTask"]["completeTime"] = timestamp(max(self.ready_time, self.create_time))
        settings = {"temperature": self.temperature, "topP": self.top_p, "topK": self.top_k}
        return result | {name: value for name, value in settings.items() if value is not None}

    def on_vertex(self, location: str) -> JsonObject:
        """Return the Model of Vertex AI.

        Args:
            location: `projects/{project}/locations/{location}`.
        """
        created, updated = timestamp(self.create_time), timestamp(self.update_time)
        return {
            "name": f"{location}/models/{self.id}",
            "versionId": "1",
            "versionAliases": ["default"],
            "displayName": self.display_name,
            "description": self.description,
            "createTime": created,
            "updateTime": updated,
            "versionCreateTime": created,
            "versionUpdateTime": updated,
            "labels": {**self.labels, BASE_MODEL_LABEL: self.base_model, TUNING_LABEL: "sft"},
            "deployedModels": [{"endpoint": f"{location}/endpoints/{self.id}", "deployedModelId": "1"}],
            "checkpoints": self.checkpoint_resources(),
            "defaultCheckpointId": self.default_checkpoint,
        }

    def checkpoint_resources(self) -> list[JsonObject]:
        """Return the checkpoints in the form of Vertex AI, oldest first."""
        steps = max(1, self.step_count // int(self.checkpoints[-1])) if self.step_count else 10
        return [
            {"checkpointId": checkpoint, "epoch": checkpoint, "step": str(int(checkpoint) * steps)}
            for checkpoint in self.checkpoints
        ]


class TunedModels:
    """The tuned models of one server by id, in the order of their creation. Thread-safe.

    Args:
        state: the state that contains them.
        clock: the clock that determines the duration of tuning.
    """

    def __init__(self, state: State, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        state.declare("tuned_models", *_TABLES)

    def add(
        self,
        model_id: str,
        *,
        base_model: str = "gemini-2.5-flash",
        display_name: str | None = None,
        description: str = "",
        labels: dict[str, str] | None = None,
    ) -> TunedModel:
        """Register a tuned model without examples; an existing model with this id is replaced.

        Args:
            model_id: bare id: lowercase letters, digits, `-` and `_`.
            base_model: bare id of the base model.
            display_name: name for people; by default the id.
            description: description of the model.
            labels: labels on Vertex AI, in addition to the labels of every tuned model.

        Raises:
            ValueError: for an invalid id.
        """
        if not _ID.fullmatch(model_id):
            raise ValueError(
                f"model_id: expected up to 63 lowercase letters, digits, '-' and '_' such as my-model, not {model_id!r}."
            )
        now = self._clock.now()
        base = base_model.rpartition("/")[2]
        model = TunedModel(model_id, display_name or model_id, description, base, now, now, labels=dict(labels or {}))
        return self.keep(model, [])

    def keep(self, model: TunedModel, examples: Sequence[Example]) -> TunedModel:
        """Store a model with its examples and return it; an existing model with this id is replaced."""
        with self._state.transaction() as connection:
            self.delete(model.id)
            self._state.execute(
                "INSERT INTO tuned_models (id, record, ready_time, polls_left) VALUES (?, ?, ?, ?)",
                *(model.id, _record(model), model.ready_time, model.polls_left),
            )
            connection.executemany(
                "INSERT INTO tuning_examples (model_id, position, input, output) VALUES (?, ?, ?, ?)",
                [(model.id, position, example.input, example.output) for position, example in enumerate(examples)],
            )
        return model

    def find(self, model_id: str, surface: Surface | None = None) -> TunedModel | None:
        """Return the model with this id in any state, or None.

        Args:
            model_id: bare id.
            surface: surface on which the model must exist; None for any surface.
        """
        row = self._state.row("SELECT * FROM tuned_models WHERE id = ?", model_id)
        model = _model(row) if row else None
        if model is None or (surface is not None and model.surface not in (None, surface)):
            return None
        return model

    def find_active(self, model_id: str, surface: Surface) -> TunedModel | None:
        """Return the ACTIVE model with this id on a surface, or None."""
        model = self.find(model_id, surface)
        return model if model is not None and model.state(self._clock.now()) == "ACTIVE" else None

    def examples(self, model_id: str) -> list[Row]:
        """Return a model's examples in order: `position`, `input`, `output`, and `embedder` and `vector` or None."""
        return self._state.rows("SELECT * FROM tuning_examples WHERE model_id = ? ORDER BY position", model_id)

    def keep_vectors(self, model_id: str, embedder: str, vectors: Sequence[tuple[int, bytes]]) -> None:
        """Store the vectors of a model's examples, each with its position, and the name of the embedder."""
        self._state.execute_many(
            "UPDATE tuning_examples SET embedder = ?, vector = ? WHERE model_id = ? AND position = ?",
            [(embedder, vector, model_id, position) for position, vector in vectors],
        )

    def poll(self, model_id: str) -> None:
        """Count a poll of the tuning state."""
        self._state.execute(
            "UPDATE tuned_models SET polls_left = polls_left - 1 WHERE id = ? AND polls_left > 0", model_id
        )

    def all(self, surface: Surface) -> list[TunedModel]:
        """Return the models in the list of a surface, oldest first; on Vertex AI, only ACTIVE models."""
        now = self._clock.now()
        models = [_model(row) for row in self._state.rows("SELECT * FROM tuned_models ORDER BY seq")]
        return [
            model
            for model in models
            if model.surface in (None, surface) and (surface == "gemini" or model.state(now) == "ACTIVE")
        ]

    def update(self, model: TunedModel) -> TunedModel:
        """Replace a model by its changed version and return it with the new update time."""
        changed = replace(model, update_time=self._clock.now())
        self._state.execute(
            "UPDATE tuned_models SET record = ?, ready_time = ?, polls_left = ? WHERE id = ?",
            *(_record(changed), changed.ready_time, changed.polls_left, model.id),
        )
        return changed

    def delete(self, model_id: str) -> None:
        """Remove the model with this id."""
        self._state.execute("DELETE FROM tuned_models WHERE id = ?", model_id)

    def clear(self) -> None:
        """Do nothing: all data is in rows, which have been removed before."""


def _record(model: TunedModel) -> str:
    fields = asdict(model)
    del fields["ready_time"], fields["polls_left"]
    return json.dumps(fields)


def _model(row: Row) -> TunedModel:
    fields: dict[str, Any] = json.loads(row["record"])
    return TunedModel(**fields, ready_time=row["ready_time"], polls_left=row["polls_left"])
