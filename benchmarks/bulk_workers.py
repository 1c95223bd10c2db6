"""The programs that `python -m benchmarks.bulk` compares: the same rows asked by a bare loop over aiohttp, by the SDK, and by
genai-bulk; `write` makes the source. Arguments: the program, the port of the stub, the rows, the calls in flight, the folder of
the files, and for genai-bulk the number of rows after which the session ends."""

import asyncio
import json
import os
import resource
import sys
from pathlib import Path

MODEL = "gemini-2.5-flash"


def question(number: int) -> str:
    return f"row {number} " + "x" * (number % 100)


async def bare(url: str, rows: int, in_flight: int) -> None:
    """Ask with aiohttp and `json`; nothing is kept."""
    import aiohttp

    numbers = iter(range(rows))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def work() -> None:
            for number in numbers:
                body = json.dumps({"contents": [{"parts": [{"text": question(number)}], "role": "user"}]})
                headers = {"content-type": "application/json", "x-goog-api-key": "key"}
                async with session.post(
                    f"{url}/v1beta/models/{MODEL}:generateContent", data=body, headers=headers
                ) as response:
                    reply = json.loads(await response.read())
                    assert reply["candidates"][0]["content"]["parts"][0]["text"]

        await asyncio.gather(*(work() for _ in range(in_flight)))


async def sdk(rows: int, in_flight: int) -> None:
    """Ask with `google.genai`; nothing is kept."""
    from google import genai
    from google.genai import types

    numbers = iter(range(rows))
    client = genai.Client(http_options=types.HttpOptions(max_connections=in_flight)).aio

    async def work() -> None:
        for number in numbers:
            reply = await client.models.generate_content(model=MODEL, contents=question(number))
            assert reply.text

    await asyncio.gather(*(work() for _ in range(in_flight)))
    await client.aclose()


def bulk(rows: int, in_flight: int, folder: Path, most_rows: int | None = None) -> None:
    """Ask with genai-bulk: rows from a Parquet file, answers kept in a journal, and written to a Parquet file."""
    import genai_bulk

    report = genai_bulk.run(
        folder / f"{rows}.parquet",
        folder / "out.parquet",
        genai_bulk.Prompt("{text}", model=MODEL),
        key="id",
        limits=genai_bulk.Limits(in_flight=in_flight, rows=most_rows),
    )
    assert report.done == (most_rows or rows), report


def write(rows: int, folder: Path) -> None:
    """Write the source that genai-bulk reads."""
    import pyarrow as pa
    from pyarrow.parquet import write_table

    numbers = range(rows)
    write_table(
        pa.table({"id": list(numbers), "text": [question(number) for number in numbers]}), folder / f"{rows}.parquet"
    )


def main() -> None:
    program, port, rows, in_flight, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
    os.environ["GOOGLE_GEMINI_BASE_URL"] = f"http://127.0.0.1:{port}"
    if program == "bare":
        asyncio.run(bare(os.environ["GOOGLE_GEMINI_BASE_URL"], rows, in_flight))
    elif program == "sdk":
        asyncio.run(sdk(rows, in_flight))
    elif program == "write":
        write(rows, Path(folder))
    else:
        bulk(rows, in_flight, Path(folder), int(sys.argv[6]) if len(sys.argv) > 6 else None)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "processor_ms": (used.ru_utime + used.ru_stime) * 1000 / rows,
                "peak_rss_mb": used.ru_maxrss / 1024,
            }
        )
    )


main()
