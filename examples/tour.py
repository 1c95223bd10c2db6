"""A tour of the SDK: answers, streams, async, embeddings, tokens and models, on both surfaces. Run it with `make demo`.

It talks to the server that GOOGLE_GEMINI_BASE_URL or GOOGLE_VERTEX_BASE_URL names, as `genai-local serve` prints them. Where
neither is set it starts one for its own time, with a small model that is fetched once; without the model, the server's
answers are scripted, and the tour says so.
"""

from __future__ import annotations

import asyncio
import inspect
import math
import os
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.live import Live
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
EMBEDDING_MODEL = "gemini-embedding-001"
CALM = types.GenerateContentConfig(temperature=0, max_output_tokens=120)

console = Console(highlight=False)
console.width = min(console.width, 100)


# What the tour shows: each of these functions is printed before it is run.


def answer(client: genai.Client, question: str):
    return client.models.generate_content(model=MODEL, contents=question, config=CALM)


def stream(client: genai.Client, question: str):
    for chunk in client.models.generate_content_stream(model=MODEL, contents=question, config=CALM):
        yield chunk.text or ""


async def ask_all(client: genai.Client, questions: list[str]):
    calls = [client.aio.models.generate_content(model=MODEL, contents=question, config=CALM) for question in questions]
    return await asyncio.gather(*calls)


async def stream_into(client: genai.Client, question: str, show: Callable[[str], None]):
    async for chunk in await client.aio.models.generate_content_stream(model=MODEL, contents=question, config=CALM):
        show(chunk.text or "")


def embed(client: genai.Client, texts: list[str]):
    response = client.models.embed_content(model=EMBEDDING_MODEL, contents=texts)
    return [embedding.values for embedding in response.embeddings]


def count(client: genai.Client, text: str):
    return client.models.count_tokens(model=MODEL, contents=text).total_tokens


def names(client: genai.Client):
    return [model.name for model in client.models.list()]


def ask_for_what_is_not_there(client: genai.Client):
    try:
        client.models.generate_content(model="no-such-model", contents="Hello?")
    except errors.ClientError as error:
        return error


# The stops.


def tour(clients: dict[str, genai.Client]) -> None:
    stop("An answer", answer)
    questions = ["Describe a quiet morning in the mountains in two sentences.", "Name one good thing about trains."]
    for (surface, client), question in zip(clients.items(), questions, strict=True):
        started = time.perf_counter()
        response = answer(client, question)
        usage = response.usage_metadata
        say(surface, question, response.text)
        note(
            f"{time.perf_counter() - started:.1f} s · {usage.prompt_token_count} tokens read, "
            f"{usage.candidates_token_count} written"
        )

    stop("An answer as it is made", stream)
    questions = ["Write two sentences about the sea.", "Name one good thing about rainy days."]
    for (surface, client), question in zip(clients.items(), questions, strict=True):
        started = time.perf_counter()
        arrivals: list[float] = []
        text = ""
        with Live(console=console, vertical_overflow="visible", refresh_per_second=20) as live:
            for piece in stream(client, question):
                arrivals.append(time.perf_counter() - started)
                text += piece
                live.update(spoken(surface, question, text))
        note(
            f"{len(arrivals)} chunks, the first after {arrivals[0] * 1000:.0f} ms, the last after {arrivals[-1]:.1f} s"
        )

    asyncio.run(async_stops(clients))

    stop("Embeddings", embed)
    texts = ["A cat sleeps on the sofa.", "A kitten naps on the couch.", "The market fell today.", "Shares lost value."]
    vectors = [embed(client, texts) for client in clients.values()]
    similarities = [[cosine(a, b) for b in vectors[0]] for a in vectors[0]]
    console.print(Padding(similarity_table(texts, similarities), (0, 2)))
    first, second = max(
        ((a, b) for a in range(len(texts)) for b in range(a)), key=lambda pair: similarities[pair[0]][pair[1]]
    )
    note(
        f"{len(texts)} vectors of {len(vectors[0][0])} numbers, compared by cosine. Closest: {second + 1} and {first + 1}."
    )
    same = all(math.isclose(a, b, abs_tol=1e-5) for a, b in zip(sum(vectors[0], []), sum(vectors[1], []), strict=True))
    note(f"{' and '.join(clients)} returned {'the same' if same else 'different'} vectors.")

    stop("Tokens", count)
    table = plain_table("text", *clients)
    for text in ("Hello.", "Why is the sky blue?", "Donaudampfschifffahrtsgesellschaft", "你好，世界"):
        table.add_row(text, *(str(count(client, text)) for client in clients.values()))
    console.print(Padding(table, (0, 2)))
    note("With the frame that the model's chat format puts around each text.")

    stop("Models", names)
    table = plain_table(*clients)
    for row in zip(*(names(client) for client in clients.values()), strict=False):
        table.add_row(*row)
    console.print(Padding(table, (0, 2)))

    stop("When something is wrong", ask_for_what_is_not_there)
    for surface, client in clients.items():
        error = ask_for_what_is_not_there(client)
        console.print(Padding(Text.assemble((f"{surface}\n", "bold cyan"), f"{error.code} {error.status}"), (0, 2)))
        console.print(Padding(Text(f"{error.message}"), (0, 2)))
        note(error.hint or "")


async def async_stops(clients: dict[str, genai.Client]) -> None:
    stop("Several answers at once, async", ask_all)
    for (surface, client), people in zip(
        clients.items(), (["gardener", "baker"], ["astronomer", "tailor"]), strict=True
    ):
        questions = [
            f"What does {'an' if who[0] in 'aeiou' else 'a'} {who} do? Answer in one sentence." for who in people
        ]
        started = time.perf_counter()
        for question, response in zip(questions, await ask_all(client, questions), strict=True):
            say(surface, question, response.text)
        note(f"Both in {time.perf_counter() - started:.1f} s.")

    stop("Two streams side by side, async", stream_into)
    questions = ["What is photosynthesis? Answer in one sentence.", "What is a library? Answer in one sentence."]
    texts = dict.fromkeys(clients, "")
    asked = dict(zip(clients, questions, strict=True))
    with Live(console=console, vertical_overflow="visible", refresh_per_second=20) as live:

        def show_for(surface: str) -> Callable[[str], None]:
            def show(piece: str) -> None:
                texts[surface] += piece
                width = console.width // 2 - 1
                panels = [Panel(spoken(name, asked[name], texts[name], indent=0), width=width) for name in clients]
                live.update(Columns(panels, padding=(0, 1)))

            return show

        await asyncio.gather(*(stream_into(client, asked[name], show_for(name)) for name, client in clients.items()))
    console.print()
    for client in clients.values():
        await client.aio.aclose()


# How it looks.

_stops = 0


def stop(title: str, shown: Callable[..., object]) -> None:
    global _stops
    _stops += 1
    console.print(Rule(f"[bold]{_stops} · {title}", align="left", style="dim"))
    source = textwrap.dedent(inspect.getsource(shown)).rstrip()
    code = Syntax(source, "python", theme="ansi_dark", background_color="default", word_wrap=True)
    console.print(Padding(code, (1, 2)))


def spoken(surface: str, question: str, text: str | None, indent: int = 2) -> RenderableType:
    lines = Text.assemble((f"{surface} ", "bold cyan"), (f"{question}\n", "italic"), (text or "").strip())
    return Padding(lines, (0, indent))


def say(surface: str, question: str, text: str | None) -> None:
    console.print(spoken(surface, question, text))


def note(text: str, below: int = 1) -> None:
    console.print(Padding(Text(text, style="dim"), (0, 2, below, 2)))


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


# Where the answers come from.


@contextmanager
def server() -> Iterator[tuple[str, str]]:
    """Yield the address and the key of a server for both surfaces."""
    url = os.environ.get("GOOGLE_GEMINI_BASE_URL") or os.environ.get("GOOGLE_VERTEX_BASE_URL")
    if url:
        yield url, os.environ.get("GOOGLE_API_KEY", "local")
        return
    with ExitStack() as running:
        try:
            weights.pull(weights.DEFAULT, say=lambda text: note(text, below=0))
            started = running.enter_context(genai_local.serve(engine="llama"))
        except (RuntimeError, OSError) as error:
            reason = str(error).partition(". ")[0]
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
        model = clients["Gemini Developer API"].models.get(model=MODEL)
        console.print(
            Panel(
                f"[bold]google-genai {genai.__version__}[/], one client for each of two services, both at {url}\n"
                f"{model.description}\n"
                "[dim]A model this small writes fluently and knows little; what is shown here is the way to it.[/]",
                title="A tour",
                border_style="cyan",
                padding=(1, 2),
            )
        )
        tour(clients)
        console.print(
            Padding(
                "Next: [bold]examples/quickstart.py[/], five lines · [bold]genai-local serve[/], a server to keep · "
                "[bold]docs/guides/getting-started.md[/]",
                (0, 0, 1, 0),
            )
        )


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        console.print("\nStopped.")
        sys.exit(130)
