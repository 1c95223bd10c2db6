"""The comments of `.proto` files, by the full name of what they describe."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorProto

WIDTH = 120
_PACKAGE = 2  # the number of the field `package` in FileDescriptorProto; the others below too
_MESSAGE, _ENUM, _SERVICE = 4, 5, 6


def comments(file: FileDescriptorProto, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the comment of each message, field, enum, value, service and method, and that of the file as "".

    Args:
      inherited: Comments for names that have none in the file.

    Raises `SystemExit` for names without a comment.
    """
    found = {
        tuple(each.path): _unwrapped(each.leading_comments)
        for each in file.source_code_info.location
        if each.leading_comments
    }
    names = dict(_names(file))
    missing = [name or file.name for path, name in names.items() if path not in found and name not in inherited]
    if missing:
        raise SystemExit(f"{file.name}: no comment for {', '.join(missing)}")
    return {name: found[path] if path in found else inherited[name] for path, name in names.items()}


def _names(file: FileDescriptorProto) -> Iterator[tuple[tuple[int, ...], str]]:
    yield (_PACKAGE,), ""
    for index, message in enumerate(file.message_type):
        yield from _names_of_message(message, (_MESSAGE, index), message.name)
    for index, enum in enumerate(file.enum_type):
        yield from _names_of_enum(enum, (_ENUM, index), enum.name)
    for index, service in enumerate(file.service):
        yield (_SERVICE, index), service.name
        for number, method in enumerate(service.method):
            yield (_SERVICE, index, 2, number), f"{service.name}.{method.name}"


def _names_of_message(message: Any, path: tuple[int, ...], name: str) -> Iterator[tuple[tuple[int, ...], str]]:
    if message.options.map_entry:
        return
    yield path, name
    for index, field in enumerate(message.field):
        yield (*path, 2, index), f"{name}.{field.name}"
    for index, nested in enumerate(message.nested_type):
        yield from _names_of_message(nested, (*path, 3, index), f"{name}.{nested.name}")
    for index, enum in enumerate(message.enum_type):
        yield from _names_of_enum(enum, (*path, 4, index), f"{name}.{enum.name}")


def _names_of_enum(enum: Any, path: tuple[int, ...], name: str) -> Iterator[tuple[tuple[int, ...], str]]:
    yield path, name
    for index, value in enumerate(enum.value):
        yield (*path, 2, index), f"{name}.{value.name}"


def _unwrapped(comment: str) -> str:
    """Return a comment with one line for each paragraph."""
    paragraphs = textwrap.dedent(comment).strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def docstring(text: str, indent: str = "") -> str:
    """Return the lines of a docstring; paragraphs are wrapped, indented blocks stay as they are."""
    width = WIDTH - len(indent)
    first, *others = text.split("\n\n")
    if not others and len(first) + 6 <= width:
        return f'{indent}"""{first}"""\n'
    lines = textwrap.wrap('"""' + first, width)
    for paragraph in others:
        lines.append("")
        if paragraph.startswith("  ") or "\n" in paragraph:
            lines += paragraph.split("\n")
        else:
            lines += textwrap.wrap(paragraph, width)
    if len(lines) == 1 and len(lines[0]) + 3 <= width:
        lines[0] += '"""'
    else:
        lines.append('"""')
    return "".join(f"{indent}{line}".rstrip() + "\n" for line in lines)
