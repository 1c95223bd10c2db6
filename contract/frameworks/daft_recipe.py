"""A request of genai-bulk in a pipeline of Daft: the recipe of the guide about bulk."""

import daft

import genai_bulk as bulk
from google import genai

ANSWER = daft.DataType.struct({"text": daft.DataType.string(), "error": daft.DataType.string()})


@daft.cls(max_concurrency=100)
class Model:
    def __init__(self, request):
        self.request = request
        self.client = genai.Client(http_options={"retry_options": {"attempts": 10, "max_delay": 60}})

    @daft.method(return_dtype=ANSWER)
    async def ask(self, text):
        try:
            given = self.request.arguments({"text": text})
            reply = await self.client.aio.models.generate_content(
                model=given.model, contents=given.contents, config=given.config
            )
            return {"text": reply.text, "error": None}
        except Exception as error:  # an exception would end the whole query
            return {"text": None, "error": f"{type(error).__name__}: {error}"}


mood = Model(bulk.Prompt("Which mood? {text}", model="gemini-2.5-flash"))
reviews = daft.read_parquet("reviews.parquet").with_column("mood", mood.ask(daft.col("text")))
reviews.write_parquet("moods")
