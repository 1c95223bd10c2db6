"""Runs of genai-bulk on the SDK of an environment, whichever it is: prompts, functions, embeddings, files, both services, and a daily
quota. Prints the rows of the sinks as JSON."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

import genai_bulk as bulk
from google import genai
from google.genai import types

REPORT = {"type": "OBJECT", "properties": {"city": {"type": "STRING"}, "degrees": {"type": "INTEGER"}}}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(runs(Path(folder))))


def runs(folder: Path) -> dict[str, Any]:
    picture = folder / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n picture")
    rows: list[dict[str, Any]] = [{"id": number, "text": f"row {number}"} for number in range(300)]
    rows += [
        {"id": 300, "text": None},
        {"id": 301, "text": "wrong"},
        {"id": 302, "text": "blocked"},
        {"id": 303, "text": "long"},
    ]
    model = "gemini-2.5-flash"

    def run(name: str, request: Any, rows: list[dict[str, Any]], *, on_vertex: bool = False) -> dict[str, Any]:
        sink = folder / f"{name}.jsonl"
        if on_vertex:
            report = asyncio.run(run_on_vertex(rows, sink, request))
        else:
            report = bulk.run(rows, sink, request, key="id")
        counts = {"done": report.done, "failed": report.failed, "resumed": report.resumed}
        lines = sink.read_text().splitlines() if sink.exists() else []
        stopped = report.stopped.kind if report.stopped else None
        return {"counts": counts, "stopped": stopped, "rows": [json.loads(line) for line in lines]}

    def function(row: dict[str, Any]) -> dict[str, Any]:
        parts = [types.Part.from_text(text=row["text"]), types.Part.from_bytes(data=b"x", mime_type="image/png")]
        return {"model": model, "contents": parts, "config": types.GenerateContentConfig(temperature=0.5)}

    config = {"response_mime_type": "application/json", "response_schema": REPORT}
    daily = bulk.Prompt("{text}", model="gemini-2.5-pro")
    return {
        "prompts": run("prompts", bulk.Prompt("Which mood? {text}", model=model), rows),
        "schemas": run("schemas", bulk.Prompt("{text}", model=model, config=config), rows[:20]),
        "functions": run("functions", function, rows[:20]),
        "embeddings": run("embeddings", bulk.Embed("{text}", config={"output_dimensionality": 3}), rows[:20]),
        "files": run(
            "files",
            bulk.Prompt("Describe {text}.", model=model, files="file"),
            [{**row, "file": str(picture)} for row in rows[:3]],
        ),
        "vertex": run("vertex", bulk.Prompt("{text}", model=model), rows[:20], on_vertex=True),
        "a daily quota": run("daily", daily, rows[:20]),
        "again": run("daily", daily, rows[:20]),
    }


async def run_on_vertex(rows: list[dict[str, Any]], sink: Path, request: Any) -> bulk.Report:
    """Run with a client of the program, which closes it."""
    client = genai.Client(vertexai=True, api_key="key")
    try:
        return await bulk.arun(rows, sink, request, key="id", client=client)
    finally:
        await client.aio.aclose()
        client.close()


if __name__ == "__main__":
    main()
