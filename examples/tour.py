"""A tour of the SDK: answers, streams, async, voice, functions, objects, chats, embeddings, search, tokens and models, on both
services. Run it with `make demo`.

It uses the server at GOOGLE_GEMINI_BASE_URL or GOOGLE_VERTEX_BASE_URL, which `genai-local serve` prints. If neither is set,
it starts its own local server with two small models, one for chats and one for embeddings, which are downloaded once. If
the model for chats is not available, the server's answers are scripted, and the tour says so.
"""

from __future__ import annotations

import asyncio
import inspect
import itertools
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pydantic
from rich.columns import Columns
from rich.console import Console, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

import genai_local
from genai_local import weights
from google import genai
from google.genai import errors, types

MODEL = "gemini-2.5-flash"
Clients = dict[str, genai.Client]
CALM = types.GenerateContentConfig(temperature=0, max_output_tokens=120)

console = Console(highlight=False)
console.width = min(console.width, 100)


# The functions that the tour shows: the source of each is printed before it runs.


def answer(client: genai.Client, question: str):
    return client.models.generate_content(
        model=MODEL,
        contents=question,
        config=CALM,
    )


def stream(client: genai.Client, question: str):
    for chunk in client.models.generate_content_stream(
        model=MODEL,
        contents=question,
        config=CALM,
    ):
        yield chunk.text or ""


async def ask_all(client: genai.Client, questions: list[str]):
    ask = client.aio.models.generate_content
    calls = [ask(model=MODEL, contents=q, config=CALM) for q in questions]
    return await asyncio.gather(*calls)


async def stream_to(show, client: genai.Client, question: str):
    async for chunk in await client.aio.models.generate_content_stream(
        model=MODEL,
        contents=question,
        config=CALM,
    ):
        show(chunk.text or "")


def get_weather(city: str) -> dict[str, str]:
    """Get the current weather in a city."""
    return {"city": city, "weather": "sunny, 24 degrees"}


def ask_with_a_function(client: genai.Client, question: str):
    return client.models.generate_content(
        model=MODEL,
        contents=question,
        config=types.GenerateContentConfig(tools=[get_weather], temperature=0),
    )


class Fruit(pydantic.BaseModel):
    name: str
    colour: str
    is_sweet: bool


def ask_for_an_object(client: genai.Client, question: str):
    response = client.models.generate_content(
        model=MODEL,
        contents=question,
        config=types.GenerateContentConfig(
            response_mime_type="application/json",
            response_schema=Fruit,
            temperature=0,
        ),
    )
    return response.parsed or response.parsed_error


def talk(client: genai.Client, messages: list[str]):
    chat = client.chats.create(model=MODEL, config=CALM)
    for message in messages:
        chat.send_message(message)
    return chat.get_history()


def embed(client: genai.Client, texts: list[str]):
    response = client.models.embed_content(
        model="gemini-embedding-001",
        contents=texts,
    )
    return [embedding.values for embedding in response.embeddings]


def search(client: genai.Client, question: str, texts: list[str]):
    found = embed(client, [question, *texts])
    nearness = [cosine(found[0], vector) for vector in found[1:]]
    return max(zip(nearness, texts, strict=True))


def count(client: genai.Client, text: str):
    counted = client.models.count_tokens(model=MODEL, contents=text)
    return counted.total_tokens


def models(client: genai.Client):
    return list(client.models.list())


def ask_nobody(client: genai.Client):
    try:
        client.models.generate_content(model="no-such-model", contents="Hi?")
    except errors.ClientError as error:
        return error


def say(client: genai.Client, text: str):
    reply = client.models.generate_content(
        model=f"{MODEL}-preview-tts",
        contents=text,
        config=types.GenerateContentConfig(response_modalities=["AUDIO"]),
    )
    return reply.parts[0].inline_data


async def ask_by_voice(client: genai.Client, question: types.Blob):
    config = types.LiveConnectConfig(
        response_modalities=["AUDIO"],
        input_audio_transcription=types.AudioTranscriptionConfig(),
        output_audio_transcription=types.AudioTranscriptionConfig(),
        max_output_tokens=24,
    )
    async with client.aio.live.connect(model=MODEL, config=config) as session:
        await session.send_realtime_input(audio=question)
        await session.send_realtime_input(audio_stream_end=True)
        async for message in session.receive():
            yield message


async def ask_in_text(client: genai.Client, question: str):
    async with client.aio.live.connect(model=MODEL, config={"response_modalities": ["TEXT"]}) as session:
        await session.send_client_content(turns=types.Content(role="user", parts=[types.Part(text=question)]))
        async for message in session.receive():
            yield message


# The stops of the tour.


def tour(clients: Clients) -> None:
    stop_at_answers(clients)
    stop_at_streams(clients)
    asyncio.run(stop_at_async(clients))
    asyncio.run(stop_at_live(clients))
    stop_at_functions(clients)
    stop_at_objects(clients)
    stop_at_chats(clients)
    stop_at_embeddings(clients)
    stop_at_search(clients)
    stop_at_tokens(clients)
    stop_at_models(clients)
    stop_at_errors(clients)


def stop_at_answers(clients: Clients) -> None:
    stop("An answer", answer)
    questions = ("Describe a quiet morning in the mountains in two sentences.", "Name one good thing about trains.")
    for (surface, client), question in zip(clients.items(), questions, strict=True):
        started = time.perf_counter()
        response = answer(client, question)
        usage = response.usage_metadata
        show(spoken(surface, question, response.text))
        note(
            f"{time.perf_counter() - started:.1f} s · {usage.prompt_token_count} tokens read, "
            f"{usage.candidates_token_count} written"
        )


def stop_at_streams(clients: Clients) -> None:
    stop("A streamed answer", stream)
    questions = ("Write two sentences about the sea.", "Name one good thing about rainy days.")
    for (surface, client), question in zip(clients.items(), questions, strict=True):
        started = time.perf_counter()
        arrivals: list[float] = []
        text = ""
        with live() as screen:
            for piece in stream(client, question):
                arrivals.append(time.perf_counter() - started)
                text += piece
                screen.update(indented(spoken(surface, question, text)))
        note(
            f"{len(arrivals)} chunks, the first after {arrivals[0] * 1000:.0f} ms, the last after {arrivals[-1]:.1f} s"
        )


async def stop_at_async(clients: Clients) -> None:
    stop("Several answers at once, async", ask_all)
    for (surface, client), people in zip(
        clients.items(), (("a gardener", "a baker"), ("an astronomer", "a tailor")), strict=True
    ):
        questions = [f"What does {person} do? Answer in one sentence." for person in people]
        started = time.perf_counter()
        responses = await ask_all(client, questions)
        for question, response in zip(questions, responses, strict=True):
            show(spoken(surface, question, response.text))
            console.print()
        note(f"Both within {time.perf_counter() - started:.1f} s.")

    stop("Two services at once, streamed", stream_to)
    questions = ("What is photosynthesis? Answer in one sentence.", "What is a library? Answer in one sentence.")
    asked = dict(zip(clients, questions, strict=True))
    texts = dict.fromkeys(clients, "")
    with live() as screen:

        def shower(surface: str) -> Callable[[str], None]:
            def add(piece: str) -> None:
                texts[surface] += piece
                width = console.width // 2 - 1
                screen.update(Columns([Panel(spoken(name, asked[name], texts[name]), width=width) for name in clients]))

            return add

        await asyncio.gather(*(stream_to(shower(name), client, asked[name]) for name, client in clients.items()))
    console.print()
    for client in clients.values():
        await client.aio.aclose()


async def stop_at_live(clients: Clients) -> None:
    stop("A conversation by voice", say, ask_by_voice)
    questions = ("What is the weather like in Boston today?", "Can you tell me something about the moon?")
    for (surface, client), question in zip(clients.items(), questions, strict=True):
        sound, reason = question_by_voice(client, question)
        if sound is None:
            answer = "".join([message.text or "" async for message in ask_in_text(client, question)])
            show(spoken(surface, question, answer))
            note(f"In text only: {reason}.")
            continue
        heard, said, arrivals, size = "", "", list[float](), 0
        started = time.perf_counter()
        async for message in ask_by_voice(client, sound):
            content = message.server_content or types.LiveServerContent()
            heard += words(content.input_transcription)
            said += words(content.output_transcription)
            if message.data:
                arrivals.append(time.perf_counter() - started)
                size += len(message.data)
        show(spoken(surface, question, f"The server heard: {heard}\nIt said: {said.strip()}"))
        note(
            f"{duration(len(sound.data))} of sound sent, {duration(size)} received, the first after {arrivals[0]:.1f} s"
        )


def words(transcription: types.Transcription | None) -> str:
    return (transcription.text if transcription else None) or ""


def duration(size: int) -> str:
    return f"{size / 2 / 24_000:.1f} s"


def question_by_voice(client: genai.Client, text: str) -> tuple[types.Blob | None, str]:
    """Return a spoken text; without a voice, None and the reason."""
    try:
        sound = say(client, text)
    except errors.ClientError as error:
        return None, first_sentence(error.message).partition(": ")[2]
    return sound, "" if sound else "scripted answers have no sound"


def stop_at_functions(clients: Clients) -> None:
    stop("A function that the model calls", get_weather, ask_with_a_function)
    for (surface, client), city in zip(clients.items(), ("Boston", "Paris"), strict=True):
        question = f"What is the weather like in {city}?"
        response = ask_with_a_function(client, question)
        show(spoken(surface, question, response.text))
        called = [call for content in response.automatic_function_calling_history or [] for call in calls_of(content)]
        note(f"Called: {', '.join(called) or 'nothing'}.")


def calls_of(content: types.Content) -> list[str]:
    calls = [part.function_call for part in content.parts or [] if part.function_call]
    return [
        f"{call.name}({', '.join(f'{name}={value!r}' for name, value in (call.args or {}).items())})" for call in calls
    ]


def stop_at_objects(clients: Clients) -> None:
    stop("An answer as an object", Fruit, ask_for_an_object)
    for (surface, client), fruit in zip(clients.items(), ("a strawberry", "an orange"), strict=True):
        question = f"Describe {fruit}."
        show(spoken(surface, question, repr(ask_for_an_object(client, question))))
        console.print()


def stop_at_chats(clients: Clients) -> None:
    stop("A chat", talk)
    for (surface, client), subject in zip(clients.items(), ("the moon", "bees"), strict=True):
        history = talk(client, [f"Tell me one fact about {subject}.", "Say that in other words."])
        said = [(f"\n{content.role}: {content.parts[0].text.strip()}", "") for content in history]
        show(Text.assemble((surface, "bold cyan"), *said))
        console.print()


def stop_at_embeddings(clients: Clients) -> None:
    stop("Embeddings", embed)
    texts = ["A cat sleeps on the sofa.", "A kitten naps on the couch.", "The market fell today.", "Shares lost value."]
    ours, others = (embed(client, texts) for client in clients.values())
    similarities = [[cosine(a, b) for b in ours] for a in ours]
    show(similarity_table(texts, similarities))
    pairs = [(first, second) for second in range(len(texts)) for first in range(second)]
    first, second = max(pairs, key=lambda pair: similarities[pair[0]][pair[1]])
    agree = all(cosine(a, b) > 0.9999 for a, b in zip(ours, others, strict=True))
    note(
        f"Cosine similarity of {len(texts)} vectors of {len(ours[0])} numbers; {first + 1} and {second + 1} are closest. "
        f"{' and '.join(clients)} returned {'the same' if agree else 'different'} vectors."
    )


def stop_at_search(clients: Clients) -> None:
    stop("Search", search)
    texts = [
        "Rennet curdles warm milk; the curd is pressed, salted, and left to ripen.",
        "Dust in the fan keeps a notebook's processor from cooling.",
        "Scrape the stinger off, and cool the skin with ice.",
        "The cheetah reaches 110 kilometres per hour.",
    ]
    table = plain_table("question", "nearest of four texts", "cosine")
    client = next(iter(clients.values()))
    questions = ["How is cheese made?", "My laptop gets very hot.", "A bee has stung me!", "The fastest land animal?"]
    for question in questions:
        nearness, text = search(client, question, texts)
        table.add_row(question, text, f"{nearness:.2f}")
    show(table)
    description = client.models.get(model="gemini-embedding-001").description or ""
    note(f"A question and its text have few words in common. {description}")


def stop_at_tokens(clients: Clients) -> None:
    stop("Tokens", count)
    table = plain_table("text", *clients)
    for text in ("Hello.", "Why is the sky blue?", "Donaudampfschifffahrtsgesellschaft", "你好，世界"):
        table.add_row(text, *(str(count(client, text)) for client in clients.values()))
    show(table)
    note("The tokens of the text alone, without those that the model's chat format adds to it.")


def stop_at_models(clients: Clients) -> None:
    stop("Models", models)
    for surface, client in clients.items():
        found = models(client)
        table = plain_table(f"{surface}: {len(found)} models", "")
        for model in found[:4]:
            limit = f"reads {model.input_token_limit:,} tokens" if model.input_token_limit else ""
            table.add_row(model.name, limit)
        if len(found) > 4:
            table.add_row("…", "")
        show(table)
        console.print()


def stop_at_errors(clients: Clients) -> None:
    stop("Errors", ask_nobody)
    for surface, client in clients.items():
        error = ask_nobody(client)
        show(Text.assemble((surface, "bold cyan"), f"\n{error.code} {error.status}: {first_sentence(error.message)}."))
        note(error.hint or "")


# Layout.


_numbers = itertools.count(1)


def stop(title: str, *shown: Callable[..., object]) -> None:
    console.print(Rule(f"[bold]{next(_numbers)} · {title}", align="left", style="dim"))
    source = "\n\n".join(inspect.getsource(each).rstrip() for each in shown)
    code = Syntax(source, "python", theme="ansi_dark", background_color="default")
    console.print(Padding(code, (1, 2)))


def spoken(surface: str, question: str, text: str | None) -> Text:
    return Text.assemble((surface, "bold cyan"), (f"\n{question}\n", "italic dim"), (text or "").strip())


def indented(shown: RenderableType) -> RenderableType:
    return Padding(shown, (0, 2))


def show(shown: RenderableType) -> None:
    console.print(indented(shown))


def note(text: str, below: int = 1) -> None:
    console.print(Padding(Text(text, style="dim"), (0, 2, below, 2)))


class Still:
    """Replacement for a live display if the output is not a terminal: it shows only the last state."""

    shown: RenderableType = ""

    def update(self, shown: RenderableType) -> None:
        self.shown = shown


@contextmanager
def live() -> Iterator[Live | Still]:
    """Yield a display whose content may change until the block ends."""
    if console.is_terminal:
        with Live(console=console, vertical_overflow="visible", refresh_per_second=20) as screen:
            yield screen
    else:
        still = Still()
        yield still
        console.print(still.shown)


def first_sentence(text: object) -> str:
    return str(text).partition(". ")[0].rstrip(".")


def plain_table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold cyan")
    for column in columns:
        table.add_column(column)
    return table


def similarity_table(texts: list[str], similarities: list[list[float]]) -> Table:
    table = plain_table("", *(str(number + 1) for number in range(len(texts))))
    lowest = min(map(min, similarities))
    for number, (text, row) in enumerate(zip(texts, similarities, strict=True), start=1):
        cells = [Text(f"{value:.2f}", style=shade((value - lowest) / ((1 - lowest) or 1))) for value in row]
        table.add_row(f"{number} {text}", *cells)
    return table


def shade(warmth: float) -> str:
    return "bold green" if warmth > 0.55 else "yellow" if warmth > 0.25 else "dim"


def cosine(a: list[float], b: list[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True)) / (math.hypot(*a) * math.hypot(*b))


# The server.


def pull(model: str) -> None:
    is_new = not weights.path_of(model).is_file()
    weights.pull(model, say=lambda text: note(text, below=0) if is_new else None)


@contextmanager
def server() -> Iterator[tuple[str, str]]:
    """Yield the URL and the key of a server for both services."""
    url = os.environ.get("GOOGLE_GEMINI_BASE_URL") or os.environ.get("GOOGLE_VERTEX_BASE_URL")
    if url:
        yield url, os.environ.get("GOOGLE_API_KEY", "local")
        return
    with ExitStack() as running:
        try:
            pull(weights.DEFAULT)
            try:
                pull(weights.FOR_EMBEDDINGS[0])
            except (RuntimeError, OSError) as error:
                note(f"No model for embeddings, so the model for chats makes them: {first_sentence(error)}.")
            started = running.enter_context(genai_local.serve(engine="llama"))
        except (RuntimeError, OSError) as error:
            reason = escape(first_sentence(error))
            console.print(f"[bold yellow]No model, so the answers below are scripted:[/] {reason}.", soft_wrap=True)
            started = running.enter_context(genai_local.serve(engine="scripted"))
        proxied = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
        os.environ["no_proxy"] = f"{proxied},{started.host}" if proxied else started.host
        yield started.url, "local"


def main() -> None:
    with server() as (url, key):
        options = types.HttpOptions(base_url=url)
        clients = {
            "Gemini Developer API": genai.Client(vertexai=False, api_key=key, http_options=options),
            "Vertex AI": genai.Client(vertexai=True, api_key=key, http_options=options),
        }
        description = clients["Gemini Developer API"].models.get(model=MODEL).description or ""
        small = "smollm2" in description
        console.print(
            Panel(
                f"[bold]google-genai {genai.__version__}[/], one client for each of two services, both at {url}\n"
                f"{escape(description)}"
                + (
                    "\n[dim]Such a small model writes fluent text, but many of its facts are wrong.[/]" if small else ""
                ),
                title="A tour",
                border_style="cyan",
                padding=(1, 2),
            )
        )
        tour(clients)
        console.print(
            Padding(
                "Next: [bold]examples/quickstart.py[/], a program of five lines · [bold].venv/bin/genai-local serve[/], a "
                "server that keeps running · [bold]docs/guides/getting-started.md[/]",
                (0, 0, 1, 0),
            )
        )


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        console.print("\nStopped.")
        sys.exit(130)
