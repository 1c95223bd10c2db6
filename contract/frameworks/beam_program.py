"""What Apache Beam does with the SDK: its handler for Gemini models, with texts and with pictures. Prints what it got as JSON."""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam.ml.inference.base import RunInference
from apache_beam.ml.inference.gemini_inference import (
    GeminiModelHandler,
    generate_from_string,
    generate_image_from_strings_and_images,
)
from PIL import Image

from google.genai import types

ROWS = int(os.environ["ROWS"])


def text_of(result: Any) -> dict[str, Any]:
    return {
        "row": result.example,
        "answer": result.inference.text,
        "tokens": result.inference.usage_metadata.total_token_count,
    }


def picture_of(result: Any) -> dict[str, Any]:
    [part] = result.inference.candidates[0].content.parts
    return {"row": result.example[0], "size": Image.open(io.BytesIO(part.inline_data.data)).size}


def run(handler: GeminiModelHandler, rows: list[Any], shown: Callable[[Any], dict[str, Any]]) -> list[Any]:
    """Return the results of a pipeline on this machine, in any order."""
    with tempfile.TemporaryDirectory() as folder:
        with beam.Pipeline(argv=[]) as pipeline:
            results = pipeline | beam.Create(rows) | RunInference(handler) | beam.Map(shown) | beam.Map(json.dumps)
            results | beam.io.WriteToText(f"{folder}/results")
        return [json.loads(line) for path in Path(folder).glob("results*") for line in path.read_text().splitlines()]


def main() -> None:
    of_texts = GeminiModelHandler("gemini-2.5-flash", generate_from_string, api_key="key", max_batch_size=1)
    of_pictures = GeminiModelHandler(
        "gemini-2.5-flash-image", generate_image_from_strings_and_images, api_key="key", max_batch_size=1
    )
    pictures = [
        [f"picture {number}", Image.new("RGB", (2, 2), (number, 0, 0)), types.Part.from_text(text="Make it larger.")]
        for number in range(3)
    ]
    found = {
        "texts": run(of_texts, [f"row {number}" for number in range(ROWS)], text_of),
        "pictures": run(of_pictures, pictures, picture_of),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
