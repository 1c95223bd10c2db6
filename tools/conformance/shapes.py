"""Requests for signatures of functions and for shapes of responses: one case for each item of the corpora in the SDK's tests."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[2] / "packages" / "google-genai" / "tests" / "corpora"))
import corpus_responses
import corpus_signatures
from corpus_annotations import depends_on_pydantic as depends_on_pydantic

Case = dict[str, Any]

_OFF = {"disable": True}
_SAID = {"candidates": [{"content": {"parts": [{"text": "null"}], "role": "model"}, "finishReason": "STOP"}]}


def _case(case_id: str, config: dict[str, Any]) -> Case:
    arguments = {"model": "m", "contents": "Hi", "config": config}
    return {
        "id": case_id,
        "method": "models.generate_content",
        "arguments": arguments,
        "answers": [{"json": _SAID}],
        "colours": ["sync"],
    }


def _signature(name: str) -> Case:
    tools = [{"$python": f"signature {name}"}]
    return _case(f"signatures/{name}", {"tools": tools, "automatic_function_calling": _OFF})


def _response(name: str) -> Case:
    kind, _, key = name.partition(" ")
    form = corpus_responses.FORMS.get(key) if kind == "form" else None
    schema = form if isinstance(form, dict) else {"$python": f"response {name}"}
    return _case(f"responses/{name}", {"response_mime_type": "application/json", "response_schema": schema})


CASES: list[Case] = [
    *(_signature(name) for name in corpus_signatures.CASES),
    *(_response(name) for name in corpus_responses.CASES),
]


def registered(types: Any) -> dict[str, Any]:
    """Return the objects to which the tags of the cases refer."""
    return {f"signature {name}": corpus_signatures.function(name) for name in corpus_signatures.CASES} | {
        f"response {name}": corpus_responses.schema(name, types) for name in corpus_responses.CASES
    }
