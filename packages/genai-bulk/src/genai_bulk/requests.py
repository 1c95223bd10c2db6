"""What a row becomes: `Prompt`, `Embed`, or a function from a row to the arguments of `generate_content`.

A request turns rows into arguments and says what identifies it. It sends nothing, and knows neither journal nor limits.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Union, cast

from .errors import BulkError, did_you_mean
from .tables.source import ROW_LIMIT_BYTES

Row = Mapping[str, Any]
Kind = Literal["generate", "embed"]


class RowError(Exception):
    """A row from which no request can be made; the message says why. It becomes the `error` of the row."""


@dataclass(frozen=True)
class Arguments:
    """The arguments of one call."""

    model: str
    contents: Any
    config: Any
    """The config as the request has it; None for none."""
    digest: bytes
    """16 bytes that are equal for equal arguments."""
    size: int
    """Bytes of texts and inline data, an upper bound for their tokens."""
    has_files: bool = False
    """Whether the contents refer to files, whose tokens `size` does not bound."""


class Template:
    """A text with columns in braces, such as `Which mood? {text}`.

    `{{` and `}}` are braces. `{user[name]}` is a field of a struct. Formats such as `{price:.2f}` are those of Python.

    Args:
        text: the template.
        where: the argument, for messages.

    Raises:
        BulkError: for a template that cannot be read or that names no column.
    """

    _formatter = string.Formatter()

    def __init__(self, text: str, where: str) -> None:
        if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise BulkError(f"{where}: expected a text with columns in braces, got {text!r:.80}.")
        self.text = text
        self._pieces: list[tuple[str, str | None, tuple[str, ...], str, str | None]] = []
        try:
            for literal, field, format_spec, conversion in self._formatter.parse(text):
                column, path = _path(field) if field is not None else (None, ())
                self._pieces.append((literal, column, path, format_spec or "", conversion))
        except ValueError as error:
            raise BulkError(
                f"{where}: {text!r:.80} is not a valid template: {error}. Write {{{{ for a brace."
            ) from None
        if any(column == "" for _, column, *_ in self._pieces):
            raise BulkError(
                f"{where}: {text!r:.80} has {{}} without a column. Write the column's name, such as {{text}}."
            )
        if not self.columns:
            raise BulkError(
                f"{where}: {text!r:.80} names no column, so every row would be the same request. "
                "Write a column in braces, such as {text}."
            )

    @property
    def columns(self) -> list[str]:
        """The columns that the template needs."""
        return list(dict.fromkeys(column for _, column, *_ in self._pieces if column is not None))

    def fill(self, row: Row) -> str:
        """Return the text for a row.

        Raises:
            RowError: when a value is missing or cannot be formatted.
        """
        parts: list[str] = []
        for literal, column, path, format_spec, conversion in self._pieces:
            parts.append(literal)
            if column is None:
                continue
            value: Any = row.get(column)
            for step in path:
                value = cast("Any", value)[step] if isinstance(value, Mapping) and step in value else None
            if value is None:
                raise RowError(f"the column {column!r}, which the template needs, is null or missing")
            if type(value) is str and not format_spec and not conversion:
                parts.append(value)
                continue
            try:
                parts.append(format(self._formatter.convert_field(value, conversion), format_spec))
            except (ValueError, TypeError) as error:
                raise RowError(f"the value of the column {column!r} cannot be formatted: {error}") from None
        return "".join(parts)


def _path(field: str) -> tuple[str, tuple[str, ...]]:
    """Return the column of a field of a template, and the names of the nested fields."""
    column, bracket, rest = field.partition("[")
    if not bracket:
        return column, ()
    if not rest.endswith("]"):
        raise ValueError(f"the field {field!r} has no closing bracket")
    return column, tuple(rest[:-1].split("]["))


class _TemplateRequest:
    """A request whose text is made from a template."""

    kind: Kind
    _name: str
    """Name in the identity of the request."""
    _text_is_called: str

    def __init__(self, template: str, model: str, config: Any) -> None:
        owner = type(self).__name__
        self.template = Template(template, f"{owner}(template)")
        self.model = _model(model, owner)
        self.config = config
        self._base = _digest_of(self.identity())

    @property
    def columns(self) -> list[str]:
        """The columns that the request needs."""
        return self.template.columns

    def identity(self) -> dict[str, Any]:
        """Return what makes the request different from others, as JSON."""
        return {
            "kind": self._name,
            "model": self.model,
            "template": self.template.text,
            "config": canonical(self.config),
        }

    def arguments(self, row: Row) -> Arguments:
        """Return the arguments for a row; a file is a `FileValue` in the contents.

        Raises:
            RowError: when a value is missing, or the text is empty.
        """
        text = self.template.fill(row)
        if not text.strip():
            raise RowError(f"the {self._text_is_called} is empty")
        encoded = _encoded(text, self._text_is_called)
        digest = hashlib.blake2b(encoded, digest_size=16, key=self._base)
        files = self._files(row)
        for file in files:
            digest.update(b"\0" + file.identity())
        contents = [text, *files] if files else text
        return Arguments(self.model, contents, self.config, digest.digest(), len(encoded), has_files=bool(files))

    def _files(self, row: Row) -> list[FileValue]:
        return []


class Prompt(_TemplateRequest):
    """A prompt for each row, made from a template.

    Args:
        template: the prompt with columns in braces.
        model: name of the model.
        config: the config of `generate_content`, a dict or an object.
        files: columns with files for the model: a path, a `gs://` or `https://` URI, a Files API name, bytes, or a list of
            these. A local file is uploaded once; on Vertex AI it is sent with the request.

    Raises:
        BulkError: for a template that cannot be read.

    Example:
        >>> Prompt("Which mood? {text}", model="gemini-2.5-flash").columns
        ['text']
    """

    kind = "generate"
    _name = "prompt"
    _text_is_called = "prompt"

    def __init__(self, template: str, *, model: str, config: Any = None, files: str | Sequence[str] = ()) -> None:
        self.files: tuple[str, ...] = (files,) if isinstance(files, str) else tuple(files)
        super().__init__(template, model, config)

    @property
    def columns(self) -> list[str]:
        """The columns that the request needs."""
        return list(dict.fromkeys([*self.template.columns, *self.files]))

    def identity(self) -> dict[str, Any]:
        """Return what makes the request different from others, as JSON."""
        return {**super().identity(), "files": list(self.files)}

    def _files(self, row: Row) -> list[FileValue]:
        return [value for column in self.files for value in _file_values(row.get(column), column)]


class Embed(_TemplateRequest):
    """An embedding for each row.

    Args:
        template: the text with columns in braces, such as `{title}: {text}`.
        model: name of the embedding model.
        config: the config of `embed_content`, a dict or an object.

    Raises:
        BulkError: for a template that cannot be read.

    Example:
        >>> Embed("{title}: {text}").columns
        ['title', 'text']
    """

    kind = "embed"
    _name = "embed"
    _text_is_called = "text"

    def __init__(self, template: str, *, model: str = "gemini-embedding-001", config: Any = None) -> None:
        super().__init__(template, model, config)


class FunctionRequest:
    """A request made by a function of the user.

    Args:
        function: takes a row as a dict and returns the arguments of `generate_content`: `model`, `contents` and `config`.

    Raises:
        BulkError: for something that is not a function, or is asynchronous.
    """

    kind: Kind = "generate"
    columns: list[str] = []  # noqa: RUF012  # a function names no columns

    def __init__(self, function: Callable[[dict[str, Any]], Mapping[str, Any]]) -> None:
        if not callable(function):
            raise BulkError(f"request: expected a Prompt, an Embed or a function of a row, got {function!r:.80}.")
        if inspect.iscoroutinefunction(function):
            raise BulkError("request: expected a function that returns a dict, got an async function. Use `def`.")
        self._function = function

    @property
    def model(self) -> str | None:
        """None: the function names the model for each row."""
        return None

    @property
    def config(self) -> Any:
        """None: the function gives a config for each row."""
        return None

    def identity(self) -> dict[str, Any]:
        """Return what makes the request different from others, as JSON."""
        return {"kind": "function", "function": _source_of(self._function)}

    def arguments(self, row: Row) -> Arguments:
        """Return the arguments for a row.

        Raises:
            RowError: when the function raises or returns something else than arguments.
        """
        try:
            given: Any = self._function(dict(row))
        except Exception as error:
            raise RowError(f"the request function raised {type(error).__name__}: {error}") from error
        if not isinstance(given, Mapping):
            raise RowError(f"the request function returned {given!r:.80}; expected a dict with `model` and `contents`")
        given = cast("Mapping[str, Any]", given)
        unknown = [name for name in given if name not in ("model", "contents", "config")]
        if unknown:
            raise RowError(f"the request function returned {unknown[0]!r}; expected `model`, `contents` and `config`")
        model, contents, config = given.get("model"), given.get("contents"), given.get("config")
        if not isinstance(model, str) or not model:
            raise RowError(f"the request function returned the model {model!r:.80}; expected a name")
        if contents is None or contents == "" or contents == []:
            raise RowError("the request function returned no contents")
        text = json.dumps([model, canonical(contents), canonical(config)], ensure_ascii=False)
        encoded = _encoded(text, "request")
        has_files = '"file_uri"' in text or '"fileUri"' in text
        digest = hashlib.blake2b(encoded, digest_size=16).digest()
        return Arguments(model, contents, config, digest, len(encoded), has_files=has_files)


Request = Union[Prompt, Embed, FunctionRequest]
RequestLike = Union[Request, Callable[[dict[str, Any]], Mapping[str, Any]]]
"""What users give as a request."""


def request_of(value: Any) -> Request:
    """Return a request: itself, or the one that a function makes.

    Raises:
        BulkError: for anything else.
    """
    if isinstance(value, (Prompt, Embed, FunctionRequest)):
        return value
    return FunctionRequest(value)


def check_columns(request: Request, columns: Iterable[str]) -> None:
    """Check that a source has the columns of a request.

    Raises:
        BulkError: when a column is missing.
    """
    known = list(columns)
    for column in request.columns:
        if column not in known:
            listed = ", ".join(repr(name) for name in known[:20]) or "none"
            raise BulkError(
                f"the request names the column {column!r}, which the source does not have."
                f"{did_you_mean(column, known)} Columns: {listed}."
            )


class FileValue:
    """A file in the contents of a request, before it is uploaded.

    Attributes:
        path: a local file, or None.
        uri: a URI or a name that the service can read, or None.
        data: bytes, or None.
    """

    __slots__ = ("data", "path", "uri")

    def __init__(self, *, path: str | None = None, uri: str | None = None, data: bytes | None = None) -> None:
        self.path, self.uri, self.data = path, uri, data

    def identity(self) -> bytes:
        """Return bytes that are equal for equal files: name, size and time of a local file, content of bytes.

        Raises:
            RowError: when a local file cannot be read.
        """
        if self.data is not None:
            return b"data:" + hashlib.blake2b(self.data, digest_size=16).digest()
        if self.path is None:
            return f"uri:{self.uri}".encode()
        import os

        try:
            found = os.stat(self.path)
        except OSError as error:
            raise RowError(f"the file {self.path!r} cannot be read: {error.strerror}") from None
        return f"file:{os.path.abspath(self.path)}:{found.st_size}:{found.st_mtime_ns}".encode()


def _file_values(value: Any, column: str) -> list[FileValue]:
    if value is None:
        raise RowError(f"the column {column!r}, which names a file, is null or missing")
    if isinstance(value, (list, tuple)):
        return [found for item in cast("Sequence[Any]", value) for found in _file_values(item, column)]
    if isinstance(value, bytes):
        return [FileValue(data=value)]
    if not isinstance(value, str) or not value:
        raise RowError(f"the column {column!r} has {value!r:.80}; expected a path, a URI or bytes")
    if value.startswith(("gs://", "http://", "https://", "files/")):
        return [FileValue(uri=value)]
    return [FileValue(path=value)]


def canonical(value: Any) -> Any:
    """Return a value as JSON that is equal for equal configs and contents, whatever classes express them.

    A class is replaced by its JSON Schema, a function by its source, bytes by their hash.
    """
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": hashlib.blake2b(value, digest_size=16).hexdigest(), "size": len(value)}
    if isinstance(value, Mapping):
        return {str(name): canonical(item) for name, item in sorted(cast("Mapping[Any, Any]", value).items(), key=str)}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [canonical(item) for item in cast("Iterable[Any]", value)]
    if isinstance(value, type):
        schema = getattr(value, "model_json_schema", None)
        return schema() if schema is not None else f"{value.__module__}.{value.__qualname__}"
    if hasattr(cast("Any", type(value)), "model_fields"):
        names: Iterable[str] = value.model_fields_set
        given: dict[str, Any] = {name: getattr(value, name) for name in names}
        return {name: canonical(item) for name, item in sorted(given.items()) if item is not None}
    if isinstance(value, FileValue):
        return value.identity().decode("utf-8", "backslashreplace")
    if callable(value):
        return _source_of(value)
    return repr(value)


def _source_of(function: Callable[..., Any]) -> str:
    """Return the source of a function with the values that it closes over, or its name when the source is unknown."""
    try:
        source = inspect.getsource(function)
    except (OSError, TypeError):
        source = f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', repr(type(function)))}"
    cells = getattr(function, "__closure__", None) or ()
    closed = [
        repr(cell.cell_contents)[:1000] for cell in cells if isinstance(cell.cell_contents, (str, int, float, bool))
    ]
    return "\n".join([source, *closed])


def _encoded(text: str, name: str) -> bytes:
    """Return the bytes of a text.

    Raises:
        RowError: when it is too long.
    """
    encoded = text.encode("utf-8", "surrogatepass")
    if len(encoded) > ROW_LIMIT_BYTES:
        raise RowError(f"the {name} has {len(encoded):,} bytes, and the limit of a row is {ROW_LIMIT_BYTES:,}")
    return encoded


def _digest_of(identity: Mapping[str, Any]) -> bytes:
    return hashlib.blake2b(json.dumps(identity, sort_keys=True).encode(), digest_size=16).digest()


def _model(model: Any, where: str) -> str:
    if not isinstance(model, str) or not model:
        raise BulkError(f"{where}(model): expected the name of a model, got {model!r:.80}.")
    return model
