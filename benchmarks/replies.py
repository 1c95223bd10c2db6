"""The stub's replies: the body of each reply, built once from fixed seeds. Knows the service's JSON but not HTTP. The
worker reads only the sizes declared here, to check that the answers it measured were complete."""

import json
import random
from collections.abc import Iterable

from inputs import PAGE_LENGTH

ANSWER = "The sky is blue because air scatters short wavelengths of sunlight more than long ones."
LARGE_REPLY_PARTS = 396
LARGE_REPLY_PART_CHARACTERS = 500
STRUCTURED_ITEMS = 100
SMALL_STREAM_EVENTS = 2000
BIG_STREAM_EVENTS = 50
BIG_STREAM_EVENT_CHARACTERS = 64 * 1024
SLOW_STREAM_PAUSE_S = 0.02
INTERACTION_EVENTS = {"events_1000": 1000, "events_10000": 10_000}
"""The number of deltas in the streams of interactions, by the last segment of the request path."""
DELTA_CHARACTERS = 24
EMBEDDINGS = 100
EMBEDDING_LENGTH = 768
PAGES = 50
UPLOADED_FILE = b'{"file": {"name": "files/uploaded", "mimeType": "application/octet-stream"}}'


def unary_bodies() -> dict[str, bytes]:
    """Return the bodies of all non-streamed replies, by the last segment of the request path."""
    return {
        "small:generateContent": encode(generated([ANSWER])),
        "large:generateContent": encode(generated(prose(LARGE_REPLY_PART_CHARACTERS, count=LARGE_REPLY_PARTS))),
        "structured:generateContent": encode(generated([items()])),
        "small:countTokens": encode({"totalTokens": 31, "cachedContentTokenCount": 0}),
        "embedding:batchEmbedContents": encode(embeddings(digits=9)),
        "precise:batchEmbedContents": encode(embeddings(digits=17)),
        "interactions": encode(interaction(ANSWER)),
        "stored": encode(interaction(ANSWER)),
    }


def model_pages() -> dict[str, bytes]:
    """Return the pages of the model list, by their page token; the token of the first page is empty."""
    pages = {}
    for page in range(PAGES):
        body: dict[str, object] = {"models": [model(page * PAGE_LENGTH + entry) for entry in range(PAGE_LENGTH)]}
        if page + 1 < PAGES:
            body["nextPageToken"] = str(page + 1)
        pages[str(page) if page else ""] = encode(body)
    return pages


def event_streams() -> dict[str, list[bytes]]:
    """Return the server-sent events of each stream, by the last segment of the request path."""
    return {
        "small:streamGenerateContent": list(events(prose(24, count=SMALL_STREAM_EVENTS))),
        "big:streamGenerateContent": list(events(prose(BIG_STREAM_EVENT_CHARACTERS, count=BIG_STREAM_EVENTS))),
        "slow:streamGenerateContent": list(events(prose(24, count=2))),
        "slow_events": list(interaction_events(prose(DELTA_CHARACTERS, count=1))),
        **{
            name: list(interaction_events(prose(DELTA_CHARACTERS, count=count)))
            for name, count in INTERACTION_EVENTS.items()
        },
    }


def events(texts: list[str]) -> Iterable[bytes]:
    for text in texts:
        yield b"data: " + encode(generated([text])) + b"\r\n\r\n"


def interaction(text: str) -> dict[str, object]:
    return {
        "id": "stored",
        "object": "interaction",
        "status": "completed",
        "model": "small",
        "created": "2026-01-02T03:04:05Z",
        "updated": "2026-01-02T03:04:06Z",
        "steps": [
            {"type": "thought", "signature": "c3R1Yi1zaWduYXR1cmU="},
            {"type": "model_output", "content": [{"type": "text", "text": text}]},
        ],
        "usage": {
            "total_input_tokens": 9,
            "total_output_tokens": 31,
            "total_tokens": 40,
            "input_tokens_by_modality": [{"modality": "text", "tokens": 9}],
        },
    }


def interaction_events(texts: list[str]) -> Iterable[bytes]:
    """Yield the events of an interaction with one step, which arrives in these texts."""
    whole = {name: value for name, value in interaction("").items() if name not in ("steps", "usage")}
    sent: list[dict[str, object]] = [
        {"event_type": "interaction.created", "interaction": {**whole, "status": "in_progress"}},
        {"event_type": "step.start", "index": 0, "step": {"type": "model_output"}},
        *({"event_type": "step.delta", "index": 0, "delta": {"type": "text", "text": text}} for text in texts),
        {"event_type": "step.stop", "index": 0},
        {"event_type": "interaction.completed", "interaction": {**whole, "usage": interaction("")["usage"]}},
    ]
    for number, event in enumerate(sent):
        name, data = str(event["event_type"]), encode({**event, "event_id": f"e{number}"})
        yield f"event: {name}\nid: e{number}\ndata: ".encode() + data + b"\n\n"
    yield b"event: done\ndata: [DONE]\n\n"


def generated(texts: list[str]) -> dict[str, object]:
    return {
        "candidates": [
            {
                "content": {"parts": [{"text": text} for text in texts], "role": "model"},
                "finishReason": "STOP",
                "index": 0,
                "safetyRatings": [
                    {"category": "HARM_CATEGORY_HATE_SPEECH", "probability": "NEGLIGIBLE"},
                    {"category": "HARM_CATEGORY_HARASSMENT", "probability": "NEGLIGIBLE"},
                ],
            }
        ],
        "usageMetadata": {
            "promptTokenCount": 9,
            "candidatesTokenCount": 31,
            "totalTokenCount": 40,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 9}],
        },
        "modelVersion": "stub-001",
        "responseId": "c3R1Yi1yZXNwb25zZQ",
    }


def prose(length: int, count: int) -> list[str]:
    """Return `count` English texts of `length` characters, with some line breaks, quotes and non-ASCII characters."""
    words = ["the", "sky", "is", "blue", "because", "air", "scatters", "short", "wavelengths", "of", "sunlight", "far"]
    words += ["more", "than", "long", "ones", "and", "so\n", "“Rayleigh”", 'a "clear" day']
    source = random.Random(7)
    texts = []
    for _ in range(count):
        text = ""
        while len(text) < length:
            text += " ".join(source.choices(words, k=1 + (length - len(text)) // 12)) + " "
        texts.append(text[:length])
    return texts


def items() -> str:
    """Return a JSON answer of the type `structured.Cart`."""
    described = enumerate(prose(60, count=STRUCTURED_ITEMS))
    made = [{"name": f"Item {n}", "price": n + 0.5, "tags": ["a", "b"], "description": text} for n, text in described]
    return json.dumps({"items": made})


def embeddings(digits: int) -> dict[str, object]:
    """Return embeddings whose numbers have `digits` digits after the decimal point; the real service sends about 9."""
    source = random.Random(7)
    return {
        "embeddings": [
            {"values": [round(source.gauss(0, 0.04), digits) for _ in range(EMBEDDING_LENGTH)]}
            for _ in range(EMBEDDINGS)
        ]
    }


def model(number: int) -> dict[str, object]:
    return {
        "name": f"models/stub-{number}",
        "version": "001",
        "displayName": f"Stub {number}",
        "description": "A model that exists in this list and nowhere else.",
        "inputTokenLimit": 1048576,
        "outputTokenLimit": 65536,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
        "temperature": 1,
        "maxTemperature": 2,
        "topP": 0.95,
        "topK": 64,
    }


def encode(body: dict[str, object]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
