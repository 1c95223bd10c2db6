"""Static checks of programs that use the package: correct programs pass, and wrong ones get the expected errors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_RIGHT = """
# pyright: strict
from collections.abc import AsyncIterator, Iterator, MutableMapping, MutableSequence

from google.ai import generativelanguage as newest, generativelanguage_v1 as v1, generativelanguage_v1beta as api
from google.ai.generativelanguage_v1beta import types
from google.ai.generativelanguage_v1beta.services.generative_service import GenerativeServiceClient, transports
from google.ai.generativelanguage_v1beta.services.model_service.pagers import ListModelsAsyncPager, ListModelsPager

client = api.GenerativeServiceClient(client_options={"api_key": "k", "api_endpoint": "example.com"}, transport="rest")
same: GenerativeServiceClient = api.GenerativeServiceClient(transport=transports.GenerativeServiceGrpcTransport(host="h"))
latest: api.GenerativeServiceClient = newest.GenerativeServiceClient()


def blocking() -> None:
    response = client.generate_content(model="models/m", contents=[{"parts": [{"text": "a"}]}])
    text: str = response.candidates[0].content.parts[0].text
    reason: types.Candidate.FinishReason = response.candidates[0].finish_reason
    count: int = response.usage_metadata.total_token_count
    request = api.GenerateContentRequest(model="models/m", contents=[api.Content(role="user")])
    client.generate_content(request, timeout=3.5, metadata=[("x-a", "b")], retry=None)
    client.generate_content({"model": "models/m"})
    stream: Iterator[api.GenerateContentResponse] = client.stream_generate_content(request)
    for piece in stream:
        print(piece.candidates, text, reason, count)
    vector: MutableSequence[float] = client.embed_content(model="models/m", content=api.Content()).embedding.values
    answer = client.generate_answer(answer_style=api.GenerateAnswerRequest.AnswerStyle.VERBOSE)
    total: int = client.count_tokens(request={"model": "models/m"}).total_tokens
    print(vector, answer.answerable_probability, total)


def lists() -> None:
    with api.ModelServiceClient() as models:
        pager: ListModelsPager = models.list_models(page_size=3)
        for model in pager:
            name: str = model.name
            print(name, model.input_token_limit)
        for page in pager.pages:
            token: str = page.next_page_token
            print(token)
        nothing: None = models.delete_tuned_model(name="tunedModels/t")
        print(nothing)


async def asynchronous() -> None:
    async with api.GenerativeServiceAsyncClient(client_options={"api_key": "k"}) as client:
        response = await client.generate_content(model="models/m")
        stream: AsyncIterator[api.GenerateContentResponse] = await client.stream_generate_content(model="models/m")
        async for piece in stream:
            print(piece.candidates, response.model_version)
    async with api.ModelServiceAsyncClient() as models:
        pager: ListModelsAsyncPager = await models.list_models()
        async for model in pager:
            print(model.display_name)


def messages() -> None:
    schema = types.Schema(type_=types.Type.OBJECT, properties={"a": types.Schema(type_=types.Type.STRING)})
    properties: MutableMapping[str, types.Schema] = schema.properties
    declaration = types.FunctionDeclaration(name="f", description="d", parameters=schema)
    tool = types.Tool(function_declarations=[declaration])
    setting = types.SafetySetting(
        category=types.HarmCategory.HARM_CATEGORY_HARASSMENT, threshold=types.SafetySetting.HarmBlockThreshold.BLOCK_NONE
    )
    part = types.Part(inline_data=types.Blob(mime_type="image/png", data=b"x"))
    print(properties, tool.function_declarations[0].name, setting.category.name, part.inline_data.data)
    older: v1.GenerateContentRequest = v1.GenerateContentRequest(model="models/m")
    path: str = api.GenerativeServiceClient.model_path("m")
    part = api.types.Part(text="a") if older else newest.types.Part(text="b")
    print(part, path, newest.__version__, api.GenerativeServiceClient.DEFAULT_ENDPOINT, client.api_endpoint, client.universe_domain)
"""

_WRONG = """
# pyright: strict
from google.ai import generativelanguage_v1beta as api

client = api.GenerativeServiceClient()
api.GenerativeServiceClient("k")  # wrong: arguments have names
api.GenerativeServiceClient(api_key="k")  # wrong: it is an option
api.GenerativeServiceClient(transport=3)  # wrong: not a transport
api.Nope  # wrong: no such name
client.generate_content(model=3)  # wrong: a text
client.generate_content("models/m")  # wrong: a message or a dict
client.generate_content(api.CountTokensRequest())  # wrong: the message of another method
client.generate_content(contents="a")  # wrong: a list
client.generate_content(contents=api.Content())  # wrong: a list
client.generate_content(contents=[3])  # wrong: contents or dicts
client.generate_content(config={})  # wrong: no such argument
client.generate_content(timeout=3, retry="no")  # wrong: not a retry
client.generate_content(metadata={"a": "b"})  # wrong: pairs
client.generate_contents()  # wrong: no such method
client.generate_content().text  # wrong: no such field
client.generate_content().candidates[0].content.parts[0].txt  # wrong: no such field
for piece in client.generate_content():  # wrong: not a stream
    pass
number: int = client.generate_content().candidates[0].content.parts[0].text  # wrong: a text
client.stream_generate_content(model="models/m").candidates  # wrong: a stream
client.embed_content(contents=[])  # wrong: its name is content
client.bidi_generate_content()  # wrong: it needs requests


async def asynchronous(client: api.GenerativeServiceAsyncClient, models: api.ModelServiceAsyncClient) -> None:
    client.generate_content().candidates  # wrong: awaited
    async for piece in client.stream_generate_content():  # wrong: awaited
        print(piece)
    for model in await models.list_models():  # wrong: async for
        print(model)
    with client:  # wrong: async with
        pass
"""


def test_right_programs_pass_the_strict_check(tmp_path: Path) -> None:
    assert _complaints(tmp_path, _RIGHT) == []


def test_each_wrong_line_is_found_and_no_other(tmp_path: Path) -> None:
    lines = _WRONG.splitlines()
    wrong = {number for number, line in enumerate(lines) if "# wrong:" in line}
    found = {
        number
        for number, _ in _complaints(tmp_path, _WRONG)
        if lines[number].strip() not in ("print(piece)", "print(model)")
    }
    assert [lines[number] for number in sorted(wrong - found)] == [], "expected errors that were not reported"
    assert [lines[number] for number in sorted(found - wrong)] == [], "unexpected errors"


def _complaints(folder: Path, program: str) -> list[tuple[int, str]]:
    (folder / "program.py").write_text(program)
    (folder / "pyrightconfig.json").write_text(json.dumps({"reportUnusedExpression": False, "pythonVersion": "3.10"}))
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "-p", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=300)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] == 1, done.stdout
    return [(line["range"]["start"]["line"], line["message"]) for line in report["generalDiagnostics"]]
