"""The type of decoded JSON, for static type checkers.

A checker can narrow a value declared as `Json` by `isinstance`, which costs nothing at run time. Narrowing `Any` would
only yield a dict of unknown items. This module imports none of our classes, and is imported under `TYPE_CHECKING` only.
"""

from typing import Any, Union

Json = Union[dict[str, Any], list[Any], str, float, bool, None]
"""The result of decoding JSON text."""
