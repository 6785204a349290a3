"""What goes out to the platform, and what comes back as it is.

`Transport` is a protocol, so that a platform in the same process can stand in for the network.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from .foreign import clean
from .models import Picture, Sound

if TYPE_CHECKING:  # which needs `reason`, by way of `fetch`
    from .live_content import LiveContent


@dataclass(frozen=True, slots=True)
class Post:
    """What is sent: where, the query and body fields, and a sound for the speaker.

    Attributes:
        path: the part of the address after the platform's own.
        timeout: how many seconds the answer may take.
        urgent: it is a stop, which waits for no other call.
        repeatable: to do it twice does no harm ...
        rest: ... once this has been waited for.
        on_send: called when it goes out; until then nobody was asked for anything.

    """

    path: str
    query: Mapping[str, str] | None = field(default=None, repr=False)
    fields: Mapping[str, str | int] = field(default_factory=dict, repr=False)
    sound: Sound | None = None
    timeout: float = 10.0
    urgent: bool = False
    repeatable: bool = True
    rest: Callable[[], Awaitable[None]] | None = None
    on_send: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the HTTP status, and the body unless it is longer than 1 MB."""

    status: int
    body: bytes | None = field(repr=False)


class Transport(Protocol):
    """Takes something to the platform and brings back what it says."""

    async def post(self, post: Post) -> Answer:
        """POST a JSON body, or a form if there is a sound.

        Raises:
            AnswerTimeout, CannotConnect: if nothing came back.

        """

    async def picture(self, address: str) -> Picture:
        """Fetch the picture behind an address that the platform gave.

        Raises:
            PictureUnusable: if there is none.

        """

    async def live_content(self, address: str) -> LiveContent:
        """Look at the first bytes behind a live address that the platform gave.

        Raises:
            Unfetchable: if there is no live picture.

        """


def reason(err: BaseException) -> str:
    """Say why a connection failed without the address, which may be signed.

    Nothing that an error is asked for need be there: a certificate error of aiohttp 3.11 has an
    `os_error` that raises.
    """
    text: object = None
    with suppress(Exception):
        text = err.os_error.strerror  # type: ignore[attr-defined]
    return clean(f"{type(err).__name__} {text}" if isinstance(text, str) else type(err).__name__)
