"""The rules for tokens: one request at a time, and none without a reason."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from custom_components.sodalife.api import SodaError
from simulator import Cloud

from .exchange import TOKEN, Exchange
from .journal import EVERYBODY
from .verdict import FINAL, TOKEN_REFUSALS, code_of
from .virtual_loop import VirtualLoop

RENEWED_AHEAD = 310.0  # seconds before its end that a token may be replaced
HOUR = 3600.0
WAITS = {"token_paused", "token_rejected"}  # without a code: the platform was not asked
MOST_REPLACED = 16  # in an hour, because they were refused; pauses grow from 30 to 900 s


class TokenRules:
    """Watches the token's counter.

    Attributes:
        hopeless: the platform has said that the credentials are wrong, and was not asked since.

    """

    def __init__(
        self, loop: VirtualLoop, cloud: Cloud, broken: Callable[[str, str], object]
    ) -> None:
        """Watch a cloud; `broken` is told of what is wrong."""
        self.hopeless = False
        self._loop = loop
        self._cloud = cloud
        self._broken = broken
        self._under_way: Exchange | None = None
        self._fetched_at = 0.0
        self._reason: str | None = "the first one"
        self._served: dict[str, str] = {}  # with which token, by serial; not refused since
        self._replaced: deque[float] = deque(maxlen=MOST_REPLACED)

    def clock_set(self) -> None:
        """Note that a token may seem to have ended."""
        self.expected("the clock was set")
        self._served.clear()

    def told(self, serial: str, err: SodaError | None) -> None:
        """Check that nobody has to wait for another token who is served with the one at hand."""
        waits = err is not None and err.key in WAITS and not err.code
        if waits and self._cloud.desk.accepts(self._served.get(serial)):
            self._broken(serial, f"{err!r}, though its token is good")

    def expected(self, reason: str) -> None:
        """Note a reason why the token may have to be replaced."""
        self._reason = reason

    def started(self) -> None:
        """Note that a run begins: what an earlier one knew of pauses is gone."""
        self._replaced.clear()
        self._served.clear()

    def crashed(self) -> None:
        """Note that nobody waits for one any more."""
        self._under_way = None

    def sent(self, exchange: Exchange) -> None:
        """See a token being asked for."""
        now = self._loop.time()
        if self._under_way is not None:
            self._broken(EVERYBODY, "two token requests at a time")
        self._under_way = exchange
        if now - self._fetched_at > self._cloud.desk.token_life - RENEWED_AHEAD:
            self._reason = "age"
        if self._reason is None:
            self._broken(EVERYBODY, "a token is asked for without need")
        if self._reason == "refused":
            if len(self._replaced) == MOST_REPLACED and now - self._replaced[0] < HOUR:
                self._broken(EVERYBODY, f"{MOST_REPLACED} tokens replaced within an hour")
            self._replaced.append(now)

    def settled(self, exchange: Exchange) -> None:
        """See what an exchange says about tokens."""
        code = code_of(exchange)
        if exchange.endpoint != TOKEN:
            if code in TOKEN_REFUSALS:
                self._reason = self._reason or "refused"
                self._served.pop(exchange.serial, None)
            elif code == "":
                self._served[exchange.serial] = exchange.token
            return
        self._under_way = None
        self.hopeless = code in FINAL or (self.hopeless and code != "")
        if code == "":
            self._reason, self._fetched_at = None, self._loop.time()
        else:
            self._reason = "the last request failed"
