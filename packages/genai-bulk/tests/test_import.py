"""The import of the package, which has to be fast: nothing is loaded before it is used."""

from __future__ import annotations

import subprocess
import sys

SLOW = ("pyarrow", "asyncio", "sqlite3", "json", "filelock", "numpy", "ray", "google.genai", "pydantic")


def test_the_import_loads_no_slow_module() -> None:
    program = f"import sys; import genai_bulk; print([name for name in {SLOW} if name in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert ended.stdout.strip() == "[]"


def test_each_public_name_can_be_loaded() -> None:
    import genai_bulk

    assert genai_bulk.__all__
    missing = [name for name in genai_bulk.__all__ if name != "ray" and not hasattr(genai_bulk, name)]
    assert missing == []
    assert set(genai_bulk.__all__) <= set(dir(genai_bulk))
