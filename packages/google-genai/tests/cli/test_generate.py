"""`genai generate`: prompts, streams, attachments, options, schemas, tools, JSON, and programs that do the same."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde\x00\x00\x00\x0cIDATx\x9cc\xf8"
    b"\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00\x00\x00IEND\xaeB`\x82"
)


def body(service) -> dict:
    return service.last_request.json


def sent_parts(service) -> list[dict]:
    return body(service)["contents"][-1]["parts"]


def test_the_answer_alone_is_on_stdout(genai, service) -> None:
    service.on("sky").stream(["Because ", "of scattering."])
    result = genai("Why is the sky blue?")
    assert (result.code, result.out, result.err) == (0, "Because of scattering.\n", "")
    assert service.last_request.path.endswith("models/gemini-2.5-flash:streamGenerateContent")


def test_an_answer_that_ends_a_line_gets_no_second_one(genai, service) -> None:
    service.on(".").reply("a\nb\n")
    assert genai("generate", "x").out == "a\nb\n"


@pytest.mark.parametrize(
    ("words", "stdin", "expected"),
    [
        (["Summarise this."], "The text.\n", "The text.\n\nSummarise this."),
        ([], "The text.", "The text."),
        (["Two", "words"], "", "Two words"),
        (["Umlaut: ä"], "\ufeffß", "ß\n\nUmlaut: ä"),
    ],
)
def test_stdin_joins_the_prompt(genai, service, words, stdin, expected) -> None:
    assert genai("generate", *words, stdin=stdin).code == 0
    assert sent_parts(service) == [{"text": expected}]


def test_settings_are_sent(genai, service) -> None:
    options = ["-o", "temperature=0.5", "-o", 'stop_sequences=["END"]', "-o", "thinking_config.thinking_budget=0"]
    assert genai("generate", "x", "-m", "gemini-2.5-pro", "-s", "Be brief.", *options, "--no-stream").code == 0
    request = body(service)
    assert service.last_request.path.endswith("models/gemini-2.5-pro:generateContent")
    assert request["systemInstruction"]["parts"] == [{"text": "Be brief."}]
    assert request["generationConfig"] == {
        "temperature": 0.5,
        "stopSequences": ["END"],
        "thinkingConfig": {"thinkingBudget": 0},
    }


def test_attachments(genai, service, work) -> None:
    (work / "a.png").write_bytes(PNG)
    (work / "notes.unknown").write_text("plain text")
    result = genai("generate", "What?", "-a", "a.png", "-a", "notes.unknown", "--at", "a.png", "image/x-own")
    assert result.code == 0
    kinds = [part["inlineData"]["mimeType"] for part in sent_parts(service)[1:]]
    assert kinds == ["image/png", "text/plain", "image/x-own"]


def test_binary_stdin_is_attached_if_its_kind_is_known(genai, service) -> None:
    assert genai("generate", "What?", stdin=PNG).code == 0
    assert [*sent_parts(service)[1]] == ["inlineData"]
    assert genai("generate", "What?", "-a", "-", stdin=PNG).code == 0
    assert sent_parts(service)[1]["inlineData"]["mimeType"] == "image/png"
    assert genai("generate", "What?", "--at", "-", "audio/x-own", stdin=b"\xff\x00").code == 0
    assert sent_parts(service)[1]["inlineData"]["mimeType"] == "audio/x-own"


def test_addresses_are_fetched_or_passed_on(genai, service) -> None:
    service.put_object("gs://bucket/a.pdf", b"%PDF-1.4", "application/pdf")
    page = genai("generate", "x", "-a", f"{service.url}/v1beta/models")
    assert page.code == 0
    assert sent_parts(service)[1]["inlineData"]["mimeType"] == "application/json"
    missing = genai("generate", "x", "-a", f"{service.url}/missing.png")
    assert (missing.code, missing.out) == (2, "")
    assert "/missing.png: the server answered 404 Not Found." in missing.err
    assert genai("generate", "x", "-a", "https://youtu.be/abc", "--dry-run").code == 0
    shown = genai("generate", "x", "-a", "gs://bucket/a.pdf", "--dry-run").out
    assert '"fileUri": "gs://bucket/a.pdf"' in shown
    assert '"mimeType": "application/pdf"' in shown


def test_a_stored_file_is_attached_by_name_or_address(genai, service, work) -> None:
    (work / "a.txt").write_text("hello")
    address = genai("files", "upload", "a.txt", "-q").out.strip()
    name = address[address.index("files/") :]
    for given in (name, address):
        assert genai("generate", "x", "-a", given).code == 0
        assert sent_parts(service)[1]["fileData"] == {"fileUri": address, "mimeType": "text/plain"}


def test_a_large_file_is_uploaded_first(genai, service, work, monkeypatch) -> None:
    monkeypatch.setattr("google.genai._cli.attachments.MOST_INLINE_BYTES", 1000)
    (work / "large.txt").write_text("a" * 2000)
    result = genai("generate", "x", "-a", "large.txt")
    assert result.code == 0
    assert "Uploading large.txt (2.0 KB)" in result.err
    assert "fileUri" in sent_parts(service)[1]["fileData"]


def test_a_short_schema(genai, service) -> None:
    service.on(".").reply('{"name": "Ada", "age": 36}')
    result = genai("generate", "A person", "--schema", "name, age int: in years, tags? str[]")
    assert (result.code, json.loads(result.out)) == (0, {"name": "Ada", "age": 36})
    assert body(service)["generationConfig"]["responseJsonSchema"] == {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "age": {"type": "integer", "description": "in years"},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["name", "age"],
    }


def test_a_schema_from_a_file_from_json_and_from_a_class(genai, service, work) -> None:
    (work / "person.json").write_text('{"type": "array", "items": {"type": "integer"}}')
    (work / "cli_shapes.py").write_text("import pydantic\nclass Point(pydantic.BaseModel):\n    x: int\n")
    service.on("list").reply("[1, 2]")
    service.on("point").reply('{"x": 1}')
    assert genai("generate", "a list", "--schema", "person.json", "--json").json["parsed"] == [1, 2]
    assert genai("generate", "a list", "--schema", '{"type": "array"}').code == 0
    assert genai("generate", "a point", "--schema", "cli_shapes:Point").code == 0


@pytest.mark.parametrize(
    ("schema", "reply", "problem"),
    [
        ("name, age int", '{"name": "Ada"}', "the field 'age' is missing"),
        ("name, age int", '{"name": "Ada", "age": "36"}', "answer.age: expected integer"),
        ("[n int]", '[{"n": 1}, {"n": true}]', "answer[1].n: expected integer"),
        ("name", "Ada", "not JSON"),
        ('{"type": "string", "enum": ["a"]}', '"b"', "expected one of"),
        ('{"$ref": "#/$defs/A", "$defs": {"A": {"type": "string"}}}', "1", "expected string"),
        ('{"anyOf": [{"type": "string"}, {"type": "null"}]}', "1", "expected string"),
        ("cli_other_shapes:Point", '{"x": "one"}', "x"),
    ],
)
def test_an_answer_that_breaks_the_schema_is_7(genai, service, work, schema, reply, problem) -> None:
    (work / "cli_other_shapes.py").write_text("import pydantic\nclass Point(pydantic.BaseModel):\n    x: int\n")
    service.on(".").reply(reply)
    result = genai("generate", "x", "--schema", schema)
    assert result.code == 7
    assert result.out == reply + "\n"
    assert problem in result.err


def test_json_has_the_same_keys_for_answers_and_errors(genai, service) -> None:
    service.on("sky").reply("Blue.")
    good = genai("the sky", "--json")
    service.fail(400, message="no such thing")
    bad = genai("the sky", "--json")
    assert (good.code, bad.code) == (0, 3)
    assert list(good.json) == list(bad.json)
    assert good.json["answer"] == "Blue."
    assert good.json["error"] is None
    assert good.json["usage"]["total_token_count"] > 0
    assert bad.json["error"] == {
        "kind": "refused",
        "exit_code": 3,
        "message": "400 INVALID_ARGUMENT: no such thing",
        "hint": None,
        "code": 400,
        "status": "INVALID_ARGUMENT",
        "attempts": 1,
    }


def test_usage_errors_are_json_too(genai, service) -> None:
    result = genai("generate", "x", "--json", "-o", "nonsense=1")
    assert result.code == 2
    assert result.json["error"]["exit_code"] == 2


def test_usage_and_extract(genai, service) -> None:
    service.on(".").reply("Here:\n```python\nprint(1)\n```\nDone.\n```\nno\n```")
    result = genai("generate", "code", "-x", "-u")
    assert result.out == "print(1)\n"
    assert result.err.startswith("Tokens: ")


TOOLS = """
def add(a: int, b: int) -> int:
    "Add two numbers."
    return a + b

def broken(a: int) -> int:
    "Fail."
    raise RuntimeError("no luck")

async def later() -> int:
    "Wait."

class Thing: pass
"""


def test_a_tool_runs_with_yes(genai, service, work) -> None:
    (work / "cli_tools.py").write_text(TOOLS)
    service.on("sum").reply({"functionCall": {"name": "add", "args": {"a": 2, "b": 3}}})
    service.on(function_response="add").reply("It is 5.")
    result = genai("generate", "the sum", "--tool", "cli_tools:add", "--yes", "--json")
    assert result.json["answer"] == "It is 5."
    assert result.json["tools"] == [{"name": "add", "arguments": {"a": 2, "b": 3}, "result": 5, "error": None}]
    assert result.err == "Tool: add(a=2, b=3)\n"


@pytest.mark.parametrize(("reply", "runs"), [("y\n", True), ("n\n", False), ("\n", False), ("a\n", True)])
def test_a_tool_asks_first(genai, service, work, monkeypatch, reply, runs) -> None:
    (work / "cli_tools.py").write_text(TOOLS)
    asked = []
    monkeypatch.setattr("google.genai._cli.tools._can_ask", lambda: True)
    monkeypatch.setattr("google.genai._cli.tools._ask", lambda question: asked.append(question) or reply)
    service.on("sum").reply({"functionCall": {"name": "add", "args": {"a": 2, "b": 3}}})
    service.on(function_response="add").reply("Done.")
    result = genai("generate", "the sum", "--tool", "cli_tools:add", "--json")
    assert asked == ["Run add(a=2, b=3)? [y]es, [n]o, [a]lways this function: "]
    call = result.json["tools"][0]
    assert (call["result"], call["error"]) == ((5, None) if runs else (None, "refused by the user"))
    response = service.last_request.json["contents"][-1]["parts"][0]["functionResponse"]["response"]
    assert ("error" in response) is not runs


def test_a_tool_that_fails_is_reported_to_the_model(genai, service, work) -> None:
    (work / "cli_tools.py").write_text(TOOLS)
    service.on("sum").reply({"functionCall": {"name": "broken", "args": {"a": 2}}})
    service.on(function_response="broken").reply("It failed.")
    result = genai("generate", "the sum", "--tool", "cli_tools:broken", "--yes")
    assert (result.code, result.out) == (0, "It failed.\n")
    assert "RuntimeError: no luck" in result.err


def test_dry_run_curl_and_python_send_nothing(genai, service, work) -> None:
    (work / "a.png").write_bytes(PNG)
    for flag in ("--dry-run", "--curl", "--python"):
        result = genai("generate", "Hello", "-a", "a.png", "-o", "temperature=0", flag)
        assert result.code == 0
        assert "AIza" not in result.out
        assert "gemini-2.5-flash" in result.out
    assert not service.requests
    assert genai("logs", "list").code == 2  # nothing was logged


def test_dry_run_needs_no_key(genai, environment, monkeypatch) -> None:
    result = genai("generate", "Hello", "--dry-run")
    assert result.code == 0
    assert result.out.startswith(
        "POST https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse\n"
    )
    vertex = genai(
        "generate", "Hello", "--dry-run", "--vertexai", "--project", "p1", "--location", "us-central1", "--no-stream"
    )
    assert vertex.code == 0, vertex.err
    assert vertex.out.startswith(
        "POST https://us-central1-aiplatform.googleapis.com/v1beta1/projects/p1/locations/us-central1/publishers/google/"
        "models/gemini-2.5-flash:generateContent\n"
    )
    assert "authorization: …" in vertex.out


def test_the_curl_command_is_sent_as_shown(genai, service, monkeypatch) -> None:
    shown = genai("generate", 'It\'s $HOME "here"', "--curl", "--no-stream").out
    assert '"x-goog-api-key: $GOOGLE_API_KEY"' in shown
    # the shell's words, without curl itself
    program = "import json, sys; print(json.dumps(sys.argv[1:]))"
    script = shown.replace("curl -sS", f"{sys.executable} -c '{program}'", 1)
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, timeout=30)
    words = json.loads(done.stdout)
    assert words[0] == f"{service.url}/v1beta/models/gemini-2.5-flash:generateContent"
    assert json.loads(words[-1])["contents"][0]["parts"] == [{"text": 'It\'s $HOME "here"'}]


@pytest.mark.parametrize("more", [[], ["--no-stream"], ["--schema", "name, age int"], ["--tool", "cli_tools:add"]])
def test_the_program_does_the_same(genai, service, work, more) -> None:
    (work / "cli_tools.py").write_text(TOOLS)
    (work / "a.png").write_bytes(PNG)
    service.on(".").reply('{"name": "Ada", "age": 36}')
    arguments = ["Hello 'you'\n\"there\"", "-a", "a.png", "-s", "Be brief.", "-o", "temperature=0.5", *more]
    program = genai("generate", *arguments, "--python").out
    (work / "program.py").write_text(program)
    assert genai("generate", *arguments, "--yes").code == 0
    by_command = service.last_request
    done = subprocess.run(
        [sys.executable, "-W", "error", "program.py"], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, '{"name": "Ada", "age": 36}\n', "")
    by_program = service.last_request
    assert by_program.json == by_command.json
    assert by_program is not by_command


def test_an_answer_without_a_text_is_6(genai, service) -> None:
    service.on(".").reply("", finish_reason="SAFETY")
    result = genai("generate", "x")
    assert result.code == 6
    assert "SAFETY" in result.err


def test_a_cut_answer_is_noted(genai, service) -> None:
    service.on(".").reply("Once upon", finish_reason="MAX_TOKENS")
    result = genai("generate", "x")
    assert (result.code, result.out) == (0, "Once upon\n")
    assert result.err == "The answer is cut, because max_output_tokens was used up.\n"
