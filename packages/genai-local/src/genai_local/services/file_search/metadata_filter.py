"""Filters of documents by their metadata: comparisons joined by AND, OR, NOT and parentheses.

A part of the filter language of Google's APIs (AIP-160), in which OR has precedence over AND.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...protocol.errors import ApiError, invalid
from ...protocol.limits import MAX_FILTER_LENGTH

Value = str | float | Sequence[str]
Metadata = Mapping[str, Value]
Condition = Callable[[Metadata], bool]

_TOKEN = re.compile(
    r"""\s*(?:(?P<operator><=|>=|!=|=|<|>|:)|(?P<bracket>[()])|(?P<minus>-(?=[A-Za-z_(]))"""
    r"""|"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'|(?P<word>[^\s()"'<>=!:]+))"""
)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    ":": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_KEYWORDS = ("AND", "OR", "NOT")


def compile_filter(expression: str, path: str) -> Condition:
    """Return a function that decides whether the metadata of a document matches a filter.

    Args:
        expression: the filter, such as `author = "Ada" AND (year > 1840 OR topic:"engines")`; empty for all documents.
        path: path of the filter in the request, for the error message.

    Raises:
        ApiError: 400 for an invalid filter.

    Example:
        >>> compile_filter('year >= 1840 AND NOT author = "Ada"', "filter")({"year": 1850, "author": "Grace"})
        True
    """
    if len(expression) > MAX_FILTER_LENGTH:
        raise invalid(path, f"expected at most {MAX_FILTER_LENGTH} characters, not {len(expression)}.")
    reader = _Reader(expression, path)
    if not reader.tokens:
        return lambda metadata: True
    try:
        condition = reader.conjunction()
    except RecursionError:
        raise invalid(path, "the parentheses are nested too deeply.") from None
    if reader.tokens:
        raise reader.problem()
    return condition


class _Reader:
    """One pass over an expression, token by token."""

    def __init__(self, expression: str, path: str) -> None:
        self.path = path
        self.tokens: list[tuple[str, str]] = []
        position = 0
        while position < len(expression.rstrip()):
            match = _TOKEN.match(expression, position)
            if match is None:
                self.tokens = [("unknown", expression[position:])]
                raise self.problem()
            kind = match.lastgroup or ""
            text = match[kind]
            if kind in ("double", "single"):
                kind, text = "text", re.sub(r"\\(.)", r"\1", text)
            elif kind == "word" and text in _KEYWORDS:
                kind = "keyword"
            self.tokens.append((kind, text))
            position = match.end()

    def problem(self) -> ApiError:
        at = repr(self.tokens[0][1]) if self.tokens else "the end"
        return invalid(
            self.path,
            f'invalid filter at {at}; expected comparisons such as author="Ada" or year>1840, joined by AND or OR.',
        )

    def take(self, kind: str, *texts: str) -> str | None:
        if self.tokens and self.tokens[0][0] == kind and (not texts or self.tokens[0][1] in texts):
            return self.tokens.pop(0)[1]
        return None

    def conjunction(self) -> Condition:
        conditions = [self.disjunction()]
        while self.tokens and self.tokens[0] != ("bracket", ")"):
            self.take("keyword", "AND")
            conditions.append(self.disjunction())
        return lambda metadata: all(condition(metadata) for condition in conditions)

    def disjunction(self) -> Condition:
        conditions = [self.term()]
        while self.take("keyword", "OR"):
            conditions.append(self.term())
        return lambda metadata: any(condition(metadata) for condition in conditions)

    def term(self) -> Condition:
        if self.take("keyword", "NOT") or self.take("minus"):
            condition = self.term()
            return lambda metadata: not condition(metadata)
        if self.take("bracket", "("):
            condition = self.conjunction()
            if self.take("bracket", ")") is None:
                raise self.problem()
            return condition
        return self.comparison()

    def comparison(self) -> Condition:
        key = self.take("word") or self.take("text")
        symbol = self.take("operator") if key else None
        if not key or not symbol:
            raise self.problem()
        wanted = self.take("word")
        if wanted is None:
            wanted = self.take("text")
        if wanted is None:
            raise self.problem()
        return lambda metadata: _matches(metadata.get(key), symbol, wanted)


def _matches(found: Value | None, symbol: str, wanted: str) -> bool:
    if found is None:
        return symbol == "!="
    if symbol == ":" and wanted == "*":
        return True
    if isinstance(found, str):
        return _compare(found, symbol, wanted) or (symbol == ":" and wanted.lower() in found.lower())
    if isinstance(found, (int, float)):
        try:
            return _compare(found, symbol, float(wanted))
        except ValueError:
            return symbol == "!="
    if symbol == "!=":
        return wanted not in found
    return any(_compare(item, symbol, wanted) for item in found)


def _compare(found: str | float, symbol: str, wanted: str | float) -> bool:
    return _COMPARISONS[symbol](found, wanted)
