"""The commands for resources of the service, media, embeddings, live sessions and interactions, against the local server."""

from __future__ import annotations

import json
import re
import sys
import wave

import pytest


def test_models(genai, service) -> None:
    names = [line.split("\t")[0] for line in genai("models", "list").out.splitlines()]
    assert "models/gemini-2.5-flash" in names
    assert genai("models", "list", "--limit", "2", "--json").json[0]["name"] == names[0]
    assert "input_token_limit: " in genai("models", "get", "gemini-2.5-flash").out
    missing = genai("models", "get", "nope")
    assert missing.code == 3
    assert "genai models list" in missing.err


def test_tuned_models(genai, service) -> None:
    service.add_tuned_model("mine")
    assert genai("models", "list", "--tuned").out.startswith("tunedModels/mine")
    assert genai("models", "update", "tunedModels/mine").code == 2
    assert genai("models", "update", "tunedModels/mine", "--description", "New", "--json").json["description"] == "New"
    asked = genai("models", "delete", "tunedModels/mine")
    assert asked.code == 2
    assert "--yes" in asked.err
    assert genai("models", "delete", "tunedModels/mine", "--yes").code == 0
    assert genai("models", "list", "--tuned").out == ""


def test_a_question_before_deleting(genai, service, monkeypatch) -> None:
    service.add_tuned_model("mine")
    assert genai("models", "delete", "tunedModels/mine", terminal="n\n").code == 2
    assert genai("models", "list", "--tuned").out
    assert genai("models", "delete", "tunedModels/mine", terminal="y\n").code == 0
    assert not genai("models", "list", "--tuned").out


def test_files(genai, service, work) -> None:
    (work / "a.txt").write_text("hello")
    (work / "b.data").write_bytes(b"\x00\xff")
    uploaded = genai("files", "upload", "a.txt", "b.data", "--type", "application/x-own", "--json").json
    assert [file["display_name"] for file in uploaded] == ["a.txt", "b.data"]
    name = uploaded[0]["name"]
    assert name in genai("files", "list").out
    assert "state: ACTIVE" in genai("files", "get", name).out
    assert genai("files", "wait", name, "--json").json["name"] == name
    refused = genai("files", "download", name, "--to", "c.txt")
    assert refused.code == 3
    assert not (work / "c.txt").exists()
    assert genai("files", "delete", *(file["name"] for file in uploaded), "--yes").code == 0
    assert genai("files", "list").out == ""


def test_a_file_that_the_service_cannot_process(genai, service, work) -> None:
    (work / "a.txt").write_text("hello")
    service.fail_files("It is broken.")
    result = genai("files", "upload", "a.txt")
    assert result.code == 3
    assert "It is broken." in result.err


def test_caches(genai, service) -> None:
    name = genai("caches", "create", "A long text", "-s", "Be brief.", "--ttl", "60", "--name", "mine").out.strip()
    assert "\tmine\t" in genai("caches", "list").out
    assert genai("caches", "get", name, "--json").json["name"] == name
    assert genai("caches", "update", name, "--ttl", "90").code == 0
    assert genai("generate", "Use it", "-o", f"cached_content={name}").code == 0
    assert service.last_request.json["cachedContent"] == name
    assert genai("caches", "delete", name, "--yes").code == 0
    assert genai("caches", "get", name).code == 3


def test_batches(genai, service, work) -> None:
    (work / "prompts.txt").write_text("one\n\ntwo\n")
    (work / "requests.jsonl").write_text(
        '{"key": "k1", "contents": "eins"}\n{"prompt": "zwei", "config": {"seed": 1}}\n'
    )
    name = genai("batches", "create", "prompts.txt", "--name", "mine").out.strip()
    assert name in genai("batches", "list").out
    waited = genai("batches", "wait", name)
    assert "state: JOB_STATE_SUCCEEDED" in waited.out
    assert "Batch JOB_STATE_SUCCEEDED" in waited.err
    lines = [json.loads(line) for line in genai("batches", "results", name).out.splitlines()]
    assert [line["answer"][-3:] for line in lines] == ["one", "two"]
    second = genai("batches", "create", "requests.jsonl", "--json").json["name"]
    genai("batches", "wait", second, "-q")
    keys = [json.loads(line)["key"] for line in genai("batches", "results", second).out.splitlines()]
    assert keys == ["k1", "1"]
    assert genai("batches", "create", "prompts.txt", "--embed").code == 0
    assert genai("batches", "cancel", name).code in (0, 3)
    assert genai("batches", "delete", name, "--yes").code == 0
    assert genai("batches", "get", name).code == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "requests.jsonl: it is empty."),
        ('{"contents": "a"}\n{broken\n', "requests.jsonl, line 2: invalid JSON"),
        ('{"prompt": "a", "modle": "x"}\n', "requests.jsonl, row 1: modle: InlinedRequest has no such field"),
        ('{"key": "a"}\n', "requests.jsonl, row 1: expected an object with the field contents."),
        ("5\n", "requests.jsonl, row 1: expected an object"),
    ],
)
def test_wrong_requests_of_a_batch(genai, service, work, text, message) -> None:
    (work / "requests.jsonl").write_text(text)
    result = genai("batches", "create", "requests.jsonl")
    assert result.code == 2
    assert message in result.err
    assert not service.requests


def test_stores(genai, service, work) -> None:
    (work / "manual.txt").write_text("The door opens to the left.")
    store = genai("stores", "create", "--name", "manuals").out.strip()
    document = genai("stores", "upload", store, "manual.txt").out.strip()
    assert document.startswith(f"{store}/documents/")
    genai("files", "upload", "manual.txt", "-q")
    file = genai("files", "list").out.split("\t")[0]
    assert genai("stores", "import", store, file).code == 0
    assert genai("stores", "documents", store).out.count("manual.txt") == 2
    assert "manuals" in genai("stores", "list").out
    assert genai("stores", "get", store).code == 0
    found = genai("stores", "search", store, "door")
    assert found.code == 0
    assert "Source: manual.txt" in found.err
    assert genai("stores", "delete", document, "--force", "--yes").code == 0
    assert genai("stores", "delete", store, "--force", "--yes").code == 0
    assert genai("stores", "list").out == ""


def test_tunings(genai, service, work) -> None:
    (work / "examples.jsonl").write_text('{"text_input": "1", "output": "2"}\n')
    name = genai("tunings", "create", "examples.jsonl", "-m", "gemini-2.0-flash-001", "--epochs", "2").out.strip()
    assert "state: JOB_STATE_SUCCEEDED" in genai("tunings", "wait", name).out
    assert name in genai("tunings", "list").out
    assert genai("tunings", "get", name, "--json").json["name"] == name
    (work / "examples.jsonl").write_text('{"text_input": "1"}\n')
    assert "row 1: expected an object" in genai("tunings", "create", "examples.jsonl", "-m", "m").err


def test_tokens(genai, service) -> None:
    assert int(genai("tokens", "hello there").out) > 0
    assert genai("tokens", stdin="hello", terminal=None).code == 0
    assert genai("tokens", "hello", "-s", "Be brief.", "--json").json["model"] == "gemini-2.5-flash"


def test_tokens_counted_on_this_machine(genai, service, monkeypatch) -> None:
    missing = genai("tokens", "hello", "--tokenizer", "missing.model")
    assert missing.code == 2
    assert "missing.model does not exist" in missing.err
    unknown = genai("tokens", "hello", "--local-tokenizer", "-m", "nothing-like-it")
    assert unknown.code == 2
    monkeypatch.setitem(sys.modules, "sentencepiece", None)
    uninstalled = genai("tokens", "hello", "--local-tokenizer")
    assert uninstalled.code == 1
    assert "pip install 'google-genai[local-tokenizer]'" in uninstalled.err
    assert not service.requests


def test_embed(genai, service, work) -> None:
    lines = [json.loads(line) for line in genai("embed", "a cat", "a dog", "--dimensions", "8").out.splitlines()]
    assert [(line["id"], line["text"], len(line["embedding"])) for line in lines] == [(0, "a cat", 8), (1, "a dog", 8)]
    assert json.loads(genai("embed", stdin="a cat\n").out)["text"] == "a cat"
    (work / "texts.jsonl").write_text('{"id": "x", "text": "a"}\n{"id": "y", "text": "b"}\n')
    assert genai("embed", "-i", "texts.jsonl", "--to", "out.jsonl", "--task", "RETRIEVAL_DOCUMENT").code == 0
    written = [json.loads(line) for line in (work / "out.jsonl").read_text().splitlines()]
    assert [line["id"] for line in written] == ["x", "y"]
    assert "requests" in service.last_request.json
    (work / "many.txt").write_text("\n".join(f"text {n}" for n in range(150)))
    assert genai("embed", "-i", "many.txt", "--dimensions", "4").out.count("\n") == 150


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x", "-i", "texts.jsonl"], "Give either texts or --input"),
        (["-i", "missing.jsonl"], "missing.jsonl: No such file"),
        (["-i", "texts.jsonl", "--column", "title"], "row 1: expected a text in the field 'title'"),
        (["x", "--to", "out.csv"], "expected a name that ends in .jsonl or .parquet"),
        ([], "No text to embed was given."),
    ],
)
def test_wrong_texts_to_embed(genai, service, work, arguments, message) -> None:
    (work / "texts.jsonl").write_text('{"text": "a"}\n')
    result = genai("embed", *arguments)
    assert result.code == 2
    assert message in result.err


def test_parquet(genai, service, work) -> None:
    try:
        import pyarrow
        import pyarrow.parquet as parquet
    except ModuleNotFoundError:
        result = genai("embed", "x", "--to", "out.parquet")
        assert result.code == 2
        assert "pip install pyarrow" in result.err
        assert not service.requests
        return
    parquet.write_table(pyarrow.Table.from_pylist([{"id": 1, "text": "a"}]), work / "in.parquet")
    assert genai("embed", "-i", "in.parquet", "--to", "out.parquet").code == 0
    assert parquet.read_table(work / "out.parquet").to_pylist()[0]["id"] == 1


def test_pictures(genai, service, work) -> None:
    result = genai("image", "a cat", "-n", "2")
    assert (result.code, result.out) == (0, "image-1.png\nimage-2.png\n")
    assert (work / "image-1.png").read_bytes().startswith(b"\x89PNG")
    assert genai("image", "a cat").out == "image-3.png\n"
    assert genai("image", "a cat", "--to", "cat").out == "cat.png\n"
    taken = genai("image", "a cat", "--to", "cat.png")
    assert taken.code == 2
    assert "--force" in taken.err
    assert genai("image", "a cat", "--to", "cat.png", "--force", "-o", "aspect_ratio=1:1").code == 0
    assert genai("image", "a cat", "--to", "no/cat.png").code == 2
    assert genai("image", "a cat", "-o", "aspect=1").code == 2


def test_pictures_of_a_model_for_content(genai, service, work) -> None:
    service.on("cat").reply([{"text": "A cat."}, {"inlineData": {"mimeType": "image/jpeg", "data": "/9j/"}}])
    service.on("dog").reply("I cannot draw dogs.")
    result = genai("image", "a cat", "-m", "gemini-2.5-flash-image")
    assert (result.out, result.err) == ("image-1.jpg\n", "A cat.\n")
    empty = genai("image", "a dog", "-m", "gemini-2.5-flash-image")
    assert empty.code == 6
    assert "I cannot draw dogs." in empty.err


def test_a_filtered_picture_is_6(genai, service) -> None:
    service.on(".").filter("Unsafe.")
    result = genai("image", "a cat", "-o", "include_rai_reason=true")
    assert result.code == 6


def test_videos(genai, service, work) -> None:
    result = genai("video", "a kite", "--to", "kite.mp4")
    assert (result.code, result.out) == (0, "kite.mp4\n"), result.err
    assert b"ftyp" in (work / "kite.mp4").read_bytes()[:12]
    name = genai("video", "a kite", "--no-wait").out.strip()
    assert "operations/" in name
    assert genai("operations", "get", name).code == 0
    assert genai("operations", "wait", name).code == 0
    assert genai("video", "a kite", "-a", __file__).code == 2


def test_live_text(genai, service) -> None:
    service.on("hello").stream(["Good ", "day."])
    result = genai("live", "hello", "-m", "gemini-live-2.5-flash-preview")
    assert (result.code, result.out, result.err) == (0, "Good day.\n", "")


def test_live_sound(genai, service, work) -> None:
    with wave.open(str(work / "question.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(bytes(44_100))
    result = genai("live", "--audio", "question.wav", "--to", "answer.wav", "--voice", "Puck")
    assert result.code == 0, result.err
    assert "Saved: answer.wav (" in result.err
    with wave.open(str(work / "answer.wav")) as file:
        assert file.getframerate() == 24_000
        assert file.getnframes() > 1000
    assert genai("live", "x", "--to", "answer.wav").code == 2


@pytest.mark.parametrize("content", [None, b"not a wav file"])
def test_live_sound_that_cannot_be_read(genai, service, work, content) -> None:
    if content is not None:
        (work / "a.wav").write_bytes(content)
    result = genai("live", "--audio", "a.wav")
    assert result.code == 2
    assert "--audio a.wav: " in result.err


def test_interactions(genai, service) -> None:
    service.on("My name").stream(["Hello, ", "Ada."])
    first = genai("interactions", "create", "My name is Ada.")
    assert (first.code, first.out) == (0, "Hello, Ada.\n")
    id = first.err.split()[-1]
    second = genai("interactions", "create", "And now?", "-p", id, "--json")
    assert second.code == 0
    assert second.json["status"] == "completed"
    assert genai("interactions", "get", id).out == "Hello, Ada.\n"
    job = genai("interactions", "create", "My name again", "--background").out.strip()
    assert genai("interactions", "wait", job).out == "Hello, Ada.\n"
    assert genai("interactions", "delete", job, "--yes").code == 0
    assert genai("interactions", "get", job).code == 3
    assert genai("interactions", "create", "x", "-m", "a", "--agent", "b").code == 2
    assert genai("interactions", "create").code == 2


def test_a_command_is_recorded_and_replayed(genai, process, service, work, monkeypatch) -> None:
    service.on("story").stream(["Once ", "upon a time."])
    recorded = genai("replay", "--record", "tales/story.json", "generate", "A story")
    assert (recorded.code, recorded.out) == (0, "Once upon a time.\n"), recorded.err
    assert "AIza" not in (work / "tales/story.json").read_text()
    assert genai("replay", "tales/story.json").out.endswith("streamGenerateContent?alt=sse\t200\n")
    requests = len(service.requests)
    for name in ("GOOGLE_API_KEY", "GOOGLE_GEMINI_BASE_URL"):
        monkeypatch.delenv(name)
    replayed = genai("replay", "tales/story.json", "generate", "A story")
    assert (replayed.code, replayed.out) == (0, "Once upon a time.\n"), replayed.err
    other = process("replay", "tales/story.json", "generate", "Another story")  # clients of a process share a recording
    assert other.returncode == 2
    assert re.search(r'^\+ +"text": "Another story"$', other.stderr.decode(), re.M)
    assert b"genai replay --record FILE" in other.stderr
    assert len(service.requests) == requests


def test_recordings_are_shown(genai, environment, work) -> None:
    exchanges = [
        {"request": {"method": "POST", "url": "https://host/a"}, "response": {"status": 200}},
        {"request": {"method": "GET", "url": "wss://host/b"}, "messages": [{"sent": {}}, {"received": {}}]},
        {"request": {"method": "GET", "url": "https://host/c"}, "error": {"kind": "connect"}},
    ]
    recording = {"format": "google-genai recording", "version": 1, "exchanges": exchanges}
    (work / "r.json").write_text(json.dumps(recording))
    assert genai("replay", "r.json").out == (
        "0\tPOST\thttps://host/a\t200\n1\tGET\twss://host/b\t2 messages\n2\tGET\thttps://host/c\tconnect\n"
    )
    (work / "cut.json").write_text('{"exchanges": [')
    assert "not JSON" in genai("replay", "cut.json").err
    (work / "other.json").write_text("[]")
    assert "expected a recording" in genai("replay", "other.json").err
    assert "No such file" in genai("replay", "missing.json", "generate", "x").err
    assert "ends in .json" in genai("replay", "missing.txt", "generate", "x").err
    assert "--record" in genai("replay", "--record", "new.json").err
