"""`client.chats`: conversations whose history is kept, and sent along with each message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import types
from ._core.chat import from_json, send_message, streamed_message
from ._core.conversation import Conversation as _BaseChat, PartialContent as PartialContent
from ._core.resource import Resource, async_twin

if TYPE_CHECKING:
    from ._aio.chats import AsyncChat as AsyncChat, AsyncChats as AsyncChats
    from ._core.streams import Stream
    from .models import Models


class Chat(_BaseChat, Resource):
    """A conversation with a model.

    Threads and tasks may send messages in the same chat: each goes with what was said before it was sent, and is remembered
    together with its answer.
    """

    def __init__(
        self,
        *,
        modules: Models,
        model: str,
        config: types.GenerateContentConfigOrDict | None = None,
        history: list[types.ContentOrDict] | None = None,
    ) -> None:
        Resource.__init__(self, modules._api_client)
        self._modules = modules
        self._begin(model, config, history)

    def send_message(
        self,
        message: list[types.PartUnionDict] | types.PartUnionDict | types.ContentOrDict,
        config: types.GenerateContentConfigOrDict | None = None,
    ) -> types.GenerateContentResponse:
        """Return the model's answer to a message, and remember both.

        Args:
          message: A text, a part, a file, a picture, a list of them, or one `Content`.
          config: Everything else about this call, in the place of the chat's own configuration.

        The history gets the message, the functions that were called with their results, and the answer. An answer that says
        nothing is kept out of what goes to the model with later messages, with its message. A call that fails leaves the
        chat as it was.

        Raises:
          ValueError: The message has the wrong shape; nothing was sent.
          errors.APIError: The call failed.

        Example::

            chat = client.chats.create(model="gemini-2.5-flash")
            print(chat.send_message("My name is Ada.").text)
            print(chat.send_message("What is my name?").text)
        """
        return self._run(send_message(self._port, self, self._modules.generate_content, message, config))

    def send_message_stream(
        self,
        message: list[types.PartUnionDict] | types.PartUnionDict | types.ContentOrDict,
        config: types.GenerateContentConfigOrDict | None = None,
    ) -> Stream[types.GenerateContentResponse]:
        """Return the model's answer to a message in chunks, and remember it as one turn.

        The arguments are those of `send_message`. A stream that is left before its end is remembered as far as it came, as a
        `chats.PartialContent`; one that fails leaves the chat as it was.

        Example::

            chat = client.chats.create(model="gemini-2.5-flash")
            for chunk in chat.send_message_stream("Tell me a story."):
                print(chunk.text, end="")
        """
        return self._stream(streamed_message(self._port, self, self._modules.generate_content_stream, message, config))


class Chats(Resource):
    """Conversations whose history is kept, and sent along with each message."""

    def __init__(self, modules: Models) -> None:
        Resource.__init__(self, modules._api_client)
        self._modules = modules

    def create(
        self,
        *,
        model: str,
        config: types.GenerateContentConfigOrDict | None = None,
        history: list[types.ContentOrDict] | None = None,
    ) -> Chat:
        """Return a new chat. Nothing is sent.

        Args:
          model: Id or resource name of a model.
          config: Everything else about the calls, unless a message brings its own; see `types.GenerateContentConfig`.
          history: What was said before. Answers that say nothing are not sent, nor are the messages that got them.

        Raises:
          ValueError: An item of the history is no content, or has a role that the service does not know.

        Example::

            chat = client.chats.create(model="gemini-2.5-flash", config={"temperature": 0})
        """
        return Chat(modules=self._modules, model=model, config=config, history=history)

    def from_json(
        self, text: str, *, model: str | None = None, config: types.GenerateContentConfigOrDict | None = None
    ) -> Chat:
        """Return a chat that goes on from what `chat.to_json()` returned. Nothing is sent.

        Args:
          text: The JSON.
          model: Another model than that of the chat before.
          config: The configuration, which is not in the JSON.

        Raises:
          ValueError: The text is not what `to_json` returns.

        Example::

            chat = client.chats.create(model="gemini-2.5-flash")
            text = chat.to_json()
            chat = client.chats.from_json(text)
        """
        return from_json(Chat, self._modules, text, model, config)


def __getattr__(name: str) -> object:
    return async_twin(globals(), name)
