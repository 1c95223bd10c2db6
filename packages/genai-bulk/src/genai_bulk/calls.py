"""One call of the SDK, and what its outcome means for the row and for the limiter.

Only public names of `google.genai` are used, so that the official SDK works too. A call asks once: retries of the SDK are
switched off, because the run counts attempts and the limiter has to see each refusal.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from .errors import BulkError
from .reading import NO_USAGE, Usage
from .requests import Arguments, FileValue, Kind, RowError

if TYPE_CHECKING:
    from google.genai import Client

    from .uploads import Uploads

Result = Literal["answered", "refused", "broken", "failed"]
"""`answered`: a reply; `refused`: a 429; `broken`: no usable reply, worth another attempt; `failed`: the request is wrong."""

_BROKEN_CODES = {408, 409, 425, 499, 500, 502, 503, 504}
_CONNECTION_PACKAGES = ("httpx", "httpx2", "httpcore", "aiohttp", "anyio", "websockets", "google.auth", "requests")


@dataclass(frozen=True)
class Outcome:
    """The outcome of one call.

    Attributes:
        result: what happened.
        reply: the reply as JSON, without the values of embeddings.
        vector: the values of an embedding as 32-bit floats.
        usage: the tokens of the answer.
        code: HTTP status of a failure.
        status: status of a failure, such as `INVALID_ARGUMENT`.
        message: message of a failure.
        retry_after_s: the pause that the service asks for; None when it names none.
        daily_quota: description of the daily quota that is spent, or None.
        may_be_charged: whether the service may have worked although no reply arrived.
    """

    result: Result
    reply: dict[str, Any] | None = None
    vector: bytes | None = None
    usage: Usage = NO_USAGE
    code: int | None = None
    status: str = ""
    message: str = ""
    retry_after_s: float | None = None
    daily_quota: str | None = None
    may_be_charged: bool = False


TIMED_OUT = Outcome("broken", status="TIMEOUT", message="The time limit of the call passed.", may_be_charged=True)


class Caller:
    """Makes the calls of a run.

    Args:
        client: a client of the SDK.
        kind: the method.
        uploads: uploads the local files of requests; None when requests have none.
    """

    def __init__(self, client: Client, kind: Kind, uploads: Uploads | None = None) -> None:
        self._client = client
        self._kind: Kind = kind
        self._uploads = uploads
        self._configs: tuple[Any, Any, bool] | None = None

    async def ask(self, arguments: Arguments) -> Outcome:
        """Make one call. Failures of the call are outcomes, not exceptions."""
        try:
            return await (self._embed(arguments) if self._kind == "embed" else self._generate(arguments))
        except RowError as error:
            return Outcome("failed", status="ROW", message=str(error))
        except Exception as error:
            return outcome_of(error)

    async def _generate(self, arguments: Arguments) -> Outcome:
        config, is_raw = self._config(arguments.config)
        contents = arguments.contents
        if self._uploads is not None and isinstance(contents, list):
            contents = [
                await self._uploads.part(item) if isinstance(item, FileValue) else item
                for item in cast("list[Any]", contents)
            ]
        reply: Any = await self._client.aio.models.generate_content(
            model=arguments.model, contents=contents, config=config
        )
        if is_raw:
            found: Any = json.loads(reply.sdk_http_response.body)
        else:
            found = json.loads(reply.model_dump_json(exclude_none=True, by_alias=True))
            found.pop("sdkHttpResponse", None)
            found.pop("automaticFunctionCallingHistory", None)
        if not isinstance(found, dict):
            return Outcome("broken", message=f"The reply is not a JSON object: {found!r:.80}", status="INVALID_REPLY")
        answer = cast("dict[str, Any]", found)
        return Outcome("answered", answer, usage=Usage.of(answer))

    async def _embed(self, arguments: Arguments) -> Outcome:
        config, _ = self._config(arguments.config)
        reply: Any = await self._client.aio.models.embed_content(
            model=arguments.model, contents=arguments.contents, config=config
        )
        embeddings: Any = reply.embeddings or []
        if len(embeddings) != 1 or not embeddings[0].values:
            return Outcome(
                "broken", message=f"The reply has {len(embeddings)} embeddings instead of one.", status="INVALID_REPLY"
            )
        statistics = embeddings[0].statistics
        count = int(statistics.token_count) if statistics is not None and statistics.token_count else 0
        usage = Usage(prompt_tokens=count, total_tokens=count) if count else NO_USAGE
        found: dict[str, Any] = {"dimensions": len(embeddings[0].values)}
        if statistics is not None and statistics.truncated:
            found["truncated"] = True
        return Outcome("answered", found, vector=array("f", embeddings[0].values).tobytes(), usage=usage)

    def _config(self, given: Any) -> tuple[Any, bool]:
        """Return the config to send and whether the reply is read as it arrives; that of the last call is kept."""
        if self._configs is None or self._configs[0] is not given:
            from google.genai import types

            is_raw = self._kind == "generate" and not calls_functions(given)
            fields = with_one_attempt(given)
            if is_raw:
                fields["should_return_http_response"] = True
            # An object is checked once, a dict with each call.
            config_type = types.GenerateContentConfig if self._kind == "generate" else types.EmbedContentConfig
            self._configs = (given, config_type.model_validate(fields), is_raw)
        return self._configs[1], self._configs[2]


def with_one_attempt(config: Any) -> dict[str, Any]:
    """Return a config as a dict in which the SDK makes only one attempt."""
    found = fields_of(config)
    name = "httpOptions" if "httpOptions" in found else "http_options"
    found[name] = {**fields_of(found.get(name)), "retry_options": {"attempts": 1}}
    return found


def fields_of(config: Any) -> dict[str, Any]:
    """Return the fields of a config that are set, without converting their values.

    Raises:
        BulkError: for something that is neither a dict nor an object of the SDK's types.
    """
    if config is None:
        return {}
    if isinstance(config, Mapping):
        return dict(cast("Mapping[str, Any]", config))
    names: Any = getattr(config, "model_fields_set", None)
    if names is None:
        raise BulkError(f"config: expected a dict or a config of google.genai.types, got {config!r:.80}.")
    return {name: getattr(config, name) for name in names}


def calls_functions(config: Any) -> bool:
    """Return whether a config has Python functions that the SDK calls for the model."""
    tools: Any = fields_of(config).get("tools") or []
    return any(callable(tool) or type(tool).__name__.endswith("Session") for tool in tools)


def outcome_of(error: Exception) -> Outcome:
    """Return the outcome that an exception of the SDK stands for."""
    from google.genai import errors

    if isinstance(error, asyncio.TimeoutError):
        return TIMED_OUT
    if isinstance(error, errors.APIError) and error.code:
        return _outcome_of_refusal(error, int(error.code))
    name = type(error).__module__
    is_connection = isinstance(error, (OSError, errors.APIError, asyncio.IncompleteReadError))
    if is_connection or name.startswith(_CONNECTION_PACKAGES):
        is_timeout = "Timeout" in type(error).__name__
        message = f"{type(error).__name__}: {error}"[:500]
        return Outcome("broken", status="TIMEOUT" if is_timeout else "CONNECTION", message=message, may_be_charged=True)
    if isinstance(error, json.JSONDecodeError):
        return Outcome("broken", status="INVALID_REPLY", message=f"The reply is not JSON: {error}", may_be_charged=True)
    return Outcome("failed", status="REQUEST", message=f"{type(error).__name__}: {error}"[:2000])


def _outcome_of_refusal(error: Any, code: int) -> Outcome:
    status = str(error.status or "")
    message = str(error.message or error)[:2000]
    details = _details(error.details)
    retry_after_s = _retry_after(details, getattr(error, "response", None))
    if code == 429:
        daily = _daily_quota(details)
        return Outcome(
            "refused", code=code, status=status, message=message, retry_after_s=retry_after_s, daily_quota=daily
        )
    result: Result = "broken" if code in _BROKEN_CODES or code >= 500 else "failed"
    return Outcome(result, code=code, status=status, message=message, retry_after_s=retry_after_s)


def _details(found: Any) -> list[Mapping[str, Any]]:
    """Return the details of an error; the SDKs keep the whole reply, its error, or the list."""
    if isinstance(found, Mapping):
        envelope = cast("Mapping[str, Any]", found)
        inner: Any = envelope.get("error", envelope)
        found = cast("Mapping[str, Any]", inner).get("details") if isinstance(inner, Mapping) else None
    return [item for item in cast("list[Any]", found) if isinstance(item, Mapping)] if isinstance(found, list) else []


def _retry_after(details: list[Mapping[str, Any]], response: Any) -> float | None:
    for detail in details:
        if str(detail.get("@type", "")).endswith("google.rpc.RetryInfo"):
            match = re.fullmatch(r"(\d+(?:\.\d+)?)s", str(detail.get("retryDelay", "")))
            if match:
                return float(match[1])
    headers: Any = getattr(response, "headers", None)
    try:
        seconds = float(headers.get("retry-after"))
    except (AttributeError, TypeError, ValueError):
        return None
    return seconds if 0 <= seconds < math.inf else None


def _daily_quota(details: list[Mapping[str, Any]]) -> str | None:
    for detail in details:
        if not str(detail.get("@type", "")).endswith("google.rpc.QuotaFailure"):
            continue
        for violation in cast("list[Mapping[str, Any]]", detail.get("violations") or []):
            name = str(violation.get("quotaId", ""))
            if "PerDay" in name:
                value = violation.get("quotaValue")
                return f"{name} ({value})" if value is not None else name
    return None
