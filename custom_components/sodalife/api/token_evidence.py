"""What speaks for and against an access token, and when another may be fetched."""

from __future__ import annotations

from .backoff import Backoff
from .clock import Clock
from .errors import InvalidClient, NotPermitted, SodaError, TokenPaused, TokenRejected
from .models import Token

FIRST_PAUSE = 30.0
MAX_PAUSE = 900.0
RIVALRY_WINDOW = 3600.0  # two early deaths within it: somebody else fetches tokens


class FetchPause:
    """The seconds from one fetch to the next, while fetching is no help."""

    def __init__(self, clock: Clock) -> None:
        """Start without a pause."""
        self._clock = clock
        self._backoff = Backoff(FIRST_PAUSE, MAX_PAUSE)
        self._began_at = float("-inf")
        self._reason: type[SodaError] = TokenPaused
        self._refused: Token | None = None

    @property
    def on(self) -> bool:
        """Whether nothing is fetched just now."""
        return self._clock.monotonic() < self._began_at + self._backoff.pause

    def begin(self) -> None:
        """Note that a fetch begins."""
        self._began_at = self._clock.monotonic()

    def grow(self, reason: type[SodaError]) -> None:
        """Have the next pause be longer, and say why."""
        self._backoff.grow()
        self._reason = reason

    def grow_for(self, token: Token) -> None:
        """Have the next pause be longer since a fresh token was refused, once for each."""
        if token != self._refused:
            self._refused = token
            self.grow(TokenRejected)

    def reset(self) -> None:
        """Have no pause: fetching has helped."""
        self._backoff.reset()

    def check(self, *, urgent: bool) -> None:
        """Return if a token may be fetched now; `urgent` calls need not wait for a rival.

        Raises:
            SodaError: why not.

        """
        # Wrong credentials are wrong for a stop, too.
        final = issubclass(self._reason, InvalidClient | NotPermitted)
        if self.on and (final or not urgent):
            raise self._reason


class Rivalry:
    """Whether somebody else fetches tokens of this application.

    That a token was rejected proves little. That a device was rejected with it, and accepted
    with the next one, proves that it had died. Who was rejected after we had asked for the next
    one proves nothing: that kills it, too.
    """

    def __init__(self, clock: Clock) -> None:
        """Start without suspicion."""
        self._clock = clock
        self._deaths: list[float] = []
        self._token: Token | None = None  # the one whose death is in question
        self._serial = ""  # the device that was rejected with it

    @property
    def suspected(self) -> bool:
        """Whether tokens died long before their time, twice within an hour."""
        since = self._clock.monotonic() - RIVALRY_WINDOW
        return sum(death > since for death in self._deaths[-2:]) > 1

    @property
    def in_question(self) -> bool:
        """Whether it is not known yet if a token had died."""
        return self._token is not None

    def question(self, token: Token, serial: str) -> None:
        """Ask whether a token, good for a long time yet, is dead: a device was rejected."""
        self._token, self._serial = token, serial

    def withdraw(self, serial: str | None = None) -> None:
        """Note that the device was rejected with the next token, too, or that there is none."""
        if serial in (None, self._serial):
            self._token = None

    def confirmed_by(self, token: Token, serial: str) -> bool:
        """Tell whether a success shows a death, and a rival behind it."""
        if token == self._token:
            self._token = None  # it lives
        if self._token is None or serial != self._serial:
            return False
        self._token = None
        self._deaths = [*self._deaths[-1:], self._clock.monotonic()]
        return self.suspected


class Suspects:
    """Devices that were rejected with a fresh token, too: the trouble is their own.

    Only now and then is another token fetched for one of them, and only if no other device was
    served with the one at hand since.
    """

    def __init__(self, clock: Clock) -> None:
        """Start without any."""
        self._clock = clock
        self._known: dict[str, tuple[Backoff, float]] = {}  # the pause, and since when

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self._known)

    def add(self, serial: str) -> None:
        """Note another refusal of a fresh token; the pause for this device grows."""
        backoff, _ = self._known.get(serial) or (Backoff(FIRST_PAUSE, MAX_PAUSE), 0.0)
        backoff.grow()
        self._known[serial] = backoff, self._clock.monotonic()

    def discard(self, serial: str) -> None:
        """Note that the device was accepted."""
        self._known.pop(serial, None)

    def pausing(self, serial: str, served_at: float) -> bool:
        """Tell whether a device's word is not enough to replace a token.

        Args:
            serial: the device that was rejected.
            served_at: monotonic time at which any device was served with this token last.

        """
        if (known := self._known.get(serial)) is None:
            return False
        backoff, since = known
        until = served_at + MAX_PAUSE if served_at >= since else since + backoff.pause
        return self._clock.monotonic() < until
