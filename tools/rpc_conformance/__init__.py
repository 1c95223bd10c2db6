"""The low-level client compared with the official release of `google-ai-generativelanguage`.

The modules whose names are parts of `observing.PARTS` run in the environments of both sides, and report what they see as JSON.
They use nothing but the standard library and what the distribution itself requires.
"""
