"""`client.chats`: conversations that keep their history and send it with each message.

Each method is a shell: a signature, a docstring and one call into `_core`. The async classes in `_aio.chats` are
generated from this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import types
from ._core.chat import from_json, send_message, stream_message
from ._core.conversation import Conversation as _BaseChat, PartialContent as PartialContent
from ._core.resource import Resource, async_twin
from ._core.streams import Stream
from ._iterables import Iterables
from .models import Models

if TYPE_CHECKING:
    from ._aio.chats import AsyncChat as AsyncChat, AsyncChats as AsyncChats


class Chat(_BaseChat, Resource):
    """A conversation with a model.

    Several threads or tasks may send messages in the same chat. Each message is sent with the history recorded at that
    moment, and is recorded together with its answer.
    """

    def __init__(
        self,
        *,
        modules: Models,
        model: str,
        config: types.GenerateContentConfigOrDict | None = None,
        history: Sequence[types.ContentOrDict] | None = None,
    ) -> None:
        Resource.__init__(self, modules._api_client)
        self._modules = modules
        self._begin(model, config, history)

    def send_message(
        self,
        message: Iterables[types.PartUnionDict] | types.PartUnionDict | types.ContentOrDict,
        config: types.GenerateContentConfigOrDict | None = None,
    ) -> types.GenerateContentResponse:
        """Return the model's answer to a message, and add both to the history.

        Args:
          message: A text, a part, a file, a picture, a list of them, or one `Content`.
          config: Settings for this call. They replace the chat's own configuration as a whole.

        The history gets the message, any function calls with their results, and the answer. An empty answer is
        recorded, but neither it nor its message is sent to the model again. A call that fails leaves the chat
        unchanged.

        Raises:
          ValueError: The message is invalid; nothing was sent.
          errors.APIError: The call failed.

        Example::

            chat = client.chats.create(model="gemini-2.5-flash")
            print(chat.send_message("My name is Ada.").text)
            print(chat.send_message("What is my name?").text)
        """
        return self._run(send_message(self._port, self, self._modules.generate_content, message, config))

    def send_message_stream(
        self,
        message: Iterables[types.PartUnionDict] | types.PartUnionDict | types.ContentOrDict,
        config: types.GenerateContentConfigOrDict | None = None,
    ) -> Stream[types.GenerateContentResponse]:
        """Return the model's answer to a message as a stream of chunks, and add it to the history as one turn.

        The arguments are those of `send_message`. A stream that is abandoned before its end is recorded as a partial
        turn, a `chats.PartialContent`; one that fails leaves the chat unchanged.

        Example::

            chat = client.chats.create(model="gemini-2.5-flash")
            for chunk in chat.send_message_stream("Tell me a story."):
                print(chunk.text, end="")
        """
        return self._stream(stream_message(self._port, self, self._modules.generate_content_stream, message, config))


class Chats(Resource):
    """Conversations that keep their history and send it with each message."""

    def __init__(self, modules: Models) -> None:
        Resource.__init__(self, modules._api_client)
        self._modules = modules

    def create(
        self,
        *,
        model: str,
        config: types.GenerateContentConfigOrDict | None = None,
        history: Sequence[types.ContentOrDict] | None = None,
    ) -> Chat:
        """Return a new chat. Sends nothing.

        Args:
          model: Id or resource name of a model.
          config: Settings for messages sent without their own; see `types.GenerateContentConfig`.
          history: Earlier turns. Empty answers and the messages before them are kept, but not sent to the model.

        Raises:
          ValueError: The configuration is invalid, or an item of the history is not a content, or has an unknown role.

        Example::

            chat = client.chats.create(model="gemini-2.5-flash", config={"temperature": 0})
        """
        return Chat(modules=self._modules, model=model, config=config, history=history)

    def from_json(
        self, text: str, *, model: str | None = None, config: types.GenerateContentConfigOrDict | None = None
    ) -> Chat:
        """Return a chat that continues from the result of `chat.to_json()`. Sends nothing.

        Args:
          text: The JSON.
          model: Model to use from now on. Default: the model in the JSON.
          config: Settings for the chat; the JSON does not contain them.

        Raises:
          ValueError: The text is not the output of `to_json`.

        Example::

            chat = client.chats.create(model="gemini-2.5-flash")
            text = chat.to_json()
            chat = client.chats.from_json(text)
        """
        return from_json(Chat, self._modules, text, model, config)


def __getattr__(name: str) -> object:
    return async_twin(globals(), name)
