"""The documentation of fields is in `model_fields` and in JSON Schema, and costs nothing where nobody reads it."""

from __future__ import annotations

import ast
import compileall
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pydantic
import pytest

from google.genai import types
from google.genai._schemas.responses import form_of
from google.genai.types._index import MODULE_OF

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

_PACKAGE = Path(types.__file__).parents[1]
_MODELS = sorted(
    name
    for name in MODULE_OF
    if isinstance(getattr(types, name), type) and issubclass(getattr(types, name), pydantic.BaseModel)
)


def _written() -> dict[tuple[str, str], str]:
    """Return the docstring below each field in the sources, by class and field."""
    found: dict[tuple[str, str], str] = {}
    for path in (_PACKAGE / "types").glob("_*.py"):
        for cls in ast.parse(path.read_text()).body:
            field = ""
            for node in cls.body if isinstance(cls, ast.ClassDef) else ():
                if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and field:
                    found[cls.name, field] = inspect.cleandoc(str(node.value.value))  # pyright: ignore[reportAttributeAccessIssue]
                targets = [inner.target for inner in ast.walk(node) if isinstance(inner, ast.AnnAssign)]
                field = ast.unparse(targets[-1]) if targets else ""
    return found


_WRITTEN = _written()


def _documentation(cls: type, field: str) -> str:
    return next(_WRITTEN[base.__name__, field] for base in cls.__mro__ if (base.__name__, field) in _WRITTEN)


@pytest.mark.parametrize("name", _MODELS)
def test_the_description_of_a_field_is_the_docstring_below_it(name: str) -> None:
    cls = getattr(types, name)
    assert {field: info.description for field, info in cls.model_fields.items()} == {
        field: _documentation(cls, field) for field in cls.model_fields
    }


@pytest.mark.parametrize("name", _MODELS)
def test_every_model_has_a_json_schema_with_descriptions(name: str) -> None:
    cls = getattr(types, name)
    for options in ({}, {"by_alias": False}, {"mode": "serialization"}):
        schema = cls.model_json_schema(**options)
        for each in (schema, *schema.get("$defs", {}).values()):
            lacking = [key for key, item in each.get("properties", {}).items() if not item.get("description")]
            assert lacking == [], each.get("title")


def test_a_function_is_its_name_in_json() -> None:
    metric = types.Metric(name="length", custom_function=len)
    properties = types.Metric.model_json_schema()["properties"]
    for field in ("customFunction", "parseAndReduceFn", "aggregateSummaryFn"):
        assert {"type": "string"} in properties[field]["anyOf"]
    assert json.loads(metric.model_dump_json())["custom_function"] == "len"


def test_classes_in_the_schema_of_a_user_have_the_descriptions() -> None:
    class Album(pydantic.BaseModel):
        cover: types.Blob
        others: list[types.Blob]

    for schema in (Album.model_json_schema(), pydantic.TypeAdapter(list[Album]).json_schema()):
        blob = schema["$defs"]["Blob"]["properties"]
        assert blob["mimeType"]["description"] == _WRITTEN["Blob", "mime_type"]
        assert blob["data"]["description"] == _WRITTEN["Blob", "data"]


def test_a_class_of_the_user_has_descriptions_for_inherited_fields_and_its_own_for_others() -> None:
    class Picture(types.Blob):
        """A picture."""

        mime_type: str | None = None
        data: Annotated[bytes | None, pydantic.Field(description="The pixels.")] = None
        artist: str = ""
        """Not read: the class does not set `use_attribute_docstrings`."""

    expected = {
        "display_name": _WRITTEN["Blob", "display_name"],
        "mime_type": None,
        "data": "The pixels.",
        "artist": None,
    }
    assert {name: info.description for name, info in Picture.model_fields.items()} == expected
    properties = Picture.model_json_schema(by_alias=False)["properties"]
    assert {name: item.get("description") for name, item in properties.items()} == expected


def test_a_class_of_the_user_may_read_its_own_docstrings() -> None:
    class Picture(types.Blob):
        """A picture."""

        model_config = pydantic.ConfigDict(use_attribute_docstrings=True)

        artist: str = ""
        """The name of the artist."""

    assert Picture.model_fields["artist"].description == "The name of the artist."
    assert Picture.model_fields["data"].description == _WRITTEN["Blob", "data"]


def test_fields_are_the_objects_that_pydantic_uses() -> None:
    class Loud(types.Blob):
        """Has another default."""

    Loud.model_fields["display_name"].default = "LOUD"
    Loud.model_rebuild(force=True)
    assert Loud().display_name == "LOUD"
    assert Loud.model_fields["display_name"].description == _WRITTEN["Blob", "display_name"]


_SENT = """
import json, sys
from google.genai import types
from google.genai._schemas.responses import form_of
def look(blob: types.Blob, schema: types.Schema | None = None) -> list[types.Blob]:
    "Look."
class Mine(types.Blob):
    "Mine."
sent = [repr(form_of(each, "gemini", "s")) for each in (types.Blob, list[types.Blob], types.Schema, types.Part, Mine)]
for option in ("GEMINI_API", "VERTEX_AI"):
    declared = types.FunctionDeclaration.from_callable_with_api_option(callable=look, api_option=option)
    sent.append(declared.model_dump_json())
print(json.dumps(sent))
"""


def test_requests_do_not_contain_the_descriptions() -> None:
    """Whether or not they were read before, so that a request does not depend on what else the program does."""
    read_first = (
        "from google.genai import types\nfor name in ('Blob', 'Schema', 'Part'): getattr(types, name).model_fields"
    )
    unread = "from google.genai.types import _field_docs\nassert _field_docs._docs == {}"
    before = _run(f"{_SENT}\n{unread}")
    assert _run(f"{read_first}\n{_SENT}") == before
    assert "Blob" in before
    for text in (_WRITTEN["Blob", "data"], _WRITTEN["Schema", "any_of"]):
        assert json.dumps(text)[1:-1].split("`")[0] not in before


def test_descriptions_of_the_user_are_sent() -> None:
    class Picture(types.Blob):
        """A picture."""

        artist: Annotated[str, pydantic.Field(description="Who painted it.")] = ""

    assert "Who painted it." in repr(form_of(Picture, "gemini", "s"))


def test_imports_and_calls_read_no_source(gemini: ScriptedGemini) -> None:
    gemini.on("hello").reply("hi")
    program = f"""
import sys
from google import genai
from google.genai import types
for name in types.__all__: getattr(types, name)
client = genai.Client(api_key="k", http_options={{"base_url": {gemini.url!r}}})
assert client.models.generate_content(model="gemini-2.5-flash", contents="hello").text == "hi"
assert "google.genai.types._field_docs" not in sys.modules
types.Blob.model_fields
assert "google.genai.types._field_docs" in sys.modules
"""
    _run(program)


def test_without_sources_there_are_no_descriptions(tmp_path: Path) -> None:
    copy = tmp_path / "google/genai"
    shutil.copytree(_PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    compileall.compile_dir(copy / "types", quiet=1, legacy=True)
    for path in (copy / "types").rglob("*.py"):
        path.unlink()
    program = """
from google.genai import types
assert types.__file__.endswith(".pyc")
assert types.Blob.model_fields["data"].description is None
assert "description" not in types.Blob.model_json_schema()["properties"]["data"]
"""
    _run(program, PYTHONPATH=str(tmp_path))


def test_this_package_reads_fields_without_their_descriptions() -> None:
    """`model_fields` parses sources, so no code that runs in a call may use it."""
    users = [
        str(path.relative_to(_PACKAGE))
        for path in _PACKAGE.rglob("*.py")
        if re.search(r"\.model_fields\b(?!_)", path.read_text())
    ]
    assert users == []


def _run(program: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
