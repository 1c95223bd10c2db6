"""Warnings about the use of a reply. They go to the logger `google_genai.types`, each once per process."""

import logging

_logger = logging.getLogger("google_genai.types")
_logged: set[str] = set()


def log_once(message: str, *values: object) -> None:
    """Emit a warning, if the same message was not emitted before, with these or other values."""
    if message not in _logged:
        _logged.add(message)
        _logger.warning(message, *values)
