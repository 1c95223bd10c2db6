"""Keys and settings: where they are stored, which of several wins, and that others cannot read or change them."""

from __future__ import annotations

import json
import stat
import sys
import types

import pytest

from google.genai._cli import config as settings, places
from google.genai._cli.commands.config import to_toml

OTHER = "AIzaAnotherKeyForTests9876543210"


def sent_key(service) -> str:
    return service.last_request.headers["x-goog-api-key"]


def test_a_key_is_stored_privately_and_used(genai, service, user, monkeypatch) -> None:
    monkeypatch.delenv("GOOGLE_API_KEY")
    result = genai("keys", "set", stdin=OTHER + "\n")
    assert (result.code, result.out) == (0, "")
    assert OTHER not in result.err
    path = user / "keys.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text()) == {"default": OTHER}
    assert genai("generate", "x").code == 0
    assert sent_key(service) == OTHER
    assert genai("keys", "list").out == "default\t…3210\n"
    assert genai("keys", "get").out == "…3210\n"
    assert genai("keys", "get", "--show").out == OTHER + "\n"
    assert genai("keys", "path").out == f"{path}\n"
    assert genai("keys", "remove", "default").code == 0
    assert genai("keys", "list").out == ""
    assert genai("keys", "remove", "default").code == 2
    assert genai("keys", "get").code == 2


def test_the_first_place_with_a_key_wins(genai, service, user, monkeypatch) -> None:
    genai("keys", "set", stdin="stored-default-key")
    genai("keys", "set", "work", stdin="stored-work-key")
    script = f"{sys.executable} -c 'print(\"key-of-the-command\")'"
    (user / "config.toml").write_text(f"key_command = {json.dumps(script)}\n[profiles.named]\nkey = 'work'\n")
    assert genai("generate", "x", "--key", "work").code == 0
    assert sent_key(service) == "stored-work-key"
    genai("generate", "x")
    assert sent_key(service).startswith("AIzaSecret")
    monkeypatch.delenv("GOOGLE_API_KEY")
    monkeypatch.setenv("GEMINI_API_KEY", "key-of-gemini")
    genai("generate", "x")
    assert sent_key(service) == "key-of-gemini"
    monkeypatch.delenv("GEMINI_API_KEY")
    genai("generate", "x")
    assert sent_key(service) == "key-of-the-command"
    genai("config", "unset", "key_command")
    genai("generate", "x")
    assert sent_key(service) == "stored-default-key"
    genai("generate", "x", "--profile", "named")
    assert sent_key(service) == "stored-work-key"


def test_others_must_not_read_the_keys(genai, service, user, monkeypatch) -> None:
    monkeypatch.delenv("GOOGLE_API_KEY")
    genai("keys", "set", stdin=OTHER)
    (user / "keys.json").chmod(0o644)
    result = genai("generate", "x")
    assert result.code == 2
    assert f"chmod 600 {user / 'keys.json'}" in result.err
    assert not service.requests


@pytest.mark.parametrize("content", ["{", "[]", '{"a": 1}'])
def test_a_broken_file_of_keys(genai, service, user, monkeypatch, content) -> None:
    monkeypatch.delenv("GOOGLE_API_KEY")
    genai("keys", "set", stdin=OTHER)
    (user / "keys.json").write_text(content)
    result = genai("keys", "list")
    assert result.code == 2
    assert "expected a JSON object with names and keys" in result.err


def test_a_key_is_not_accepted_as_an_argument(genai, service) -> None:
    for arguments in (["generate", "x", "--key", OTHER], ["keys", "set", OTHER], ["keys", "get", OTHER]):
        result = genai(*arguments)
        assert result.code == 2
        if len(OTHER) > 32:
            assert OTHER not in result.err
    assert "No key is named 'none'" in genai("generate", "x", "--key", "none").err


@pytest.mark.parametrize("key", ["", "two words", "schl\u00fcssel"])
def test_keys_that_cannot_be_keys(genai, environment, key) -> None:
    assert genai("keys", "set", stdin=key).code == 2


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("false", "ended with the status 1"),
        ("no-such-program", "failed"),
        ("true", "The key is empty"),
        ("'", "failed"),
    ],
)
def test_a_key_command_that_fails(genai, service, user, monkeypatch, command, message) -> None:
    monkeypatch.delenv("GOOGLE_API_KEY")
    user.mkdir()
    (user / "config.toml").write_text(f"key_command = {json.dumps(command)}")
    result = genai("generate", "x")
    assert result.code == 2
    assert message in result.err


def test_the_keyring_is_used_if_asked_for(genai, service, user, monkeypatch) -> None:
    monkeypatch.delenv("GOOGLE_API_KEY")
    stored: dict[tuple[str, str], str] = {}
    module = types.ModuleType("keyring")
    module.errors = types.SimpleNamespace(KeyringError=RuntimeError)
    module.get_password = lambda service, name: stored.get((service, name))
    module.set_password = lambda service, name, value: stored.update({(service, name): value})
    monkeypatch.setitem(sys.modules, "keyring", module)
    genai("keys", "set", "--keyring", stdin=OTHER)
    assert stored == {("genai", "default"): OTHER}
    assert genai("generate", "x").code == 2  # the keyring is not looked at
    genai("config", "set", "keyring", "true")
    assert genai("generate", "x").code == 0
    assert sent_key(service) == OTHER
    assert genai("keys", "get", "--keyring").out == "…3210\n"

    def fail(*_: object) -> None:
        raise RuntimeError("no backend")

    module.get_password = module.set_password = fail
    assert "The keyring cannot be read: no backend" in genai("generate", "x").err
    assert "Leave out --keyring" in genai("keys", "set", "--keyring", stdin=OTHER).err


def test_the_keyring_may_be_missing(genai, environment, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "pip install keyring" in genai("keys", "set", "--keyring", stdin=OTHER).err


def test_the_order_of_the_sources(genai, service, user, work, monkeypatch) -> None:
    def model(*flags: str) -> str:
        genai("generate", "x", "-n", *flags)
        return service.last_request.path.rpartition("/")[2].partition(":")[0]

    user.mkdir()
    assert model() == "gemini-2.5-flash"
    (user / "config.toml").write_text("model = 'gemini-1'\n[profiles.p]\nmodel = 'gemini-2'\n")
    assert model() == "gemini-1"
    assert model("--profile", "p") == "gemini-2"
    monkeypatch.setenv("GENAI_PROFILE", "p")
    assert model() == "gemini-2"
    (work / "genai.toml").write_text("model = 'gemini-3'")
    assert model() == "gemini-3"
    monkeypatch.setenv("GENAI_MODEL", "gemini-4")
    assert model() == "gemini-4"
    assert model("-m", "gemini-5") == "gemini-5"
    origins = genai("config", "show", "--origin", "--json").json
    assert origins["model"] == {"value": "gemini-4", "origin": "GENAI_MODEL"}
    assert origins["image_model"]["origin"] == "default"
    assert origins["base_url"]["origin"] == "GOOGLE_GEMINI_BASE_URL"


def test_options_of_all_files_are_merged(genai, service, user, work) -> None:
    user.mkdir()
    (user / "config.toml").write_text("[options]\ntemperature = 1\ntop_p = 0.5\nseed = 1\n")
    (work / "genai.toml").write_text("[options]\ntemperature = 0\n")
    genai("generate", "x", "-o", "seed=7")
    assert service.last_request.json["generationConfig"] == {"temperature": 0.0, "topP": 0.5, "seed": 7}


def test_settings_are_changed(genai, environment, user) -> None:
    assert genai("config", "set", "model", 'a "b" \\').code == 0
    assert genai("config", "set", "timeout_s", "2.5").code == 0
    assert genai("config", "set", "options.temperature", "0").code == 0
    assert genai("config", "set", "options.stop_sequences", '["END"]', "--profile", "work now").code == 0
    assert genai("config", "set", "vertexai", "true", "--profile", "work now").code == 0
    assert genai("config", "set", "profile", "work now").code == 0
    assert genai("config", "get", "model").out == 'a "b" \\\n'
    assert genai("config", "get", "vertexai").out == "true\n"
    assert genai("config", "get", "vertexai", "--no-vertexai").out == "false\n"
    assert "*\twork now\t" in genai("config", "profiles").out
    assert genai("config", "profiles", "--json").json["profile"] == "work now"
    assert genai("config", "path").out == f"{user / 'config.toml'}\n"
    assert genai("config", "unset", "vertexai", "--profile", "work now").code == 0
    assert genai("config", "get", "vertexai").out == "false\n"
    assert genai("config", "unset", "vertexai").code == 2
    assert stat.S_IMODE((user / "config.toml").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["set", "modle", "x"], "Did you mean model?"),
        (["set", "timeout_s", "soon"], "timeout_s: expected a number, got 'soon'."),
        (["set", "log", "maybe"], "log: expected true or false, got 'maybe'."),
        (["set", "options", "x"], "a table cannot be set here"),
        (["get", "zzz"], "genai config show lists the settings."),
    ],
)
def test_wrong_settings(genai, environment, arguments, message) -> None:
    result = genai("config", *arguments)
    assert result.code == 2
    assert message in result.err


def test_a_wrong_variable_is_named(genai, service, monkeypatch) -> None:
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "perhaps")
    result = genai("generate", "x")
    assert result.code == 2
    assert "GOOGLE_GENAI_USE_VERTEXAI: expected true or false, got 'perhaps'." in result.err


def test_what_is_written_is_read_again(user, environment) -> None:
    table = {
        "model": 'ü\n\t"\\',
        "attempts": 3,
        "options": {"a b": [1, "x", True], "inner": {"deep": 1.5}},
        "profiles": {"one.two": {"model": "x", "options": {"t": 0}}, "empty": {}},
    }
    user.mkdir()
    (user / "config.toml").write_text(to_toml(table))
    assert settings.read_file(user / "config.toml") == table


def test_every_setting_is_documented(genai, environment) -> None:
    shown = genai("config", "show").out
    for name, known in settings.KNOWN.items():
        assert f"{name}\t" in shown
        assert known.help in shown


@pytest.mark.parametrize("given", [None, "/somewhere/else"])
def test_the_folders_are_those_of_the_platform(monkeypatch, given) -> None:
    platformdirs = pytest.importorskip("platformdirs")
    monkeypatch.delenv("GENAI_USER_FOLDER", raising=False)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        if given is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, given)
    assert places.config_folder() == platformdirs.user_config_path("genai", appauthor=False)
    assert places.data_folder() == platformdirs.user_data_path("genai", appauthor=False)
