"""The client of a command: which service, which credentials, which limits."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from .config import Settings
from .exits import Failure
from .flags import flags, is_local, keep_target
from .keys import Key, find_key, no_key

if TYPE_CHECKING:
    from google.genai import Client

_SETTINGS = "google.genai.cli.settings"
_STATUSES = [408, 429, 500, 502, 503, 504]


def settings(**more: Any) -> Settings:
    """Return the settings of this run; `more` are flags of the command itself."""
    context = click.get_current_context()
    given = {**flags(), **more}
    profile = given.pop("profile", None)
    for name in ("local", "verbose", "quiet"):
        given.pop(name, None)
    found = Settings(given, profile)
    context.meta[_SETTINGS] = found
    return found


class Target:
    """Where calls go, and with which credentials.

    Args:
      found: The settings.
      sends: Whether calls are sent. If not, no key is needed, and no local server is started.

    Attributes:
      vertexai: Whether Vertex AI is called.
      key: The API key with its origin, or None.
    """

    def __init__(self, found: Settings, *, sends: bool = True) -> None:
        self._settings = found
        self.vertexai: bool = found["vertexai"]
        self.is_local = is_local()
        self.key: Key | None = None
        self.project: str | None = found["project"] if self.vertexai else None
        self.location: str | None = found["location"] if self.vertexai else None
        self.base_url: str | None = found["base_url"]
        self.api_version: str | None = found["api_version"]
        if self.is_local:
            from .local import DEFAULT_URL, KEY, local_url

            self.base_url = local_url(found["local_engine"]) if sends else DEFAULT_URL
            self.key = Key(KEY, "--local")
            self.project = self.location = None
        elif os.environ.get("GOOGLE_GENAI_CLIENT_MODE") == "replay":
            self.key = Key("REPLAY", "none, as nothing is sent")
        elif not (self.vertexai and (self.project or self.location)):
            self.key = find_key(found)
            if self.key is None and sends:
                raise no_key(found)
            self.key = self.key or Key("KEY", "none")

    def arguments(self, **more_options: Any) -> dict[str, Any]:
        """Return the arguments of `genai.Client`."""
        found = self._settings
        options: dict[str, Any] = {**more_options}
        if self.base_url:
            options["base_url"] = self.base_url
        if self.api_version:
            options["api_version"] = self.api_version
        if found["timeout_s"]:
            options["timeout"] = round(found["timeout_s"] * 1000)
        if found["attempts"] and found["attempts"] > 1:
            options["retry_options"] = {"attempts": found["attempts"], "http_status_codes": _STATUSES}
        arguments: dict[str, Any] = {"vertexai": self.vertexai, "http_options": options}
        if self.key is not None:
            arguments["api_key"] = self.key.value
        elif self.vertexai:
            arguments.update(project=self.project, location=self.location)
        return arguments

    def client(self, **more_options: Any) -> Client:
        """Return a client. `more_options` are fields of `HttpOptions`."""
        from google.genai import Client

        return Client(**self.arguments(**more_options))

    @property
    def service(self) -> str:
        """The name of the service for people."""
        return "Vertex AI" if self.vertexai else "the Gemini Developer API"

    def explain(self, failure: Failure) -> Failure:
        """Add the origin of the key and the name of the service to a refusal of credentials."""
        code = failure.details.get("code")
        names_key = "API key" in failure.message or "API_KEY" in failure.message
        if self.key is not None and (code in (401, 403) or (code == 400 and names_key)):
            other = "the Gemini Developer API: --no-vertexai" if self.vertexai else "Vertex AI: --vertexai"
            advice = f"The key of {self.key.origin} was sent to {self.service}. If it belongs to {other}."
            if advice not in (failure.hint or ""):
                failure.hint = f"{failure.hint} {advice}" if failure.hint else advice
        return failure

    def hide_key(self, text: str) -> str:
        """Return text in which the key, if it occurs, is replaced."""
        if self.key is None or self.is_local or len(self.key.value) < 8:
            return text
        return text.replace(self.key.value, "[API key]")


def connect(found: Settings | None = None) -> Client:
    """Return the client for the settings, by default those of the shared flags. The end of the command closes it."""
    target = Target(found or settings())
    keep_target(target)
    client = target.client()
    click.get_current_context().call_on_close(client.close)
    return client
