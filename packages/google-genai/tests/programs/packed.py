"""A program for `test_packed_programs.py`: blocking and async calls to the server whose address is the first argument."""

from __future__ import annotations

import asyncio
import io
import sys

from google import genai
from google.genai import types


def main(url: str) -> None:
    """Print the answers of the server to a question and a chat, the kind of an upload's name, and an async answer."""
    options = types.HttpOptions(base_url=url)
    with genai.Client(api_key="k", http_options=options) as client:
        print(client.models.generate_content(model="gemini-2.5-flash", contents="first").text)
        chat = client.chats.create(model="gemini-2.5-flash", config={"system_instruction": "short", "temperature": 0.5})
        print("".join(chunk.text or "" for chunk in chat.send_message_stream("second")))
        uploaded = client.files.upload(file=io.BytesIO(b"text"), config={"mime_type": "text/plain"})
        print(uploaded.name.partition("/")[0] if uploaded.name else None)
    asyncio.run(ask(options))


async def ask(options: types.HttpOptions) -> None:
    """Print the answer to an async call, over aiohttp if it is there."""
    async with genai.Client(api_key="k", http_options=options).aio as client:
        print((await client.models.generate_content(model="gemini-2.5-flash", contents="third")).text)
        async with client.live.connect(
            model="gemini-live-2.5-flash", config={"response_modalities": ["TEXT"]}
        ) as session:
            await session.send_realtime_input(text="fourth")
            print("".join([message.text or "" async for message in session.receive()]))


if __name__ == "__main__":
    main(sys.argv[1])
