"""Labels for 2,000 short texts, made by a small model on this machine, at the pace that the server permits. Run it with
`make bulk-demo`.

The server refuses calls above its limit. It halves the limit for a while in the middle of the run. Ctrl-C ends the run in order,
and the same command continues it. A number as the argument is the number of texts.

With GOOGLE_GEMINI_BASE_URL, the program asks the server there, whose limits stay as they are.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import genai_bulk as bulk
import genai_local
from genai_local import weights

FOLDER = Path(".cache") / "bulk-demo"
ROWS = 2_000
CALLS_PER_SECOND = 6

TOPICS = {
    "food": (
        ("My aunt", "The cook", "Our neighbour", "The baker", "A guest"),
        ("baked", "tasted", "served", "burned", "shared"),
        ("the bread", "a bean soup", "an apple cake", "the fried fish", "a bowl of rice"),
        ("for breakfast", "at the long table", "with too much salt", "in the small kitchen", "before the guests came"),
    ),
    "sport": (
        ("The goalkeeper", "Our team", "A young runner", "The swimmer", "The captain"),
        ("won", "lost", "missed", "played", "led"),
        ("the final", "the second half", "the long race", "the match", "the last round"),
        ("by one point", "in the stadium", "against the champions", "after weeks of training", "in front of the fans"),
    ),
    "weather": (
        ("Heavy rain", "A cold wind", "Thick fog", "Wet snow", "A thunderstorm"),
        ("covered", "reached", "crossed", "hid", "soaked"),
        ("the hills", "the coast", "the whole valley", "the northern towns", "the island"),
        ("by noon", "during the night", "earlier than forecast", "with sunshine to follow", "at the end of a dry month"),
    ),
    "music": (
        ("The pianist", "A small choir", "The drummer", "Our orchestra", "A street singer"),
        ("played", "practised", "recorded", "sang", "performed"),
        ("an old song", "the slow waltz", "a new melody", "the chorus", "two encores"),
        ("on the open stage", "without sheet music", "for a full concert hall", "in a minor key", "with a violin"),
    ),
}  # fmt: skip
EXAMPLES = {
    "The pasta was too salty.": "food",
    "The cyclist reached the finish first.": "sport",
    "It will be foggy tomorrow.": "weather",
    "The guitarist played a new song.": "music",
}
CONFIG = {
    "temperature": 0,
    "max_output_tokens": 8,
    "response_mime_type": "text/x.enum",
    "response_schema": {"type": "STRING", "enum": list(TOPICS)},
}


def request(row: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of `generate_content` for a row: a short chat with examples, then the text of the row."""
    contents = []
    for text, label in EXAMPLES.items():
        contents.append({"role": "user", "parts": [{"text": f"Topic of: {text}"}]})
        contents.append({"role": "model", "parts": [{"text": label}]})
    contents.append({"role": "user", "parts": [{"text": f"Topic of: {row['text']}"}]})
    return {"model": "gemini-2.5-flash", "contents": contents, "config": CONFIG}


def texts(count: int) -> list[dict[str, Any]]:
    """Return as many different sentences, with their topics, always the same ones in the same order."""
    draw = random.Random(1)
    rows: list[dict[str, Any]] = []
    for topic, words in TOPICS.items():
        sentences = [" ".join(each) + "." for each in itertools.product(*words)]
        rows += [{"text": text, "topic": topic} for text in draw.sample(sentences, -(-count // len(TOPICS)))]
    draw.shuffle(rows)
    return [{"id": number, **row} for number, row in enumerate(rows[:count])]


@contextmanager
def server() -> Iterator[str | None]:
    """Yield the address of a server of this program, or None if the environment names another one."""
    if os.environ.get("GOOGLE_GEMINI_BASE_URL"):
        yield None
        return
    weights.pull(weights.DEFAULT, say=print)
    with genai_local.serve(engine="llama") as local:
        os.environ["GOOGLE_GEMINI_BASE_URL"] = local.url
        os.environ["GOOGLE_API_KEY"] = "local"
        os.environ["no_proxy"] = local.host
        yield local.url


def set_limit(url: str, calls_per_second: float) -> None:
    """Change the limit of the server."""
    body = json.dumps({"rate": calls_per_second}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{url}/local/limits", body, method="PUT"), timeout=10):
        print(f"The server permits {calls_per_second:g} calls per second.", flush=True)


class Watch:
    """Prints the progress, and changes the limit of the server on the way."""

    def __init__(self, url: str | None) -> None:
        self._url = url
        self._limits = [(0.0, CALLS_PER_SECOND), (0.4, CALLS_PER_SECOND / 2), (0.55, CALLS_PER_SECOND)]
        self._printed_s = 0.0

    def __call__(self, progress: bulk.Progress) -> None:
        if progress.phase != "asking":
            return
        while self._url and self._limits and progress.done >= self._limits[0][0] * progress.rows:
            set_limit(self._url, self._limits.pop(0)[1])
        if progress.elapsed_s - self._printed_s >= 10:
            self._printed_s = progress.elapsed_s
            print(
                f"{progress.done:,}/{progress.rows:,} done, {progress.rate:.1f} rows/s, {progress.refused:,} refused, "
                f"limiter: {progress.limiter}",
                flush=True,
            )


def main(count: int) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    source, sink, picture = FOLDER / "texts.jsonl", FOLDER / "labels.jsonl", FOLDER / "rate.png"
    written = "".join(json.dumps(row) + "\n" for row in texts(count))
    if not source.exists() or source.read_text() != written:
        source.write_text(written)
        sink.unlink(missing_ok=True)
        sink.with_name("labels.jsonl.journal").unlink(missing_ok=True)
    with server() as url:
        try:
            report = bulk.run(
                source, sink, request, key="id", limits=bulk.Limits(in_flight=32), fresh=sink.exists(),
                on_progress=Watch(url),
            )  # fmt: skip
        except bulk.Interrupted as stopped:
            sys.exit(f"{stopped.report}\nThe same command continues the run.")
    print(report)
    print(f"{report.elapsed_s:.0f} seconds in this session")
    rows = [json.loads(line) for line in sink.read_text().splitlines()]
    right = Counter(row["topic"] for row in rows if row["answer_text"] == row["topic"])
    every = Counter(row["topic"] for row in rows)
    listed = ", ".join(f"{topic} {right[topic]} of {every[topic]}" for topic in TOPICS if every[topic])
    print(f"{sum(right.values()):,} of {len(rows):,} labels are right: {listed}")
    report.plot(str(picture))
    print(f"Saved: {sink} and {picture}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
