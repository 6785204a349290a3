"""The platform's endpoints as methods: token, dialect and HTTP are taken care of here.

The client knows nothing about cameras; who may call when is the call queue's business.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
import io
import time

import aiohttp
from yarl import URL

from .answers import end_of, require_success, seconds_of, text_of
from .clock import Clock, SystemClock
from .dialect import DIALECTS, QUERY, Dialect, Fields, other
from .errors import (
    ApplicationFrozen,
    InvalidParameter,
    MalformedAnswer,
    NotSupported,
    SodaError,
    TokenRejected,
    VideoEncrypted,
)
from .models import Command, Endpoint, LiveAddress, Picture, Request, Sound, TalkAddress, Token
from .picture import fetch_picture
from .token import TokenKeeper, TokenStore
from .transport import Payload, exchange

SCOPE = "iot:public,iot:control"
TOKEN_TIMEOUT = 10.0  # seconds
TIMEOUTS = {  # how long an answer may take; a device that cannot answer costs 5-10 s
    Endpoint.CAPTURE: 20.0,
    Endpoint.CONTROL: 10.0,
    Endpoint.VOICE: 60.0,
    Endpoint.LIVE: 15.0,
    Endpoint.ONLINE: 10.0,
    Endpoint.TALK: 15.0,
}
LIVE_LIFE = 240.0  # seconds that a live address is kept which does not name its end
TALK_LIFE = 300.0  # "talkurl", rev. 2021-01-08: valid for 5 minutes
PROBE_INTERVAL = 600.0  # seconds between probes of the other dialect because of a refusal
RESULT_FIELD = {  # what only an answer of the platform has
    Endpoint.CAPTURE: "picUrl",
    Endpoint.CONTROL: "data",
    Endpoint.VOICE: "data",
    Endpoint.LIVE: "url",
    Endpoint.ONLINE: "online",
    Endpoint.TALK: "url",
}
PROBE_TOGETHER = 20.0  # seconds for which calls may join in another one's probe
_BEFORE_THE_DEVICE = (TokenRejected, InvalidParameter, ApplicationFrozen)
# Calls at a time, stops aside. Home Assistant's session has 100 connections to a host:
# a stop must always find one, however many calls hang.
MAX_CALLS = 64


@dataclass(slots=True)
class EndpointStats:
    """What became of the calls to one endpoint; times in seconds."""

    calls: int = 0
    errors: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    last_error: str = ""

    def note(self, seconds: float, err: SodaError | None = None) -> None:
        """Count one call."""
        self.calls += 1
        self.seconds += seconds
        self.slowest = max(self.slowest, seconds)
        if err is not None:
            self.errors += 1
            self.last_error = err.code or err.key


class SodaClient:
    """Speaks to the platform on behalf of one application."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        host: str,
        client_id: str,
        client_secret: str,
        *,
        revision: str | None = None,
        store: TokenStore | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Take the application's credentials; `revision` is found out if it is not known."""
        self._session = session
        base = URL(host)
        self._host = base.host or ""
        self._token_url = base / "oauth2/access_token"
        self._urls = {endpoint: base / f"iot/cameras/{endpoint}" for endpoint in Endpoint}
        self._client_id = client_id
        self._client_secret = client_secret
        self.clock = clock or SystemClock()
        self.tokens = TokenKeeper(self._fetch_token, self.clock, store)
        self._dialect = DIALECTS.get(revision or "")
        self._probed_at = float("-inf")
        self._probing = 0  # calls that are trying the other dialect
        self._slots = asyncio.Semaphore(MAX_CALLS)
        self.stats: defaultdict[str, EndpointStats] = defaultdict(EndpointStats)
        self.on_dialect: Callable[[Dialect], None] = lambda _: None

    @property
    def dialect(self) -> Dialect | None:
        """The platform's dialect, None until a camera has been called."""
        return self._dialect

    def knows(self, endpoint: Endpoint) -> bool:
        """Tell whether the platform has this endpoint, as far as is known."""
        return self._dialect is not None and self._dialect.knows(endpoint)

    async def capture(self, serial: str) -> str:
        """Take a snapshot and return its address, which is good for 2 hours.

        Raises:
            SodaError: see `errors`; so for every method here.

        """
        return text_of(await self._call(Request(Endpoint.CAPTURE, serial)), "picUrl")

    async def picture(self, address: str) -> Picture:
        """Fetch the picture behind an address; see `picture.fetch_picture`."""
        return await fetch_picture(self._session, address, self._host)

    async def start(self, serial: str, command: Command) -> None:
        """Start a move; a `stop` must follow before anything else."""
        require_success(await self._call(Request(Endpoint.CONTROL, serial, command)))

    async def stop(self, serial: str, command: Command) -> None:
        """Stop a move."""
        require_success(await self._call(Request(Endpoint.CONTROL, serial, command, stop=True)))

    async def send_voice(self, serial: str, sound: Sound) -> None:
        """Send a sound to the camera's speaker."""
        require_success(await self._call(Request(Endpoint.VOICE, serial, sound=sound)))

    async def live_url(self, serial: str, protocol: str = "hls") -> LiveAddress:
        """Return an address of the live picture."""
        protocol = protocol.lower()
        answer = await self._call(Request(Endpoint.LIVE, serial, protocol=protocol))
        url = text_of(answer, "url")
        now = self.clock.time()
        end = end_of(url)
        if end is None or end <= now:  # no end in it, or our clocks disagree
            return LiveAddress(url, protocol, now + LIVE_LIFE, names_end=False)
        return LiveAddress(url, protocol, end, names_end=True)

    async def is_online(self, serial: str) -> bool:
        """Tell whether the device is connected to the platform.

        Where the platform cannot be asked that, asks for a live address, which costs the
        device nothing: an offline one raises `DeviceOffline`.
        """
        if self.knows(Endpoint.ONLINE):
            try:
                return await self._online_status(serial)
            except NotSupported as err:
                if err.code.isdigit():
                    raise  # the device says so; else the platform may have changed under us
        with suppress(VideoEncrypted):  # which is an answer, too
            await self.live_url(serial)
        return True

    async def talk_url(self, serial: str) -> TalkAddress:
        """Return an address to talk through."""
        answer = await self._call(Request(Endpoint.TALK, serial))
        return TalkAddress(text_of(answer, "url"), self.clock.time() + TALK_LIFE)

    async def close(self) -> None:
        """Let go; the session is its owner's to close."""
        await self.tokens.close()

    async def _online_status(self, serial: str) -> bool:
        online = (await self._call(Request(Endpoint.ONLINE, serial))).get("online")
        if online not in (0, 1, "0", "1"):
            raise MalformedAnswer("", "no online state")
        return online in (1, "1")

    async def _fetch_token(self) -> Token:
        body = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "scope": SCOPE,
        }
        secrets = (self._client_secret,)
        now = self.clock.time()
        answer = await exchange(
            self._session, self._token_url, seconds=TOKEN_TIMEOUT, secrets=secrets, body=body
        )
        return Token(text_of(answer, "access_token"), now, now + seconds_of(answer, "expires_in"))

    async def _call(self, request: Request) -> Payload:
        if request.stop:
            return await self._next_attempt(request)
        async with self._slots:
            return await self._next_attempt(request)

    async def _next_attempt(self, request: Request) -> Payload:
        """Call; replace a refused token once, and find out the dialect on the way."""
        token = await self.tokens.get(urgent=request.stop)
        dialect = self._dialect or QUERY
        try:
            return await self._attempt(request, token, dialect)
        except InvalidParameter as err:
            if self._dialect is dialect and not self._may_probe():
                raise
            return await self._try_other_dialect(request, token, dialect, err)
        except TokenRejected as err:
            refusal = err
        with suppress(TokenRejected):
            if self._dialect is None:
                return await self._try_other_dialect(request, token, dialect, refusal)
            if self._dialect is not dialect:  # another call has found it out meanwhile
                return await self._attempt(request, token, self._dialect)
        return await self._attempt_renewed(request, token, self._dialect or dialect)

    async def _attempt_renewed(self, request: Request, token: Token, dialect: Dialect) -> Payload:
        """Try again with another token, since this one was refused."""
        try:
            token = await self.tokens.renew(token, urgent=request.stop)
            return await self._attempt(request, token, dialect)
        except TokenRejected as err:  # a fresh one, too: perhaps it is only misplaced
            if self._dialect is dialect and not self._may_probe():
                raise
            return await self._try_other_dialect(request, token, dialect, err)

    async def _try_other_dialect(
        self, request: Request, token: Token, dialect: Dialect, refusal: SodaError
    ) -> Payload:
        """Refused the way a misplaced token is: perhaps the other dialect is understood."""
        self._probing += 1
        try:
            return await self._attempt(request, token, other(dialect))
        except (TokenRejected, InvalidParameter, NotSupported):
            raise refusal from None
        finally:
            self._probing -= 1

    async def _attempt(self, request: Request, token: Token, dialect: Dialect) -> Payload:
        query, fields = dialect.encode(request, token.value)
        url = self._urls[request.endpoint]
        stats = self.stats[request.endpoint]
        began = time.perf_counter()
        try:
            answer = await exchange(
                self._session,
                url.with_query(query) if query else url,
                seconds=TIMEOUTS[request.endpoint],
                secrets=(token.value,),
                body=fields,
                form=_form(fields, request.sound) if request.sound else None,
            )
        except SodaError as err:
            stats.note(time.perf_counter() - began, err)
            if err.code.isdigit() and not isinstance(err, _BEFORE_THE_DEVICE):
                self._confirm(token, dialect)  # it looked at the device: token taken
            raise
        stats.note(time.perf_counter() - began)
        if RESULT_FIELD[request.endpoint] in answer:  # a gateway's answer proves nothing
            self._confirm(token, dialect)
        return answer

    def _confirm(self, token: Token, dialect: Dialect) -> None:
        self.tokens.accepted(token)
        if dialect is not self._dialect:
            self._dialect = dialect
            self.on_dialect(dialect)

    def _may_probe(self) -> bool:
        """Tell whether it is time to probe the other dialect because of a refusal.

        Calls that are refused while one of them tries the other dialect may try it, too.
        """
        now = self.clock.monotonic()
        if self._probing and now < self._probed_at + PROBE_TOGETHER:
            return True
        if now < self._probed_at + PROBE_INTERVAL:
            return False
        self._probed_at = now
        return True


def _form(fields: Fields, sound: Sound) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, value in fields.items():
        form.add_field(name, str(value))
    form.add_field(
        "voice_file",
        io.BytesIO(sound.content),  # a stream goes out in pieces, bytes would all at once
        filename=f"voice.{sound.kind}",
        content_type=sound.content_type,
    )
    return form
