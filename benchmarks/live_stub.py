"""The part of the stub that serves live sessions: WebSocket frames that are built before the first request. A session's model
selects the answer to each of its messages. Messages of the client are counted and dropped, except for the setup."""

import asyncio
import base64
import hashlib
import json
import re

import inputs

KEY = re.compile(rb"\r\nsec-websocket-key: *([^\r ]+)", re.IGNORECASE)
MODEL = re.compile(rb'"model": ?"models/([^"]+)"')
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def is_handshake(head: bytes) -> bool:
    return KEY.search(head) is not None


def handshake(head: bytes) -> bytes:
    """Return the answer to a handshake."""
    key = KEY.search(head)
    assert key
    digest = hashlib.sha1(key[1] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11", usedforsecurity=False).digest()
    accept = b"Sec-WebSocket-Accept: " + base64.b64encode(digest)
    return b"\r\n".join(
        (b"HTTP/1.1 101 Switching Protocols", b"Upgrade: websocket", b"Connection: Upgrade", accept, b"", b"")
    )


def frame(opcode: int, payload: bytes) -> bytes:
    size = len(payload)
    length = (
        bytes([size])
        if size < 126
        else b"\x7e" + size.to_bytes(2, "big")
        if size < 65536
        else b"\x7f" + size.to_bytes(8, "big")
    )
    return bytes([0x80 | opcode]) + length + payload


def message(content: object) -> bytes:
    return frame(BINARY, json.dumps(content).encode())


def audio_message(number: int) -> bytes:
    data = base64.b64encode(bytes([number % 256]) * inputs.ANSWER_PIECE_BYTES).decode()
    blob = {"mimeType": "audio/pcm;rate=24000", "data": data}
    return message({"serverContent": {"modelTurn": {"parts": [{"inlineData": blob}]}}})


CONFIRMED = message({"setupComplete": {}})
TURN_COMPLETE = message({"serverContent": {"turnComplete": True}})
ANSWERS = {
    b"speech": b"".join(map(audio_message, range(inputs.ANSWER_PIECES))) + TURN_COMPLETE,
    b"short": message({"serverContent": {"modelTurn": {"parts": [{"text": "Hi"}]}}}) + TURN_COMPLETE,
    b"silent": TURN_COMPLETE,
}
"""The answer of each model to every message; of `silent`, to every `inputs.QUESTION_CHUNKS` messages."""


class LiveConnection(asyncio.Protocol):
    """The server side of one session, after the handshake."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.received = bytearray()
        self.answer = b""
        self.every = 1
        self.count = 0

    def data_received(self, data: bytes) -> None:
        received = self.received
        received += data
        start = 0
        while len(received) - start >= 6:
            size, head = received[start + 1] & 0x7F, 6
            if size >= 126:
                head = 8 if size == 126 else 14
                if len(received) - start < head:
                    break
                size = int.from_bytes(received[start + 2 : start + head - 4], "big")
            end = start + head + size
            if len(received) < end:
                break
            opcode = received[start] & 0x0F
            if opcode in (TEXT, BINARY) and self.answer:
                self.count_message()
            else:
                mask = received[start + head - 4 : start + head]
                payload = bytes(byte ^ mask[place % 4] for place, byte in enumerate(received[start + head : end]))
                self.answer_control(opcode, payload)
            start = end
        del received[:start]

    def count_message(self) -> None:
        self.count += 1
        if self.count == self.every:
            self.count = 0
            self.transport.write(self.answer)

    def answer_control(self, opcode: int, payload: bytes) -> None:
        if opcode == CLOSE:
            self.transport.write(frame(CLOSE, payload))
            self.transport.close()
        elif opcode == PING:
            self.transport.write(frame(PONG, payload))
        elif opcode in (TEXT, BINARY):
            model = MODEL.search(payload)
            assert model, payload
            self.answer = ANSWERS[model[1]]
            self.every = inputs.QUESTION_CHUNKS if model[1] == b"silent" else 1
            self.transport.write(CONFIRMED)
