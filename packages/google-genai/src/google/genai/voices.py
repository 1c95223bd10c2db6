"""`client.voices`: voices for generated speech.

The methods are shells: a signature, a docstring and one call into `_interactions`. The types are generated, and loaded with their
module when they are first used. The async class in `_aio.voices` is generated from this file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ._core.resource import Resource, async_twin
from ._interactions import types as interaction_types
from ._interactions.operations import CREATE_VOICE, DELETE_VOICE, GET_VOICE, LIST_VOICES
from ._interactions.requests import Settings
from ._interactions.services import send

if TYPE_CHECKING:
    from ._aio.voices import AsyncVoices as AsyncVoices
    from ._interactions.raw import RawMethods
    from ._interactions.types import (
        CreateVoiceRequestParam as VoiceCreateParams,
        DeleteVoiceResponse as VoiceDeleteResponse,
        ListVoicesRequestParam as VoiceListParams,
        ListVoicesResponse as VoiceListResponse,
        VoiceOutput as Voice,
    )


class Voices(Resource):
    """Voices for generated speech: those that the service offers, and those made from a description or from recordings."""

    def list(
        self,
        *,
        accent: Iterable[str] | None = None,
        contexts: Iterable[str] | None = None,
        gender: Iterable[str] | None = None,
        language_code: Iterable[str] | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        persona: Iterable[str] | None = None,
        pitch: Iterable[str] | None = None,
        region_code: Iterable[str] | None = None,
        search: str | None = None,
        type_: Iterable[str] | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.ListVoicesResponse:
        """Return one page of the voices. A voice is listed if it has one of the values of each list.

        Args:
          accent: Accents.
          contexts: Contexts for which voices are made.
          gender: Genders.
          language_code: Languages as BCP 47 codes, such as "en-US".
          page_size: Maximum number of items on a page. Default: the service chooses.
          page_token: Token of the page, from the page before. Default: the first page.
          persona: Characters.
          pitch: Pitches.
          region_code: Regions as codes, such as "US".
          search: Text to search for.
          type_: Origins, such as "prebuilt".
          api_version: API version in the path. Default: that of the client.
          extra_headers: Headers in addition to the client's.
          extra_query: Query parameters.
          timeout: Seconds that each attempt may take, or the `Timeout` of httpx.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed.

        Example::

            page = client.voices.list(language_code=["de-DE"], type_=["prebuilt"])
            print([voice.display_name for voice in page.voices or []])

        API: `voices.list`.
        """
        return self._run(
            send(
                self._port,
                LIST_VOICES,
                Settings(api_version, extra_headers, extra_query, None, timeout),
                accent=accent,
                contexts=contexts,
                gender=gender,
                language_code=language_code,
                page_size=page_size,
                page_token=page_token,
                persona=persona,
                pitch=pitch,
                region_code=region_code,
                search=search,
                type_=type_,
            )
        )

    def create(
        self,
        *,
        voice: interaction_types.VoiceInput | interaction_types.VoiceInputParam,
        store: bool | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.VoiceOutput:
        """Make a voice from a description or from recordings.

        Args:
          voice: The new voice.
          store: Whether the service keeps the voice. Without it, `key` of the result stands for the voice.
          api_version: API version in the path. Default: that of the client.
          extra_headers: Headers in addition to the client's.
          extra_query: Query parameters.
          extra_body: Fields that this release does not know, merged into the request.
          timeout: Seconds that each attempt may take, or the `Timeout` of httpx.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed.

        Example::

            voice = client.voices.create(
                voice={"type": "prompted", "prompted": {"input": "A calm narrator with a deep voice."}}, store=True
            )

        API: `voices.create`.
        """
        return self._run(
            send(
                self._port,
                CREATE_VOICE,
                Settings(api_version, extra_headers, extra_query, extra_body, timeout),
                voice=voice,
                store=store,
            )
        )

    def delete(
        self,
        id: str,
        *,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.DeleteVoiceResponse:
        """Delete a voice.

        Args:
          id: Id of the voice.
          api_version, extra_headers, extra_query, timeout: As for `list`.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed. `interactions.NotFoundError` for a voice that is unknown.

        Example::

            client.voices.delete("my-voice")

        API: `voices.delete`.
        """
        return self._run(
            send(self._port, DELETE_VOICE, Settings(api_version, extra_headers, extra_query, None, timeout), id=id)
        )

    def get(
        self,
        id: str,
        *,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.VoiceOutput:
        """Return a voice.

        Args:
          id: Id of the voice.
          api_version, extra_headers, extra_query, timeout: As for `list`.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed. `interactions.NotFoundError` for a voice that is unknown.

        Example::

            voice = client.voices.get("my-voice")

        API: `voices.get`.
        """
        return self._run(
            send(self._port, GET_VOICE, Settings(api_version, extra_headers, extra_query, None, timeout), id=id)
        )

    @property
    def with_raw_response(self) -> RawMethods:
        """The same methods; each returns the HTTP response, and its `parse()` returns the object."""
        from ._interactions.raw import RawMethods

        return RawMethods(self)


__all__ = ["Voice", "VoiceCreateParams", "VoiceDeleteResponse", "VoiceListParams", "VoiceListResponse"]
_RENAMED = {
    "Voice": "VoiceOutput",
    "VoiceCreateParams": "CreateVoiceRequestParam",
    "VoiceDeleteResponse": "DeleteVoiceResponse",
    "VoiceListParams": "ListVoicesRequestParam",
    "VoiceListResponse": "ListVoicesResponse",
}
"""The types in `__all__` that have another name in `_interactions.types`."""


if not TYPE_CHECKING:  # checkers know the names from the imports above

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            return async_twin(globals(), name)
        from ._interactions import types

        globals()[name] = value = getattr(types, _RENAMED.get(name, name))  # the next access does not come here
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "AsyncVoices"})
