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
        at_hand: the token, if there is one ...
        good_until: ... and until when it can be used (epoch).
        settled: the token, if its acceptance is no news.
        served_at: monotonic time at which any device was served last.
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
        self.at_hand: Token | None = None
        self.good_until = 0.0
        self.settled: Token | None = None
        self.served_at = float("-inf")
        self._verified = False  # the platform has accepted this token at least once
        self._fetching: SingleFlight[Token] = SingleFlight()
        self._pause = FetchPause(clock)
        self._rivalry = Rivalry(clock)
        self._suspects = Suspects(clock)
        self.fetched: Signal[[SodaError | None]] = Signal()
        self.contested: Signal[[]] = Signal()

    @property
    def shared_with_others(self) -> bool:
        """Somebody else uses this client_id: tokens died early, twice within an hour."""
        return self._rivalry.suspected

    @property
    def fetches(self) -> int:
        """How many tokens were asked for."""
        return self._pause.fetches

    @property
    def age(self) -> float | None:
        """Seconds since the token was fetched, None if there is none."""
        return None if self.at_hand is None else self._clock.time() - self.at_hand.fetched_at

    @property
    def current(self) -> Token | None:
        """The token at hand, if it can still be used."""
        return self.at_hand if self._clock.time() < self.good_until else None

    async def load(self) -> None:
        """Take over the token that an earlier run has stored."""
        if self._store is not None and self.at_hand is None:
            self._take(await self._store.load())
            self._verified = self.at_hand is not None

    async def close(self) -> None:
        """Let a fetch under way end, so that its token is not lost."""
        await self._fetching.wait()

    async def get(self, *, urgent: bool = False) -> Token:
        """Return a token that should work.

        An `urgent` call, a stop, does not wait for a rival, nor for the next token as long
        as there is one that has not ended.

        Raises:
            SodaError: if one had to be fetched and could not be.

        """
        token = self.at_hand
        if urgent and token is not None and self._clock.time() < token.expires_at:
            return token
        return self.current or await self._replace(urgent=urgent)

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
        if rejected == self.at_hand and not self._fetching.running:
            self._judge(rejected, serial, since)
        self._rivalry.note_rejection(rejected, serial)
        return self.current or await self._replace(urgent=urgent)

    def rejected_again(self, serial: str) -> None:
        """Note that a fresh token did not help a device: the trouble is its own."""
        self._suspects.add(serial)
        self.settled = None

    def accepted(self, token: Token, serial: str) -> None:
        """Note that the platform took this token for a device."""
        if token is not self.at_hand:
            return
        self._suspects.discard(serial)
        if not self._verified:
            self._verified = True
            if not self.shared_with_others:
                self._pause.reset()
        if self._rivalry.confirmed_by(token, serial):
            self._pause.grow(TokenPaused)
            self.contested.emit()
        if not self._rivalry.in_question and not self._suspects:
            self.settled = token

    def _judge(self, token: Token, serial: str, since: float) -> None:
        """Decide whether a rejected token is dead; if it is, forget it.

        Raises:
            TokenRejected: if it may well be good. What is refused can be the platform's own
                token towards EZVIZ, too, for one device or for all.

        """
        if self._verified:
            if self.served_at > since or self._suspects.pausing(serial, self.served_at):
                raise TokenRejected
            if self.current is not None:  # else it was about to end in any case
                self._rivalry.question(token)
        else:
            self._pause.grow_for(token)
            if self._pause.on:
                raise TokenRejected
        self._take(None)

    def _take(self, token: Token | None) -> None:
        """Have another token, or none."""
        self.at_hand, self.settled, self._verified = token, None, False
        if token is not None:
            life = token.expires_at - token.fetched_at
            self.good_until = token.expires_at - min(RENEW_AHEAD, life * RENEW_AHEAD_SHARE)

    async def _replace(self, *, urgent: bool) -> Token:
        if not self._fetching.running:
            self._pause.check(urgent=urgent)
        # A flight of its own: it goes on when its caller leaves, for by then the platform may
        # have killed the old token already.
        return await self._fetching.run(self._fetch_and_keep)

    async def _fetch_and_keep(self) -> Token:
        self._pause.begin()
        try:
            token = await self._fetch()
        except SodaError as err:
            self.fetched.emit(err)
            if isinstance(err, RateLimited):
                self._pause.grow(TokenRateLimited)
                raise TokenRateLimited(err.code, err.description) from None
            if isinstance(err, InvalidClient | NotPermitted):
                self._pause.grow(type(err))
            raise
        self._pause.fetches += 1
        self._take(token)
        self.fetched.emit(None)
        if self._store is not None:
            await self._store.save(token)
        return token
