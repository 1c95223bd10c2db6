"""What Daft does with the SDK: prompts with the provider google, and the recipe with a request of genai-bulk. Prints what it got as
JSON."""

from __future__ import annotations

import json
import os
import runpy
import tempfile
from pathlib import Path
from typing import Any

import daft
import pyarrow as pa
import pyarrow.parquet as pq
import pydantic
from daft.functions import prompt

ROWS = int(os.environ["ROWS"])


class Report(pydantic.BaseModel):
    """The weather in a city."""

    city: str
    degrees: int


def main() -> None:
    found = {} if "ONLY_RECIPE" in os.environ else prompted()
    print(json.dumps({**found, "recipe": recipe()}))


def prompted() -> dict[str, Any]:
    """Return the output of Daft's own prompts."""
    rows = daft.from_pydict({"text": [f"row {number}" for number in range(ROWS)]})
    text = daft.col("text")
    setting = {"provider": "google", "model": "gemini-2.5-flash"}
    png = daft.from_pydict({"text": ["Describe it."], "picture": [b"\x89PNG\r\n\x1a\n picture"]})
    return {
        "texts": rows.with_column("answer", prompt(text, system_message="Be brief.", **setting)).to_pydict(),
        "structured": rows.limit(2).with_column("answer", prompt(text, return_format=Report, **setting)).to_pydict(),
        "picture": png.with_column("answer", prompt([text, daft.col("picture")], **setting)).to_pydict()["answer"],
    }


def recipe() -> dict[str, list[object]]:
    """Return the output of the recipe for rows, one of them without a text."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        texts = [*(f"row {number}" for number in range(ROWS)), None]
        pq.write_table(pa.table({"id": range(ROWS + 1), "text": texts}), "reviews.parquet")
        runpy.run_path(str(Path(__file__).with_name("daft_recipe.py")))
        answered = daft.read_parquet("moods").sort("id").to_pydict()
        os.chdir("/")
        return answered


if __name__ == "__main__":
    main()
