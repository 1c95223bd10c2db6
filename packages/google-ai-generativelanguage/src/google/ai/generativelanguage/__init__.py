"""The clients and messages of the API v1beta, loaded when they are first used: those of `google.ai.generativelanguage_v1beta`."""

from typing import TYPE_CHECKING, Any

from ._runtime.user_agent import VERSION

if TYPE_CHECKING:
    from google.ai.generativelanguage_v1beta import *  # noqa: F403  # pyright: ignore[reportWildcardImportFromLibrary] - a package of this one

__version__ = VERSION


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if not name.startswith("__") or name == "__all__":
            from google.ai import generativelanguage_v1beta

            if name == "__all__" or name in dir(generativelanguage_v1beta):
                value = globals()[name] = getattr(generativelanguage_v1beta, name)
                return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        from google.ai import generativelanguage_v1beta

        return sorted({*globals(), *generativelanguage_v1beta.__all__})
