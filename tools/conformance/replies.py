"""Replies in the format of the services, and faulty replies. Plain data; the table assigns them to methods."""

from __future__ import annotations

from typing import Any

BYTES = "+/8="

GENERATED: dict[str, Any] = {
    "candidates": [
        {
            "content": {
                "role": "model",
                "parts": [
                    {"text": "Let me see.", "thought": True, "thoughtSignature": BYTES},
                    {"text": "It is "},
                    {"functionCall": {"id": "c1", "name": "weather", "args": {"city_name": "Köln", "days": [1, None]}}},
                    {"executableCode": {"language": "PYTHON", "code": "print(1)"}},
                    {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}},
                    {"inlineData": {"mimeType": "image/png", "data": BYTES}},
                    {"text": "warm."},
                ],
            },
            "finishReason": "STOP",
            "index": 0,
            "safetyRatings": [{"category": "HARM_CATEGORY_HARASSMENT", "probability": "LOW", "blocked": False}],
            "citationMetadata": {"citationSources": [{"startIndex": 0, "endIndex": 4, "uri": "https://a"}]},
            "tokenCount": 7,
            "avgLogprobs": -0.5,
            "logprobsResult": {"topCandidates": [{"candidates": [{"token": "a", "tokenId": 3, "logProbability": -1}]}]},
            "groundingMetadata": {"webSearchQueries": ["q"], "groundingChunks": [{"web": {"uri": "u", "title": "t"}}]},
        },
        {"content": {"parts": [{"text": "another"}]}, "finishReason": "MAX_TOKENS", "index": 1},
    ],
    "promptFeedback": {"blockReason": "SAFETY", "safetyRatings": []},
    "usageMetadata": {
        "promptTokenCount": 4,
        "candidatesTokenCount": 5,
        "totalTokenCount": 9,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 4}],
    },
    "modelVersion": "m-001",
    "responseId": "r1",
    "createTime": "2025-01-02T03:04:05.678Z",
}
CITED_ON_VERTEX: dict[str, Any] = {
    "candidates": [
        {
            "content": {"role": "model", "parts": [{"text": "a"}]},
            "citationMetadata": {
                "citations": [{"startIndex": 1, "publicationDate": {"year": 2024, "month": 2, "day": 3}, "title": "t"}]
            },
            "finishMessage": "done",
            "urlContextMetadata": {
                "urlMetadata": [{"retrievedUrl": "https://a", "urlRetrievalStatus": "URL_RETRIEVAL_STATUS_SUCCESS"}]
            },
        }
    ],
    "usageMetadata": {"trafficType": "ON_DEMAND", "toolUsePromptTokenCount": 0, "thoughtsTokenCount": 3},
}
JSON_ANSWER: dict[str, Any] = {"candidates": [{"content": {"parts": [{"text": '{"name": "salt", "grams": 3}'}]}}]}

EMBEDDED_ON_GEMINI: dict[str, Any] = {
    "embeddings": [{"values": [0.25, -1, 1e-7]}],
    "metadata": {"billableCharacterCount": 4},
}
EMBEDDED_ON_VERTEX: dict[str, Any] = {
    "predictions": [{"embeddings": {"values": [0.25, 1], "statistics": {"token_count": 3, "truncated": True}}}],
    "metadata": {"billableCharacterCount": 4},
}

MODEL_ON_GEMINI: dict[str, Any] = {
    "name": "models/m-001",
    "baseModelId": "m",
    "version": "001",
    "displayName": "M",
    "description": "d",
    "inputTokenLimit": 10,
    "outputTokenLimit": 5,
    "supportedGenerationMethods": ["generateContent"],
    "temperature": 1,
    "maxTemperature": 2,
    "topP": 0.95,
    "topK": 64,
    "thinking": True,
}
TUNED_MODEL_ON_GEMINI: dict[str, Any] = {
    "name": "tunedModels/t",
    "displayName": "T",
    "baseModel": "models/m-001",
    "state": "ACTIVE",
    "createTime": "2025-01-02T03:04:05Z",
    "updateTime": "2025-01-02T03:04:06Z",
    "tuningTask": {"startTime": "2025-01-02T03:04:05Z", "hyperparameters": {"epochCount": 5}},
}
MODEL_ON_VERTEX: dict[str, Any] = {
    "name": "projects/p1/locations/l1/models/m",
    "displayName": "M",
    "description": "d",
    "versionId": "2",
    "deployedModels": [{"endpoint": "projects/p1/locations/l1/endpoints/e", "deployedModelId": "d1"}],
    "labels": {"google-vertex-llm-tuning-base-model-id": "m", "my_team": "green"},
    "createTime": "2025-01-02T03:04:05Z",
    "updateTime": "2025-01-02T03:04:06Z",
    "defaultCheckpointId": "c1",
    "checkpoints": [{"checkpointId": "c1", "epoch": "1", "step": "2"}],
}

PICTURES: dict[str, Any] = {
    "predictions": [
        {
            "bytesBase64Encoded": BYTES,
            "mimeType": "image/png",
            "prompt": "a better prompt",
            "safetyAttributes": {"categories": ["Violence"], "scores": [0.5]},
        },
        {"gcsUri": "gs://b/a.png", "mimeType": "image/jpeg"},
        {"raiFilteredReason": "Held back."},
        {
            "contentType": "Positive Prompt",
            "safetyAttributes": {"categories": ["Death"], "scores": [1], "contentType": "Positive Prompt"},
        },
    ],
    "positivePromptSafetyAttributes": {"categories": ["z"], "scores": [1]},
}
MASKS: dict[str, Any] = {
    "predictions": [
        {"bytesBase64Encoded": BYTES, "mimeType": "image/png", "labels": [{"label": "cat", "score": 0.5}]},
        {"gcsUri": "gs://b/m.png"},
    ]
}

RUNNING: dict[str, Any] = {"name": "models/veo/operations/o1", "metadata": {"@type": "t", "progress_percent": 5}}
FAILED: dict[str, Any] = {
    "name": "models/veo/operations/o1",
    "done": True,
    "error": {"code": 3, "message": "no", "details": [{"@type": "t", "some_key": 1}]},
}
VIDEOS_ON_GEMINI: dict[str, Any] = {
    "name": "models/veo/operations/o1",
    "done": True,
    "response": {
        "@type": "t",
        "generateVideoResponse": {
            "generatedSamples": [
                {"video": {"uri": "https://h/v1beta/files/abc:download?alt=media"}},
                {"video": {"encodedVideo": BYTES, "encoding": "video/mp4"}},
            ],
            "raiMediaFilteredCount": 1,
            "raiMediaFilteredReasons": ["r"],
        },
    },
}
VIDEOS_ON_VERTEX: dict[str, Any] = {
    "name": "projects/p1/locations/l1/publishers/google/models/veo/operations/o1",
    "done": True,
    "response": {
        "@type": "t",
        "videos": [
            {"gcsUri": "gs://b/a.mp4", "mimeType": "video/mp4"},
            {"bytesBase64Encoded": BYTES, "mimeType": "video/mp4"},
        ],
        "raiMediaFilteredCount": 1,
        "raiMediaFilteredReasons": ["r"],
    },
}
IMPORTED: dict[str, Any] = {
    "name": "fileSearchStores/s/operations/o1",
    "done": True,
    "metadata": {"a_b": 1},
    "response": {"@type": "t", "parent": "fileSearchStores/s", "documentName": "fileSearchStores/s/documents/d"},
}

COUNTED: dict[str, Any] = {
    "totalTokens": 7,
    "cachedContentTokenCount": 2,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 7}],
    "totalBillableCharacters": 9,
}
COMPUTED: dict[str, Any] = {
    "tokensInfo": [{"role": "user", "tokenIds": ["1", "2"], "tokens": ["+/8=", "YQ=="]}, {"tokenIds": [3]}]
}

_STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


def _errors() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for code, status in _STATUSES.items():
        error = {"code": code, "message": "Not so: ü.", "status": status}
        detailed = {
            **error,
            "details": [
                {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "R", "metadata": {"a_b": "c"}},
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "0.01s"},
            ],
        }
        bodies: dict[str, Any] = {
            "plain body": {"json": {"error": error}},
            "details": {"json": {"error": detailed}},
            "list": {"json": [{"error": detailed}]},
            "no error key": {"json": {"code": code, "message": "m", "status": status}},
            "error is text": {"json": {"error": "m"}},
            "empty object": {"json": {}},
            "text": {"raw": "upstream went away", "type": "text/plain"},
            "page": {"raw": "<html>ü</html>", "type": "text/html"},
            "nothing": {"raw": ""},
            "broken": {"raw": '{"error": {"code"'},
        }
        found |= {f"{code} {name}": {**body, "status": code} for name, body in bodies.items()}
    found |= {
        "other code inside": {"json": {"error": {"code": 429, "message": "m", "status": "S"}}, "status": 400},
        "300": {"json": {}, "status": 300},
        "418": {"json": {"error": {"message": "m"}}, "status": 418},
        "599": {"json": {"error": {"message": "m"}}, "status": 504},
    }
    return found


ERRORS: dict[str, Any] = _errors()
"""Error replies, for every method that is tried with them."""

ODD: dict[str, Any] = {
    "nothing": {"raw": ""},
    "text": {"raw": "hello", "type": "text/plain"},
    "a string": {"raw": '"hello"'},
    "a number": {"raw": "3"},
    "null": {"raw": "null"},
    "list": {"raw": "[{}]"},
    "empty list": {"raw": "[]"},
    "broken": {"raw": '{"candidates": ['},
    "spaces": {"raw": "\n {}\n "},
    "204": {"raw": "", "status": 204},
    "201": {"json": {}, "status": 201},
}
"""Successful replies that are not a valid reply object, or barely."""

_CHUNK: dict[str, Any] = {"candidates": [{"content": {"role": "model", "parts": [{"text": "a"}]}}]}
_LAST: dict[str, Any] = {
    "candidates": [{"content": {"parts": [{"text": ""}]}, "finishReason": "STOP"}],
    "usageMetadata": {"totalTokenCount": 3},
}
_ERROR: dict[str, Any] = {"error": {"code": 503, "message": "m", "status": "UNAVAILABLE"}}


def _sse(text: str) -> dict[str, Any]:
    return {"raw": text, "type": "text/event-stream"}


STREAMS: dict[str, Any] = {
    "none": {"stream": []},
    "three": {"stream": [_CHUNK, _CHUNK, _LAST]},
    "empty objects": {"stream": [{}, {}]},
    "only usage": {"stream": [{"usageMetadata": {"totalTokenCount": 3}}]},
    "error after a chunk": {"stream": [_CHUNK, _ERROR]},
    "error first": {"stream": [_ERROR]},
    "error without event": _sse('data: {"candidates": []}\n\n{"error": {"code": 500, "message": "m", "status": "S"}}'),
    "error over lines": _sse('{"error": {\n  "code": 500,\n  "message": "m",\n  "status": "S"\n}}'),
    "line feeds": _sse('data: {"responseId": "1"}\n\ndata: {"responseId": "2"}\n\n'),
    "no space": _sse('data:{"responseId": "1"}\n\n'),
    "no last blank line": _sse('data: {"responseId": "1"}\n\ndata: {"responseId": "2"}'),
    "comments": _sse(': hello\n\ndata: {"responseId": "1"}\n\n: bye\n\n'),
    "event names": _sse('event: message\nid: 7\ndata: {"responseId": "1"}\n\n'),
    "two data lines": _sse('data: {"responseId":\ndata: "1"}\n\n'),
    "done mark": _sse('data: {"responseId": "1"}\n\ndata: [DONE]\n\n'),
    "broken chunk": _sse('data: {"responseId": "1"}\n\ndata: {"respon\n\n'),
    "array": {"raw": '[{"responseId": "1"}\n,\n{"responseId": "2"}]'},
    "object": {"raw": '{"responseId": "1"}'},
    "text": {"raw": "hello", "type": "text/plain"},
    "line separator inside": _sse('data: {"responseId": "a\u2028b"}\n\n'),
}
"""Malformed sequences of chunks, and some well-formed ones."""
