"""Answers as no platform gives them, and some that are nearly right."""

from __future__ import annotations

from collections.abc import Callable
import json
import random
from typing import Any

from custom_components.sodalife.api.transport import Answer
from simulator.codes import CODES

from .spellings import spell

FIELDS = (
    *("error", "error_description", "picUrl", "data", "url", "online", "access_token"),
    *("expires_in", "error_uri"),
)
RIGHT: dict[str, dict[str, Any]] = {
    "token": {"access_token": "a new token, 0123456789", "expires_in": 7200},
    "capture": {"picUrl": "https://pic.example/a.jpg?sign=0123"},
    "controlling": {"data": "SUCCESS"},
    "sendvoice": {"data": "SUCCESS"},
    "liveurl": {"url": "https://live.example/openlive/0123.m3u8?expire=1900000000"},
    "onlinestatus": {"online": 1},
    "talkurl": {"url": "rtsp://talk.example/0123"},
}
STATUSES: tuple[int, ...] = (
    200,
    200,
    200,
    200,
    201,
    204,
    206,
    301,
    302,
    307,
    400,
    401,
    403,
    404,
    407,
    408,
    413,
)
STATUSES = (*STATUSES, 418, 429, 451, 500, 502, 503, 504, 599, 0, 99, 600, 999, -1)
NUMBERS: tuple[float, ...] = (
    0,
    1,
    -1,
    2**31,
    2**63,
    2**64,
    10**30,
    -(10**30),
    10**4000,
    1e308,
    5e-324,
    0.1,
    -0.0,
)
NUMBERS = (*NUMBERS, float("inf"), float("-inf"), float("nan"), 10002, 20007, 60000, 1e20)
TEXTS = (
    *("", " ", "0", "1", "SUCCESS", "success", "null", "-1", "1e999", "7200", "nan", "\u0661"),
    *("\ud83d", "\udc00\ud83d", "\x00", "\x1b[31m", "\u202e", "\ufeff", "\U0001f600", "\uffff"),
    *("http://", "http://[", "http://a:b", "https://a/?expire=" + "9" * 400, "//", "file:///etc"),
    *("%", "%zz", "\\u", "\\ud83d", "&#;", "&#9999999;", "***", "\n" * 50, "設備不在線"),
)
HUGE_SHARE, HUGE = 0.001, 300_000
DEPTHS = (10, 100, 900, 5_000, 100_000)


class Answers:
    """Makes answers by chance, with secrets among what they say."""

    def __init__(self, endpoint: str, secrets: tuple[str, ...], chance: random.Random) -> None:
        """Take what is asked, and what must not come out again."""
        self._endpoint = endpoint
        self._secrets = secrets
        self._chance = chance
        self._kinds: tuple[tuple[int, Callable[[], bytes | None]], ...] = (
            (22, lambda: self._dump(self._any_object())),
            (8, lambda: self._dump(self._any(3))),
            (22, lambda: self._dump(self._error())),
            (16, lambda: self._dump(self._nearly_right())),
            (14, self._broken),
            (5, lambda: chance.randbytes(chance.choice((0, 1, 2, 7, 80)))),
            (4, lambda: self._text().encode("utf-8", "surrogatepass")),
            (1, self._deep),
            (1, lambda: None),
            (7, lambda: self._dump(RIGHT[endpoint])),
        )
        self._weights, self._makers = zip(*self._kinds, strict=True)

    def make(self) -> Answer:
        """Return an answer."""
        (maker,) = self._chance.choices(self._makers, self._weights)
        status = 200 if self._chance.random() < 0.5 else self._chance.choice(STATUSES)  # noqa: PLR2004 - half
        return Answer(status, maker())

    def _dump(self, body: object) -> bytes:
        as_ascii = self._chance.random() < 0.5  # noqa: PLR2004 - half
        text = json.dumps(body, ensure_ascii=as_ascii)
        encoding = "utf-8" if as_ascii else self._chance.choice(("utf-8", "utf-8", "utf-16"))
        return text.encode(encoding, "surrogatepass")

    def _broken(self) -> bytes:
        """Return something right that got lost on the way, or changed."""
        chance = self._chance
        body = bytearray(self._dump(chance.choice((self._error(), RIGHT[self._endpoint]))))
        for _ in range(chance.choice((0, 1, 1, 3))):
            body[chance.randrange(len(body))] = chance.randrange(256)
        first = chance.choice((0, 0, 0, 1, 5))
        return bytes(body[first : chance.choice((len(body), chance.randrange(len(body) + 1)))])

    def _deep(self) -> bytes:
        depth = self._chance.choice(DEPTHS)
        opening, closing = self._chance.choice((("[", "]"), ('{"error":', "}")))
        whole = self._chance.random() < 0.5  # noqa: PLR2004 - half
        return (opening * depth + '"x"' + closing * (depth if whole else 0)).encode()

    def _error(self) -> dict[str, Any]:
        chance = self._chance
        code = chance.choice((chance.choice(list(CODES)), self._any(2), chance.choice(NUMBERS)))
        if isinstance(code, str) and code.isdecimal() and chance.random() < 0.3:  # noqa: PLR2004 - some
            code = int(code[:100])
        text = self._any(2) if chance.random() < 0.2 else self._text()  # noqa: PLR2004 - some
        return {"error": code, "error_description": text} | self._some_fields()

    def _nearly_right(self) -> dict[str, Any]:
        right = RIGHT[self._endpoint]
        return right | {self._chance.choice(list(right)): self._any(2)}

    def _some_fields(self) -> dict[str, Any]:
        if self._chance.random() < 0.7:  # noqa: PLR2004 - most
            return {}
        return {self._chance.choice(FIELDS): self._any(1)}

    def _any_object(self) -> dict[str, Any]:
        names = self._chance.choices((*FIELDS, "", "x"), k=self._chance.randrange(5))
        return {name: self._any(2) for name in names}

    def _any(self, depth: int) -> Any:  # noqa: ANN401 - that is the point
        chance = self._chance
        kind = chance.randrange(8 if depth else 5)
        if kind < 2:  # noqa: PLR2004 - two of them
            return self._text()
        if kind == 2:  # noqa: PLR2004 - the next
            return chance.choice(NUMBERS)
        if kind == 3:  # noqa: PLR2004 - the next
            return chance.choice((None, True, False, "", [], {}))
        if kind == 4:  # noqa: PLR2004 - the next
            return chance.choice(list(CODES))
        if kind == 5:  # noqa: PLR2004 - the next
            return {self._text()[:50]: self._any(depth - 1) for _ in range(chance.randrange(4))}
        return [self._any(depth - 1) for _ in range(chance.randrange(4))]

    def _text(self) -> str:
        chance = self._chance
        parts = []
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            kind = chance.random()
            if kind < 0.4:  # noqa: PLR2004 - many
                parts.append(spell(chance.choice(self._secrets), chance))
            elif kind < 0.8:  # noqa: PLR2004 - as many
                parts.append(chance.choice(TEXTS))
            else:
                parts.append(
                    "".join(map(chr, chance.choices(range(0x3000), k=chance.randrange(9))))
                )
        text = chance.choice(("", " ", ", ")).join(parts)
        return text * (HUGE // (len(text) + 1)) if chance.random() < HUGE_SHARE else text
