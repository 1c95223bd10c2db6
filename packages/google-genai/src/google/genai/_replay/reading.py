"""Reading of recordings, with errors that name the file, the line and the place of a wrong value."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any, cast

from ..errors import RecordingError
from . import official
from .recording import (
    FORMAT,
    VERSION,
    Exchange,
    Failure,
    Message,
    Piece,
    Recording,
    Reply,
    compact,
    event_bytes,
    files_folder,
)


def read(path: Path) -> Recording:
    """Return the recording in a file, ours or one of the official SDK. Raises `RecordingError`."""
    try:
        text = path.read_bytes().decode()
    except FileNotFoundError:
        raise RecordingError("the file does not exist.", path=path) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise RecordingError("expected JSON in UTF-8.", path=path, line=line) from None
    except OSError as error:
        raise RecordingError(f"the file cannot be read: {error.strerror or error}.", path=path) from error
    try:
        whole: Any = json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", None)
        reason = getattr(error, "msg", str(error))
        raise RecordingError(f"not JSON: {reason}. The file was cut or edited.", path=path, line=line) from None
    except RecursionError:
        raise RecordingError("the JSON is nested too deeply.", path=path) from None
    if isinstance(whole, dict) and "interactions" in whole and "format" not in whole:
        return official.recording_of(path, cast("dict[str, Any]", whole))
    return _Reader(path, text).recording(whole)


class _Reader:
    """Reads the parts of a file, and names their place in errors."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text
        self._position = 0

    def recording(self, whole: Any) -> Recording:
        if not isinstance(whole, dict):
            raise RecordingError("expected an object with `format` and `exchanges`.", path=self._path, line=1)
        given = cast("dict[str, Any]", whole)
        if given.get("format") != FORMAT:
            raise RecordingError(f"format: expected {FORMAT!r}, got {given.get('format')!r}.", path=self._path, line=1)
        version = given.get("version")
        if version != VERSION:
            advice = (
                "update google-genai, or record again"
                if isinstance(version, int) and version > VERSION
                else "record again"
            )
            raise RecordingError(
                f"version: this release reads version {VERSION}, got {version!r}; {advice}.", path=self._path, line=1
            )
        entries = given.get("exchanges")
        if not isinstance(entries, list):
            raise RecordingError("exchanges: expected a list.", path=self._path, line=1)
        exchanges: list[Exchange] = []
        for position, entry in enumerate(cast("list[Any]", entries)):
            self._position = position
            exchanges.append(self._exchange(entry))
        return Recording(self._path, str(given.get("replay_id") or ""), exchanges, entries=cast("list[Any]", entries))

    def _exchange(self, entry: Any) -> Exchange:
        place = f"exchanges[{self._position}]"
        self._require(entry, dict, place)
        request = self._member(entry, "request", dict, place)
        for name in ("method", "url"):
            self._member(request, name, str, f"{place}.request")
        self._strings(request.get("headers", {}), f"{place}.request.headers")
        exchange = Exchange(self._position, request)
        if "messages" in entry:
            messages = self._member(entry, "messages", list, place)
            exchange.messages = [self._message(each, f"{place}.messages[{i}]") for i, each in enumerate(messages)]
        if "response" in entry:
            exchange.reply = self._reply(self._member(entry, "response", dict, place), f"{place}.response")
        if "error" in entry:
            exchange.failure = self._failure(self._member(entry, "error", dict, place), f"{place}.error")
        if exchange.reply is None and exchange.failure is None and exchange.messages is None:
            raise self._error(f"{place}: expected `response`, `error` or `messages`.")
        return exchange

    def _reply(self, given: dict[str, Any], place: str) -> Reply:
        status = self._member(given, "status", int, place)
        headers = self._strings(given.get("headers", {}), f"{place}.headers")
        pieces: list[Piece] = []
        if "pieces" in given:
            for i, piece in enumerate(self._member(given, "pieces", list, place)):
                where = f"{place}.pieces[{i}]"
                self._require(piece, dict, where)
                pieces.append(Piece(self._body(piece, where), self._time(piece, where)))
        else:
            body = self._body(given, place)
            pieces = [Piece(body, 0.0)] if body else []
        cut = self._failure(given["cut"], f"{place}.cut") if "cut" in given else None
        return Reply(
            status,
            str(given.get("reason", "")),
            headers,
            pieces,
            self._time(given, place),
            cut,
            bool(given.get("left")),
        )

    def _body(self, given: dict[str, Any], place: str) -> bytes:
        if "json" in given:
            return compact(given["json"]).encode()
        if "text" in given:
            return self._member(given, "text", str, place).encode("utf-8", "surrogatepass")
        if "events" in given:
            events = self._member(given, "events", list, place)
            for i, event in enumerate(events):
                self._require(event, dict, f"{place}.events[{i}]")
                if "data" not in event:
                    raise self._error(f"{place}.events[{i}]: expected `data`.")
            return b"".join(map(event_bytes, events))
        if "base64" in given:
            try:
                return base64.b64decode(self._member(given, "base64", str, place), validate=True)
            except ValueError:
                raise self._error(f"{place}.base64: expected base64.") from None
        if "file" in given:
            return self._file(self._member(given, "file", dict, place), f"{place}.file")
        return b""

    def _file(self, given: dict[str, Any], place: str) -> bytes:
        name = self._member(given, "name", str, place)
        wanted = self._member(given, "sha256", str, place)
        folder = files_folder(self._path)
        path = self._path.parent / name
        if path.parent != folder or path.name in ("", ".", ".."):
            raise self._error(f"{place}.name: expected a file in {folder.name}/, got {name!r}.")
        try:
            data = path.read_bytes()
        except OSError as error:
            raise self._error(f"{place}: {path} cannot be read: {error.strerror or error}.") from None
        if hashlib.sha256(data).hexdigest() != wanted:
            raise self._error(f"{place}: the SHA-256 of {path} is not {wanted}; the file was cut or edited.")
        return data

    def _message(self, given: Any, place: str) -> Message:
        self._require(given, dict, place)
        for kind in ("sent", "received"):
            if kind in given:
                return Message(kind, given[kind], self._time(given, place))
        for kind in ("closed", "closed_here"):
            if kind in given:
                data = self._member(given, kind, dict, place)
                return Message(kind, data, self._time(given, place))
        raise self._error(f"{place}: expected `sent`, `received`, `closed` or `closed_here`.")

    def _failure(self, given: Any, place: str) -> Failure:
        self._require(given, dict, place)
        kind = self._member(given, "kind", str, place)
        if kind not in ("connect", "read", "timeout"):
            raise self._error(f"{place}.kind: expected 'connect', 'read' or 'timeout', got {kind!r}.")
        return Failure(kind, str(given.get("message", "")), str(given.get("limit", "")))

    def _time(self, given: dict[str, Any], place: str) -> float:
        value = given.get("after_ms", 0)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
            raise self._error(f"{place}.after_ms: expected a number of milliseconds, got {value!r}.")
        return float(value)

    def _strings(self, given: Any, place: str) -> dict[str, str]:
        self._require(given, dict, place)
        for name, value in given.items():
            self._require(value, str, f"{place}[{name!r}]")
        return given

    def _member(self, given: Any, name: str, kind: type[Any], place: str) -> Any:
        if name not in given:
            raise self._error(f"{place}.{name}: missing.")
        self._require(given[name], kind, f"{place}.{name}")
        return given[name]

    def _require(self, value: Any, kind: type[Any], place: str) -> None:
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self._error(f"{place}: expected {_KINDS[kind]}, got {type(value).__name__}.")

    def _error(self, text: str) -> RecordingError:
        return RecordingError(text, path=self._path, line=line_of(self._text, self._position))


_KINDS = {dict: "an object", list: "a list", str: "a text", int: "a whole number"}


def line_of(text: str, position: int) -> int | None:
    """Return the line on which an exchange begins, counted from 1; None if the text has changed."""
    decoder = json.JSONDecoder()
    at = text.find('"exchanges"')
    at = text.find("[", at) + 1 if at >= 0 else 0
    if not at:
        return None
    for index in range(position + 1):
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        if index == position:
            return text.count("\n", 0, at) + 1
        try:
            _, at = decoder.raw_decode(text, at)
        except ValueError:
            return None
    return None
