"""The values of JSON, for static checkers.

A checker sees through `isinstance` on a value that is declared `Json`, which costs nothing at run time; of `Any` it only
learns that the value is a dict of unknown things. This module knows no class of ours, and nobody needs to load it.
"""

from typing import Any, Union

Json = Union[dict[str, Any], list[Any], str, float, bool, None]
"""What JSON text decodes to."""
