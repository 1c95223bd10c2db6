"""Descriptions of parameters in docstrings, in the styles of Google, NumPy and Sphinx.

`docstring_parser` is loaded for the first docstring that has a section of parameters.
"""

from __future__ import annotations

import inspect
import re

_GOOGLE = re.compile(r"^\s*(?:Args|Arguments|Params|Parameters|Keyword Args|Keyword Arguments)\s*:\s*$", re.M)
_NUMPY = re.compile(r"^\s*(?:Other )?Parameters\s*\n\s*-{3,}\s*$", re.M)
_SPHINX = re.compile(r"^\s*:(?:param|parameter|arg|argument|key|keyword)\s+[^:\n]+:", re.M)


def parameter_descriptions(docstring: str | None) -> dict[str, str]:
    """Return the descriptions of the parameters by name; an empty dict if there is no section of parameters."""
    if not docstring:
        return {}
    if _SPHINX.search(docstring):
        from docstring_parser.rest import parse
    elif _NUMPY.search(docstring):
        from docstring_parser.numpydoc import parse
    elif _GOOGLE.search(docstring):
        from docstring_parser.google import parse
    else:
        return {}
    from docstring_parser import ParseError

    try:
        parameters = parse(inspect.cleandoc(docstring)).params
    except ParseError:
        return {}
    return {
        name.strip().lstrip("*"): parameter.description
        for parameter in parameters
        if parameter.description
        for name in parameter.arg_name.split(",")
    }
