"""A key that other packages put into the context of `model_validate`.

It asks for replies with unknown members of unions to be accepted. The types of interactions always accept them, so the key has no effect.
"""

from __future__ import annotations

ALLOW_UNKNOWN_UNION_VARIANTS = "speakeasy_allow_unknown_union_variants"
"""The key; programs that write it as text use this value."""
