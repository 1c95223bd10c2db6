"""Sessions and clients of the newest `mcp` as tools."""

import asyncio
import json
import os

import mcp
from mcp.server.mcpserver import MCPServer

from google import genai

server = MCPServer("weather")


@server.tool()
def get_weather(city: str) -> str:
    """Tell the current weather in a city."""
    return f"sunny in {city}"


async def main() -> None:
    client = genai.Client(api_key="key", http_options={"base_url": os.environ["GOOGLE_GEMINI_BASE_URL"]})
    found = {}
    async with mcp.Client(server) as connected:
        for name, tool in (("a client", connected), ("a session", connected.session)):
            answer = await client.aio.models.generate_content(
                model="gemini-2.5-flash",
                contents="What is the weather in Boston?",
                config={"tools": [tool], "temperature": 0},
            )
            result = answer.automatic_function_calling_history[2].parts[0].function_response.response["result"]
            found[name] = [result["content"][0]["text"], answer.text]
    await client.aio.aclose()
    print(json.dumps(found))


asyncio.run(main())
