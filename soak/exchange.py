"""One request to the platform and what became of it, as both ends see it."""

from __future__ import annotations

import asyncio

from aiohttp import web

from custom_components.sodalife.api.errors import AnswerTimeout, CannotConnect
from custom_components.sodalife.api.transport import Answer, Post

TOKEN = "token"  # noqa: S105 - the name of its endpoint


class Exchange:
    """A request on its way there and back.

    Attributes:
        endpoint: the last part of its path, or "token".
        sent_at: loop time at which it left.
        settled_at: loop time at which its sender knew what became of it, or had left.
        outcome: what its sender was told: an answer, an error, or None if it had left.

    """

    def __init__(self, post: Post) -> None:
        """Note that it leaves now."""
        self._loop = asyncio.get_running_loop()
        self.post = post
        name = post.path.rpartition("/")[2]
        self.endpoint = TOKEN if name == "access_token" else name
        self.serial = str(post.fields.get("device_serial", ""))
        self.sent_at = self._loop.time()
        self.settled_at: float | None = None
        self.outcome: Answer | Exception | None = None
        self._broken = False
        self._answer: asyncio.Future[Answer] = self._loop.create_future()
        self._left: asyncio.Future[None] | None = None

    @property
    def starts(self) -> bool:
        """Whether it starts a move."""
        return self.post.fields.get("action") == 0

    @property
    def stops(self) -> bool:
        """Whether it stops one."""
        return self.post.fields.get("action") == 1

    @property
    def command(self) -> int:
        """What it moves or stops."""
        return int(self.post.fields["command"])

    @property
    def token(self) -> str:
        """The access token that it comes with."""
        return str((self.post.query or self.post.fields).get("access_token", ""))

    async def answer(self) -> Answer:
        """Wait for the answer.

        Raises:
            AnswerTimeout, CannotConnect: if none comes.

        """
        timer = self._loop.call_later(self.post.timeout, self._fail, AnswerTimeout())
        try:
            self.outcome = await self._answer
        except (AnswerTimeout, CannotConnect) as err:
            self.outcome = err
            raise
        finally:
            timer.cancel()
            self._leave()
        return self.outcome

    def deliver(self, answer: Answer) -> None:
        """Let the sender have the answer, or see the connection break."""
        if self._broken:
            self._fail(CannotConnect("", "ServerDisconnectedError"))
        elif not self._answer.done():
            self._answer.set_result(answer)

    def break_off(self) -> web.Response:
        """Close the connection; the response returned is not delivered."""
        self._broken = True
        return web.Response()

    async def pause(self, seconds: float) -> None:
        """Be slow: a move begins when it likes, the rest ends when nobody waits for it."""
        if self.starts or self.stops:
            await asyncio.sleep(seconds)
        else:
            await self.wait_until_left(seconds)

    async def wait_until_left(self, seconds: float) -> None:
        """Return when the sender has left, and after so many seconds at the latest."""
        if self.settled_at is None:
            self._left = self._loop.create_future()
            await asyncio.wait({self._left}, timeout=seconds)

    def _fail(self, err: Exception) -> None:
        if not self._answer.done():
            self._answer.set_exception(err)

    def _leave(self) -> None:
        self.settled_at = self._loop.time()
        if self._left is not None and not self._left.done():
            self._left.set_result(None)

    def __str__(self) -> str:
        """Return a line for a person."""
        what = self.endpoint
        if self.starts or self.stops:
            what = f"{'start' if self.starts else 'stop'} {self.command}"
        return f"{what} -> {self.told()}"

    def told(self) -> str:
        """Return what its sender was told, in short."""
        match self.outcome:
            case None:
                return "sender left" if self.settled_at is not None else "under way"
            case Answer(status=status, body=body):
                return f"{status} {' '.join((body or b'')[:40].decode(errors='replace').split())}"
        return repr(self.outcome)
