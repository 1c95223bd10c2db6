"""Type in a terminal; the answer streams back. An empty line or the end of the input ends the conversation."""

import asyncio
import sys

from google import genai
from google.genai import live, types

MODEL = "gemini-live-2.5-flash-preview"
CONFIG = types.LiveConnectConfig(
    response_modalities=[types.Modality.TEXT],
    system_instruction="Answer in one or two sentences.",
    automatic_resumption=types.AutomaticResumptionConfig(),
)


async def show_answers(session: live.AsyncSession, answered: asyncio.Event) -> None:
    """Print what the model says, for as long as the session lasts."""
    async for event in session.events():
        if isinstance(event, live.SessionResumed):
            print(f"\n[continued on a new connection after {event.interruption_s:.1f} s]")
            continue
        print(event.text or "", end="", flush=True)
        if event.server_content and event.server_content.turn_complete:
            print()
            answered.set()


async def main() -> None:
    async with genai.Client().aio.live.connect(model=MODEL, config=CONFIG) as session:
        answered = asyncio.Event()
        answers = asyncio.create_task(show_answers(session, answered))
        while True:
            print("> ", end="", flush=True)
            line = await asyncio.to_thread(sys.stdin.readline)
            if not line.strip():
                break
            answered.clear()
            await session.send_realtime_input(text=line.strip())
            waiting = asyncio.create_task(answered.wait())
            await asyncio.wait({waiting, answers}, return_when=asyncio.FIRST_COMPLETED)
            if answers.done():
                waiting.cancel()
                answers.result()  # raises why the session ended
                break
        answers.cancel()


if __name__ == "__main__":
    asyncio.run(main())
