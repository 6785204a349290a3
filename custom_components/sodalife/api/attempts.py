"""How a call is tried once more that was refused for its token or its form."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .clock import Clock
from .dialect import Dialect
from .dialect_probe import DialectProbe
from .errors import InvalidParameter, NotSupported, SodaError, TokenRejected
from .models import Request, Token
from .token import TokenKeeper


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a call is tried.

    Attributes:
        renewed: the token is a fresh one, since another was refused.
        refusal: the dialect is only a guess, made because the likely one was refused with this.

    """

    token: Token
    dialect: Dialect
    began_at: float
    renewed: bool = False
    refusal: SodaError | None = None


class Attempts:
    """Replaces a refused token once, and guesses the dialect once; see `dialect_probe`."""

    def __init__(self, tokens: TokenKeeper, probe: DialectProbe, clock: Clock) -> None:
        """Take what is known of both."""
        self._tokens = tokens
        self._probe = probe
        self._clock = clock

    async def first(self, request: Request) -> Attempt:
        """Return how to try first.

        Raises:
            SodaError: if there is no token.

        """
        return self._with(await self._tokens.get(urgent=request.stop))

    async def next(self, request: Request, attempt: Attempt, err: SodaError) -> Attempt:
        """Return how to try once more.

        Raises:
            SodaError: the refusal, if there is nothing left to try.

        """
        if isinstance(err, NotSupported) and (attempt.refusal is None or err.code.isdigit()):
            raise err  # with a number the device has spoken, so that the guess was right
        if attempt.refusal is None:
            if attempt.renewed and isinstance(err, TokenRejected):
                self._tokens.rejected_again(request.serial)
            if (guess := self._guess(request, attempt, err)) is not None:
                return guess
        refusal = attempt.refusal or err
        if attempt.renewed or not isinstance(refusal, TokenRejected):
            raise refusal
        return await self._renewed(request, attempt, refusal)

    async def _renewed(self, request: Request, attempt: Attempt, refusal: SodaError) -> Attempt:
        tried, since = attempt.token, attempt.began_at
        try:
            token = await self._tokens.renew(tried, request.serial, since, urgent=request.stop)
        except TokenRejected:  # it may well be good, and only in the wrong place
            guess = self._guess(request, attempt, refusal, token_good=True)
            if guess is None:
                raise refusal from None
            return guess
        return self._with(token, renewed=True)

    def _with(self, token: Token, *, renewed: bool = False) -> Attempt:
        return Attempt(token, self._probe.first_choice, self._clock.monotonic(), renewed=renewed)

    def _guess(
        self, request: Request, attempt: Attempt, err: SodaError, *, token_good: bool = False
    ) -> Attempt | None:
        """Return how to try in the other dialect; None: not now, or another token first."""
        doubtful = isinstance(err, InvalidParameter) or attempt.renewed or token_good
        if attempt.refusal is not None or not (
            doubtful or self._probe.dialect is not attempt.dialect
        ):
            return None
        dialect = self._probe.alternative(attempt.dialect, request.serial)
        return None if dialect is None else replace(attempt, dialect=dialect, refusal=err)
