"""What the client of Google Cloud's AI platform does with the SDK from which it derives: answers for a data set, and the modules that
build on the SDK. Prints what it got as JSON."""

from __future__ import annotations

import json
import os
from typing import Any

os.environ["GOOGLE_VERTEX_BASE_URL"] = os.environ["GOOGLE_GEMINI_BASE_URL"]  # for the clients that it creates itself

import pandas
import vertexai
from google.oauth2.credentials import Credentials

from google.genai import types


def main() -> None:
    options: Any = {"base_url": os.environ["GOOGLE_GEMINI_BASE_URL"]}
    client = vertexai.Client(
        project="p1", location="us-central1", credentials=Credentials("token"), http_options=options
    )
    questions = pandas.DataFrame({"prompt": ["Hello", "Hello again"]})
    answered = client.evals.run_inference(model="gemini-2.5-flash", src=questions)
    schema = types.GenerateContentConfig(
        response_mime_type="application/json",
        response_schema={"type": "OBJECT", "properties": {"city": {"type": "STRING"}}},
    )
    structured = client.evals.run_inference(
        model="gemini-2.5-flash", src=questions, config={"generate_content_config": schema}
    )
    print(
        json.dumps(
            {
                "answers": list(answered.eval_dataset_df["response"]),
                "structured": [json.loads(text) for text in structured.eval_dataset_df["response"]],
            }
        )
    )


if __name__ == "__main__":
    main()
