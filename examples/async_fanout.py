"""Send many questions concurrently, at most four at a time, and print each answer as soon as it arrives."""

import asyncio

from google import genai

ANIMALS = ["fox", "owl", "badger", "heron", "hedgehog", "otter", "lynx", "wren"]
AT_A_TIME = 4


async def main() -> None:
    turn = asyncio.Semaphore(AT_A_TIME)

    async with genai.Client().aio as client:

        async def ask(animal: str) -> tuple[str, str]:
            async with turn:
                response = await client.models.generate_content(
                    model="gemini-2.5-flash",
                    contents=f"What does the {animal} eat? Answer in one sentence.",
                )
            return animal, response.text or ""

        for answer in asyncio.as_completed([ask(animal) for animal in ANIMALS]):
            animal, text = await answer
            print(f"{animal}: {text}")


asyncio.run(main())
