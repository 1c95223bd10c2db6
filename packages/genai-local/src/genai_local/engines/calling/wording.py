"""Text analysis: common words of names and requests, spans of a request that can be values, parts of a request.

The word lists are English; for other languages they have no effect. The module knows texts, but no models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_ARTICLES = frozenset(
    ["a", "an", "the", "my", "your", "our", "his", "her", "their", "this", "that", "these", "those", "some", "any"]
)
_PREPOSITIONS = frozenset(
    [
        *("of", "in", "on", "at", "to", "for", "from", "by", "with", "about", "into", "near", "over", "per"),
        *("via", "is", "as"),
    ]
)
_WISHES = frozenset(["tell", "show", "give", "let", "get", "set", "find", "say", "make"])
FUNCTION_WORDS = frozenset(
    [
        *_ARTICLES,
        *_PREPOSITIONS,
        *_WISHES,
        *("and", "or", "but", "if", "so", "are", "was", "were", "be", "been", "it", "its", "what", "which"),
        *("who", "whom", "how", "many", "much", "when", "where", "why", "do", "does", "did", "can"),
        *("could", "will", "would", "shall", "should", "may", "might", "must", "i", "me", "you", "we"),
        *("us", "they", "them", "he", "him", "she", "not", "no", "yes", "please", "one", "there", "here"),
        *("now", "has", "have", "had", "need", "want", "use", "up", "down", "out", "also", "then", "than"),
    ]
)
"""Words without information about the subject."""
_NEGATIONS = frozenset(
    ["not", "no", "never", "without", "off", "don't", "doesn't", "dont", "disable", "deactivate", "stop"]
)
_SOURCES = frozenset(["from", "source", "origin", "start", "departure", "base"])
_TARGETS = frozenset(["to", "target", "destination", "into", "end", "arrival"])
_SUFFIXES = ("ations", "ation", "ings", "ing", "ies", "ied", "ers", "er", "ed", "es", "s", "e")
_NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        [
            *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
            *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
            *("nineteen", "twenty"),
        ]
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "hundred": 100, "thousand": 1000}
_NUMBER = re.compile(r"(?<![\w.:/-])[-+]?\d+(?:,\d{3})*(?:\.\d+)?(?![:/\d]|-\d|,\d)|\b[a-z]+\b", re.IGNORECASE)
_OPENING = "\"'“”‘’`([{<¿¡"
_CLOSING = "\"'“”‘’`)]}>.,;:!?"
_BREAK = re.compile(
    r"\s*(?:[,;]\s*(?:and|or|but|then)\b|[,;.?!](?=\s)|\b(?:and then|and|or|as well as|then)\b)\s*", re.I
)

Span = tuple[int, int]
"""Start and end of a passage in a text."""


@dataclass(frozen=True)
class Number:
    """A number in a text."""

    span: Span
    value: float


def words_of(name: str) -> str:
    """Return a name in snake_case, kebab-case or camelCase as plain words."""
    return " ".join(re.sub(r"([a-z\d])([A-Z])", r"\1 \2", re.sub(r"[_.\-:]+", " ", name)).lower().split())


def stems(text: str) -> frozenset[str]:
    """Return the content words of a text without their endings."""
    words = re.findall(r"[^\W\d_]+", words_of(text))
    return frozenset(_stem(word) for word in words if word not in FUNCTION_WORDS)


def _stem(word: str) -> str:
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word[: -len(suffix)]
    return word[:-1] if len(word) > 3 and word[-1] == "y" and word[-2] not in "aeiou" else word


def is_mentioned(name: str, text: str) -> bool:
    """Whether a text contains the words of a name in sequence."""
    words = re.escape(words_of(name)).replace(r"\ ", r"[\s_-]+")
    return bool(words) and bool(re.search(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE))


def is_negative(text: str, subject: str) -> bool:
    """Whether a request is negative: it contains a negation, or the `un-` form of a word of the subject."""
    words = re.findall(r"[\w']+", text.lower())
    known = stems(subject)
    return any(word in _NEGATIONS or (word.startswith("un") and _stem(word[2:]) in known) for word in words)


def numbers(text: str) -> list[Number]:
    """Return the numbers in a text, in digits or as English words, except parts of times, dates and codes."""
    found: list[Number] = []
    for match in _NUMBER.finditer(text):
        word = match.group().lower()
        if word in _NUMBER_WORDS:
            found.append(Number(match.span(), _NUMBER_WORDS[word]))
        elif not word.isalpha():
            value = float(word.replace(",", ""))
            found.append(Number(match.span(), int(value) if value.is_integer() and "." not in word else value))
    return found


def word_spans(text: str) -> list[Span]:
    """Return the spans of the words of a text, without surrounding punctuation."""
    spans: list[Span] = []
    for match in re.finditer(r"\S+", text):
        word = match.group()
        start = match.start() + len(word) - len(word.lstrip(_OPENING))
        end = match.start() + len(word.rstrip(_CLOSING))
        if end > start:
            spans.append((start, end))
    return spans


def quotations(text: str) -> list[Span]:
    """Return the spans of passages in quotation marks."""
    pattern = r"(?<!\w)(?:'([^']+)'|\"([^\"]+)\"|“([^”]+)”|‘([^’]+)’|«([^»]+)»)(?!\w)"
    return [match.span(match.lastindex or 0) for match in re.finditer(pattern, text)]


def is_function_word(word: str) -> bool:
    """Whether a word has no information about the subject."""
    return word.lower() in FUNCTION_WORDS


def states_a_wish(text: str) -> bool:
    """Whether a text contains a command, and thus is more than an addition to the previous request."""
    return any(text[slice(*span)].lower() in _WISHES for span in word_spans(text))


def overlaps(span: Span, others: Sequence[Span]) -> bool:
    """Whether a span overlaps one of the others."""
    return any(span[0] < end and start < span[1] for start, end in others)


def fragments(text: str) -> list[Span]:
    """Return the parts of a text between conjunctions, commas and ends of sentences."""
    spans: list[Span] = []
    start = 0
    for match in _BREAK.finditer(text):
        if match.start() > start:
            spans.append((start, match.start()))
        start = match.end()
    if start < len(text):
        spans.append((start, len(text)))
    return spans


def counterpart(fragment: str, value: str) -> Span | None:
    """Return the part of a fragment that corresponds to a value, as Paris in `in Paris` corresponds to Boston, or None.

    A name corresponds to a name, a word with digits to a word with digits, plain words to as many plain words.
    """
    spans = word_spans(fragment)
    while spans and fragment[slice(*spans[0])].lower() in _ARTICLES | _PREPOSITIONS:
        spans.pop(0)
    run: list[Span] = []
    limit = len(value.split())
    for span in spans:
        word = fragment[slice(*span)]
        if is_function_word(word) or _shape(word) != _shape(value) or (_shape(value) != "name" and len(run) == limit):
            break
        run.append(span)
    return (run[0][0], run[-1][1]) if run else None


def _shape(word: str) -> str:
    if any(character.isdigit() for character in word):
        return "code"
    return "name" if word[:1].isupper() else "word"


def other_items(text: str, span: Span) -> Iterator[Span]:
    """Yield the other items of an enumeration that contains a value, as rice and tomatoes for chicken."""
    for fragment in fragments(text):
        if fragment[0] < span[1]:
            continue
        found = counterpart(text[slice(*fragment)], text[slice(*span)])
        if found is None:
            return
        yield fragment[0] + found[0], fragment[0] + found[1]


def first_of_list(text: str, span: Span) -> Span:
    """Return the first item of a span that is the beginning of a list, such as `Rome, Oslo` before `and Lima`."""
    value = text[slice(*span)]
    head = value.split(",")[0]
    following = re.match(r"\s*,?\s*(?:and|or)\s+(\S+)", text[span[1] :])
    if "," not in value or following is None or counterpart(following[1], head) is None:
        return span
    return span[0], span[0] + len(head)


def is_backwards(text: str, source: Span, target: Span) -> bool:
    """Whether source and target are confused: the alleged source follows `to`, as in `100 dollars to euros`."""
    before = text[: source[0]].split()
    return target[1] <= source[0] and bool(before) and before[-1].lower() in ("to", "into", "in", "as", "->")


def direction_of(label: str) -> str | None:
    """Return `source` or `target` for a parameter whose label contains a usual word for it; None for others."""
    words = set(re.findall(r"[a-z]+", label.lower()))
    is_source, is_target = bool(words & _SOURCES), bool(words & _TARGETS)
    return None if is_source == is_target else "source" if is_source else "target"


def trim(text: str, span: Span) -> Span:
    """Return a span without function words at its end; a short span also without leading articles and prepositions."""
    words = [word for word in word_spans(text) if word[0] >= span[0] and word[1] <= span[1]]
    while len(words) > 1 and is_function_word(text[slice(*words[-1])]):
        words.pop()
    while 1 < len(words) <= 3 and text[slice(*words[0])].lower() in _ARTICLES | _PREPOSITIONS:
        words.pop(0)
    return (words[0][0], max(words[-1][1], words[0][1])) if words else span
