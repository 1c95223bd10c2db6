"""The log: what it contains, its failures, search; and conversations that continue from it."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
import threading

import pytest

from .test_generate import PNG


def rows(user) -> list[sqlite3.Row]:
    connection = sqlite3.connect(user / "logs.db")
    connection.row_factory = sqlite3.Row
    try:
        return connection.execute("SELECT * FROM exchanges ORDER BY number").fetchall()
    finally:
        connection.close()


def test_an_exchange_is_one_row(genai, service, user, work) -> None:
    (work / "a.png").write_bytes(PNG)
    service.on("sky").reply("Blue.")
    genai("generate", "The sky?", "-a", "a.png", "-s", "Be brief.", "-o", "temperature=0")
    row = rows(user)[0]
    assert (row["command"], row["model"], row["backend"]) == ("generate", "gemini-2.5-flash", "gemini")
    assert (row["prompt"], row["answer"], row["finish_reason"], row["exit_code"]) == ("The sky?", "Blue.", "STOP", 0)
    assert row["attempts"] == 1
    assert row["total_ms"] >= row["first_ms"] > 0
    assert json.loads(row["usage"])["total_token_count"] > 0
    request = json.loads(row["request"])
    assert request["config"] == {"system_instruction": "Be brief.", "temperature": 0.0}
    blob = request["contents"][0]["parts"][1]["inline_data"]
    assert blob["mime_type"] == "image/png"
    assert len(blob["sha256"]) == 64
    assert json.loads(row["reply"])["content"][0]["parts"][0]["text"] == "Blue."
    connection = sqlite3.connect(user / "logs.db")
    assert connection.execute("SELECT sha256, content FROM attachments").fetchall() == [(blob["sha256"], PNG)]
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_the_log_is_private(genai, service, user) -> None:
    before = os.umask(0)
    try:
        genai("generate", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE(user.stat().st_mode) == 0o700
    for path in user.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_failures_are_logged_too(genai, service, user) -> None:
    service.fail(400, message="no")
    genai("generate", "x")
    row = rows(user)[0]
    assert (row["exit_code"], row["answer"], row["turns"]) == (3, "", None)
    assert json.loads(row["error"])["code"] == 400
    assert "(400 INVALID_ARGUMENT: no)" in genai("logs", "list").out


@pytest.mark.parametrize("how", ["flag", "environment", "off", "config"])
def test_the_log_can_be_off(genai, service, user, monkeypatch, how) -> None:
    if how == "environment":
        monkeypatch.setenv("GENAI_NO_LOG", "1")
    elif how == "off":
        assert genai("logs", "off").code == 0
    elif how == "config":
        assert genai("config", "set", "log", "false").code == 0
    assert genai("generate", "x", *(["-n"] if how == "flag" else [])).code == 0
    assert not (user / "logs.db").exists()
    assert "on" in genai("logs", "status").out if how == "flag" else "off" in genai("logs", "status").out
    if how == "off":
        genai("logs", "on")
        genai("generate", "x")
        assert len(rows(user)) == 1


def test_a_locked_log_warns_once_and_the_answer_comes(genai, service, user, monkeypatch) -> None:
    genai("generate", "first")
    monkeypatch.setattr("google.genai._cli.logs._BUSY_LIMIT_S", 0.05)
    connection = sqlite3.connect(user / "logs.db")
    connection.execute("BEGIN IMMEDIATE")
    result = genai("generate", "x")
    connection.rollback()
    connection.close()
    assert (result.code, result.out) == (0, "This is a scripted reply to: x\n")
    assert result.err.count("\n") == 1
    assert "The exchange was not logged: " in result.err
    assert "database is locked" in result.err


def test_a_broken_log_warns_once(genai, service, user) -> None:
    user.mkdir()
    (user / "logs.db").write_bytes(b"this is not a database" * 100)
    result = genai("generate", "x")
    assert (result.code, result.err.count("\n")) == (0, 1)
    assert "file is not a database" in result.err
    listed = genai("logs", "list")
    assert listed.code == 1
    assert "Move the file away" in listed.err


def test_a_log_that_cannot_be_written_warns_once(genai, service, user, monkeypatch) -> None:
    user.mkdir()
    (user / "logs.db").mkdir()
    result = genai("generate", "x")
    assert (result.code, result.err.count("\n")) == (0, 1)
    assert "unable to open database file" in result.err
    monkeypatch.setenv("GENAI_USER_FOLDER", "/proc/nothing")
    result = genai("generate", "x")
    assert (result.code, result.err.count("\n")) == (0, 1)


def test_a_log_of_a_newer_release_is_left_alone(genai, service, user) -> None:
    genai("generate", "x")
    connection = sqlite3.connect(user / "logs.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    result = genai("generate", "y")
    assert result.code == 0
    assert "a newer release wrote it (version 99" in result.err


def test_several_processes_write_at_once(service, user, environment) -> None:
    program = (
        "import sys; from google.genai._cli import logs\n"
        "for n in range(25):\n"
        "    logs.record(logs.Exchange(id=f'{sys.argv[1]}-{n}', command='c', model='m', backend='b', prompt='p'))\n"
    )
    done: list[subprocess.CompletedProcess[bytes]] = []

    def write(name: str) -> None:
        done.append(subprocess.run([sys.executable, "-c", program, name], capture_output=True, check=True, timeout=60))

    threads = [threading.Thread(target=write, args=(str(number),)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.stderr for each in done] == [b"", b"", b""]
    assert len({row["id"] for row in rows(user)}) == 75


def test_list_show_and_search(genai, service) -> None:
    service.on("cat").reply("Cats purr.")
    service.on("dog").reply('Dogs "bark".')
    for prompt in ("a cat", "a dog", "another dog"):
        genai("generate", prompt)
    listed = genai("logs", "list", "-n", "2").out.splitlines()
    assert [line.split("\t")[3] for line in listed] == ["a dog", "another dog"]
    assert genai("logs", "search", "purr").out.count("\n") == 1
    assert genai("logs", "search", "dog", '"bark"').out.count("\n") == 2
    assert genai("logs", "search", "nothing AND (").out == ""
    assert [each["prompt"] for each in genai("logs", "list", "--json").json] == ["a cat", "a dog", "another dog"]
    shown = genai("logs", "show")
    assert 'Prompt:\nanother dog\n\nAnswer:\nDogs "bark".' in shown.out
    id = genai("logs", "list", "--json").json[0]["id"]
    assert genai("logs", "show", id, "--json").json["answer"] == "Cats purr."
    assert genai("logs", "show", "zzz").code == 2
    assert genai("logs", "show", "").code == 2  # several begin so
    status = genai("logs", "status", "--json").json
    assert (status["on"], status["exchanges"], status["conversations"]) == (True, 3, 3)


def test_backup_and_replay(genai, service, work) -> None:
    genai("generate", "Hello", "-s", "Be brief.")
    assert genai("logs", "backup", "copy.db").code == 0
    assert genai("logs", "backup", "copy.db").code == 2
    connection = sqlite3.connect(work / "copy.db")
    assert connection.execute("SELECT prompt FROM exchanges").fetchall() == [("Hello",)]
    connection.close()
    id = genai("logs", "list", "--json").json[0]["id"]
    first = service.last_request
    assert genai("logs", "replay", id).out == "This is a scripted reply to: Hello\n"
    assert service.last_request is not first
    assert service.last_request.json == first.json


def test_c_continues_the_last_conversation(genai, service, work) -> None:
    (work / "a.png").write_bytes(PNG)
    service.on("My name").reply("Hello, Ada.")
    genai("generate", "My name is Ada.", "-a", "a.png", "-m", "gemini-2.5-pro")
    result = genai("generate", "What is it?", "-c", "--json")
    request = service.last_request
    assert "gemini-2.5-pro" in request.path
    assert [content["role"] for content in request.json["contents"]] == ["user", "model", "user"]
    assert request.json["contents"][0]["parts"][1]["inlineData"]["mimeType"] == "image/png"
    assert request.json["contents"][1]["parts"] == [{"text": "Hello, Ada."}]
    conversation = result.json["conversation"]
    genai("generate", "Another one")
    genai("generate", "And now?", "--cid", conversation[:18])
    assert len(service.last_request.json["contents"]) == 5


def test_conversations_that_do_not_exist(genai, service) -> None:
    assert "no exchange has been logged" in genai("generate", "x", "-c").err
    genai("generate", "x")
    result = genai("generate", "x", "--cid", "zzz")
    assert result.code == 2
    assert "no conversation begins with this id" in result.err


def test_a_chat_keeps_and_continues(genai, service) -> None:
    service.on("My name").reply("Hello, Ada.")
    result = genai("chat", stdin="My name is Ada.\nWhat is\\\nit?\n")
    assert (result.code, result.out) == (0, "Hello, Ada.\nThis is a scripted reply to: What is\nit?\n")
    assert service.last_request.json["contents"][-1]["parts"] == [{"text": "What is\nit?"}]
    genai("chat", "-c", stdin="Again\n")
    assert len(service.last_request.json["contents"]) == 5


def test_commands_of_the_chat(genai, service, work) -> None:
    (work / "a.png").write_bytes(PNG)
    lines = [
        "/model gemini-2.5-pro", "/system Be brief.", "/attach a.png", "first", "second", "/undo", "/usage", "third",
        "/history", "/save talk.json", "/retry", "/new", "fourth", "/exit", "not sent",
    ]  # fmt: skip
    result = genai("chat", stdin="\n".join(lines) + "\n")
    assert result.code == 0, result.err
    sent = [[content["parts"][0]["text"] for content in request.json["contents"]] for request in service.requests]
    assert [texts[-1] for texts in sent] == ["first", "second", "third", "third", "fourth"]
    assert sent[2] == sent[3] == ["first", "This is a scripted reply to: first", "third"]
    assert sent[4] == ["fourth"]
    assert service.requests[0].json["contents"][0]["parts"][1]["inlineData"]["mimeType"] == "image/png"
    assert service.requests[0].json["systemInstruction"]["parts"] == [{"text": "Be brief."}]
    assert "gemini-2.5-pro" in service.requests[0].path
    assert "Tokens: " in result.err
    assert "user: third" in result.err
    assert json.loads((work / "talk.json").read_text())
    assert genai("chat", "-c", stdin="/history\n").err.count("fourth") == 2


def test_a_chat_after_undo_continues_without_the_forgotten_turns(genai, service) -> None:
    genai("chat", stdin="first\nsecond\n/undo\nthird\n")
    genai("generate", "fourth", "-c")
    texts = [content["parts"][0]["text"] for content in service.last_request.json["contents"]]
    assert [text for text in texts if "reply" not in text] == ["first", "third", "fourth"]


@pytest.mark.parametrize("line", ["/nothing", "/undo", "/retry", "/attach", "/attach missing", "/attach 'a", "/save"])
def test_wrong_commands_of_the_chat(genai, service, line) -> None:
    assert genai("chat", stdin=line + "\n").code == 2
    on_a_terminal = genai("chat", terminal=f"{line}\nhello\n")
    assert on_a_terminal.code == 0
    assert "genai: " in on_a_terminal.err
    assert on_a_terminal.out == "This is a scripted reply to: hello\n"


def test_a_chat_survives_a_failed_call(genai, service) -> None:
    service.fail(400, message="not this one")
    result = genai("chat", terminal="one\ntwo\n")
    assert "not this one" in result.err
    assert result.out.endswith("This is a scripted reply to: two\n")
    assert "To continue: genai chat --cid " in result.err
