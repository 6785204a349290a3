"""The platform over HTTP: one exchange, whole."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import nullcontext
import time
from typing import ClassVar, override
from weakref import WeakKeyDictionary

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.hdrs import CONTENT_ENCODING
from yarl import URL

from .body import ENCODINGS, read_limited
from .errors import AnswerTimeout, CannotConnect
from .live_content import LiveContent, fetch_live_content
from .models import Picture, Sound
from .picture import fetch_picture
from .transport import Answer, Post, reason

MAX_ANSWER = 1 << 20  # bytes; real answers have some hundreds
# Connections at a time, stops aside. Home Assistant's session has 100 to a host: a stop must
# always find one, however many calls hang, and a call one, however many pictures do.
MAX_CALLS = 64
MAX_PICTURES = 32
_PIECE = 1 << 16  # bytes of a sound that go out at a time
CLOSED_AT_ONCE = 1.0  # seconds; whoever closes a connection later may have acted before


class Slots:
    """What all who use one session share: two applications have no more connections than one."""

    _by_session: ClassVar[WeakKeyDictionary[aiohttp.ClientSession, Slots]] = WeakKeyDictionary()

    def __init__(self) -> None:
        """Have all of them free."""
        self.calls = asyncio.Semaphore(MAX_CALLS)
        self.pictures = asyncio.Semaphore(MAX_PICTURES)
        self.large_picture = asyncio.Lock()

    @classmethod
    def of(cls, session: aiohttp.ClientSession) -> Slots:
        """Return those of a session."""
        return cls._by_session.setdefault(session, cls())


class HttpTransport:
    """Speaks to the platform over HTTP, with a session that is its owner's to close."""

    def __init__(self, session: aiohttp.ClientSession, host: str) -> None:
        """Take the platform's address."""
        self._session = session
        self._base = URL(host)
        self._urls: dict[str, URL] = {}  # by path: making one takes longer than it seems
        self._timeouts: dict[float, aiohttp.ClientTimeout] = {}
        self._keeps = False  # connections: it has answered since it closed two in a row
        self._slots = Slots.of(session)

    async def post(self, post: Post) -> Answer:
        """POST a JSON body, or a form if there is a sound."""
        try:
            return await self._exchange_or_repeat(post)
        except TimeoutError:
            raise AnswerTimeout from None
        except (aiohttp.ClientError, OSError, ValueError) as err:
            # "from None": aiohttp's texts can hold the address, and with it the token.
            raise CannotConnect("", reason(err)) from None

    async def picture(self, address: str) -> Picture:
        """Fetch a picture; see `picture.fetch_picture`."""
        slots = self._slots
        async with slots.pictures, slots.calls:
            return await fetch_picture(
                self._session, address, self._base.raw_host or "", slots.large_picture
            )

    async def live_content(self, address: str) -> LiveContent:
        """Look behind a live address; see `live_content.fetch_live_content`."""
        async with self._slots.pictures, self._slots.calls:
            return await fetch_live_content(self._session, address, self._base.raw_host or "")

    async def _exchange_or_repeat(self, post: Post) -> Answer:
        """Try once more, where that may be, if the connection was closed under the request.

        A server may close one that it has kept just as a request arrives (RFC 9112, 9.3.1). If
        it closes the next one, too, that was no matter of keeping.
        """
        slot = nullcontext() if post.urgent else self._slots.calls
        async with slot:
            began = time.monotonic()
            try:
                return await self._exchange(post)
            except aiohttp.ClientConnectorError:
                raise  # there was no connection
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
                at_once = time.monotonic() < began + CLOSED_AT_ONCE
                if not (self._keeps and post.repeatable and at_once):
                    raise
        if post.rest is not None:  # without a place that others wait for
            await post.rest()  # it may have been carried out, after all
        async with slot:
            try:
                return await self._exchange(post)
            except aiohttp.ClientConnectionError:
                self._keeps = False
                raise

    async def _exchange(self, post: Post) -> Answer:
        if (url := self._urls.get(post.path)) is None:
            url = self._urls[post.path] = self._base / post.path
        if (limit := self._timeouts.get(post.timeout)) is None:
            limit = self._timeouts[post.timeout] = aiohttp.ClientTimeout(total=post.timeout)
        post.on_send()
        async with self._session.post(
            url,
            params=post.query,
            json=post.fields if post.sound is None else None,
            data=_form(post.fields, post.sound) if post.sound is not None else None,
            timeout=limit,
            allow_redirects=False,  # a POST that is redirected loses its body
            headers=ENCODINGS,
            auto_decompress=False,
        ) as response:
            if CONTENT_ENCODING in response.headers:
                body = await read_limited(response, MAX_ANSWER)
            else:  # as nearly always
                plain = bytearray()
                while len(plain) <= MAX_ANSWER and (chunk := await response.content.readany()):
                    plain += chunk
                body = bytes(plain) if len(plain) <= MAX_ANSWER else None
            self._keeps = self._keeps or body is not None
            return Answer(response.status, body)


class _SoundPayload(aiohttp.Payload):
    """A sound that goes out in pieces; of a `BytesIO`, aiohttp 3.14 makes a copy first."""

    _value: Sound

    def __init__(self, sound: Sound) -> None:
        """Take the sound, but no hold of its bytes."""
        super().__init__(sound, content_type=sound.content_type)
        self._size = len(sound.content)

    @override
    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Return it as text, which it is not, for nobody who asks."""
        return self._value.content.decode(encoding, errors)

    @override
    async def write(self, writer: AbstractStreamWriter) -> None:
        """Write it, and let others run in between."""
        for start in range(0, len(self._value.content), _PIECE):
            await writer.write(self._value.content[start : start + _PIECE])
            await asyncio.sleep(0)


def _form(fields: Mapping[str, str | int], sound: Sound) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, value in fields.items():
        form.add_field(name, str(value))
    form.add_field("voice_file", _SoundPayload(sound), filename=f"voice.{sound.kind}")
    return form
