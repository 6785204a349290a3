"""The one access token of an application: cached, shared, renewed, fought over.

The platform keeps one token per application; fetching a new one kills the old one for
everybody who uses the same client_id, it lives 7200 s, and fetching is rate limited
(SodaLife "获取凭证"). So: as few fetches as possible, never two at a time, and pauses
that grow when fetching does not help.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from .clock import Clock
from .errors import (
    InvalidClient,
    NotPermitted,
    RateLimited,
    SodaError,
    TokenPaused,
    TokenRateLimited,
    TokenRejected,
)
from .models import Token
from .signal import Signal
from .single_flight import SingleFlight
from .token_evidence import FetchPause, Rivalry, Suspects

RENEW_AHEAD = 300.0  # seconds before its end that a token is not used any more ...
RENEW_AHEAD_SHARE = 0.1  # ... or this share of its life, if that is shorter


class TokenStore(Protocol):
    """Keeps the token over restarts, readable by nobody else."""

    async def load(self) -> Token | None:
        """Return the stored token, None if there is none that can be read."""

    async def save(self, token: Token) -> None:
        """Store the token."""


class TokenKeeper:
    """Hands out the application's token and replaces it when it is rejected.

    Attributes:
        fetches: how many tokens were fetched.
        fetched: a fetch has ended, with an error or, with None, well.
        contested: somebody else was found to fetch tokens, too.

    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[Token]],
        clock: Clock,
        store: TokenStore | None = None,
    ) -> None:
        """Take the way to fetch a token and, optionally, where to keep it."""
        self._fetch = fetch
        self._clock = clock
        self._store = store
        self._token: Token | None = None
        self._verified = False  # the platform has accepted this token at least once
        self._served_at = float("-inf")  # monotonic time at which it did so last, in this run
        self._outdated = False  # another was asked for since, which may have killed it
        self._fetching: SingleFlight[Token] = SingleFlight()
        self._pause = FetchPause(clock)
        self._rivalry = Rivalry(clock)
        self._suspects = Suspects(clock)
        self.fetches = 0
        self.fetched: Signal[[SodaError | None]] = Signal()
        self.contested: Signal[[]] = Signal()

    @property
    def shared_with_others(self) -> bool:
        """Somebody else uses this client_id: tokens died early, twice within an hour."""
        return self._rivalry.suspected

    @property
    def age(self) -> float | None:
        """Seconds since the token was fetched, None if there is none."""
        return None if self._token is None else self._clock.time() - self._token.fetched_at

    @property
    def current(self) -> Token | None:
        """The token at hand, if it can still be used."""
        token = self._token
        if token is None:
            return None
        margin = min(RENEW_AHEAD, (token.expires_at - token.fetched_at) * RENEW_AHEAD_SHARE)
        return token if self._clock.time() < token.expires_at - margin else None

    @property
    def _living(self) -> Token | None:
        """The token at hand until its very end."""
        token = self._token
        return token if token is not None and self._clock.time() < token.expires_at else None

    async def load(self) -> None:
        """Take over the token that an earlier run has stored."""
        if self._store is not None and self._token is None:
            self._token = await self._store.load()
            self._verified = self._token is not None

    async def close(self) -> None:
        """Let a fetch under way end, so that its token is not lost."""
        await self._fetching.wait()

    async def get(self, *, urgent: bool = False) -> Token:
        """Return a token that should work.

        An `urgent` call, a stop, does not wait for a rival, nor for the next token as long
        as there is one that has not ended. Nobody is refused as long as there is one, either:
        that another was asked for and did not come may be one device's trouble only.

        Raises:
            SodaError: if one had to be fetched and could not be.

        """
        if urgent and (token := self._living) is not None:
            return token
        if not self._fetching.running and (token := self.current) is not None:
            return token
        try:
            return await self._replace(urgent=urgent)
        except SodaError:
            if (token := self._living) is None:
                raise
            return token

    async def renew(
        self, rejected: Token, serial: str, since: float, *, urgent: bool = False
    ) -> Token:
        """Return another token than the rejected one, fetched only if there is none yet.

        An `urgent` call, a stop, does not take part in the pauses for a rival's sake.

        Args:
            rejected: the token that was refused ...
            serial: ... for this device ...
            since: ... in a call that was begun at this monotonic time.
            urgent: whether it was a stop.

        Raises:
            SodaError: if none could be fetched, or none is fetched for a while.

        """
        if not self._fetching.running:
            if rejected == self._token:
                self._judge(rejected, serial, since)
            elif (token := self.current) is not None:
                return token
        return await self._replace(urgent=urgent)

    def rejected_again(self, serial: str) -> None:
        """Note that a fresh token did not help a device: the trouble is its own."""
        self._suspects.add(serial)
        self._rivalry.withdraw(serial)

    def accepted(self, token: Token, serial: str) -> None:
        """Note that the platform took this token for a device."""
        if token is not self._token or self._fetching.running:
            return  # it may have been killed meanwhile
        self._served_at = self._clock.monotonic()
        self._outdated = False
        self._suspects.discard(serial)
        if not self._verified:
            self._verified = True
            if not self.shared_with_others:
                self._pause.reset()
        if self._rivalry.confirmed_by(token, serial):
            self._pause.grow(TokenPaused)
            self.contested.emit()

    def _judge(self, token: Token, serial: str, since: float) -> None:
        """Return if a rejected token seems to be dead.

        Raises:
            TokenRejected: if it may well be good. What is refused can be the platform's own
                token towards EZVIZ, too, for one device or for all.

        """
        if self._verified:
            if self._served_at > since or self._suspects.pausing(serial, self._served_at):
                raise TokenRejected
            if self.current is not None and not self._outdated:  # else no rival was needed
                self._rivalry.question(token, serial)
        else:
            self._pause.grow_for(token)
            if self._pause.on:
                raise TokenRejected

    async def _replace(self, *, urgent: bool) -> Token:
        if not self._fetching.running:
            self._pause.check(urgent=urgent)
        # A flight of its own: it goes on when its caller leaves, for by then the platform may
        # have killed the old token already.
        return await self._fetching.run(self._fetch_and_keep)

    async def _fetch_and_keep(self) -> Token:
        self._pause.begin()
        self._outdated = True
        try:
            token = await self._fetch()
        except SodaError as err:
            self._rivalry.withdraw()
            self.fetched.emit(err)
            if isinstance(err, RateLimited):
                self._pause.grow(TokenRateLimited)
                raise TokenRateLimited(err.code, err.description) from None
            if isinstance(err, InvalidClient | NotPermitted):
                self._pause.grow(type(err))
            raise
        self.fetches += 1
        self._token, self._verified, self._outdated = token, False, False
        self._served_at = float("-inf")
        self.fetched.emit(None)
        if self._store is not None:
            await self._store.save(token)
        return token
