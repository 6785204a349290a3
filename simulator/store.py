"""Addresses the platform hands out: photos, live streams, intercoms."""

from __future__ import annotations

from dataclasses import dataclass
import itertools
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from .clock import Clock

MAX_PICTURES: Final = 300  # about 100 kB each


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo behind an address."""

    serial: str
    jpeg: bytes
    expires: float  # seconds since the epoch


class Pictures:
    """Photos by the exact bytes of their address."""

    def __init__(self, clock: Clock, life: float, make_secret: Callable[[int], str]) -> None:
        """Keep each photo for `life` seconds."""
        self._clock = clock
        self._make_secret = make_secret
        self.life = life
        self._by_target: dict[str, Picture] = {}

    def add(self, serial: str, jpeg: bytes) -> str:
        """Keep a photo and return its address (path and query)."""
        one, two = self._make_secret(8), self._make_secret(8)
        # The vendor's sample, with the characters that URL libraries like to re-encode.
        target = (
            f"/pic?=d4=i535z4165s08d-=64idm*ep=t6p7i=d1s*i7d9i*d2=*9b8d{one}%252F{two}-i4e6*e2e"
        )
        self._by_target[target] = Picture(serial, jpeg, self._clock.time() + self.life)
        while len(self._by_target) > MAX_PICTURES:
            del self._by_target[next(iter(self._by_target))]
        return target

    def get(self, target: str) -> Picture | None:
        """Return the photo at an address, byte for byte, while it lasts."""
        picture = self._by_target.get(target)
        if picture and self._clock.time() >= picture.expires:
            del self._by_target[target]
            return None
        return picture


@dataclass(frozen=True, slots=True)
class LiveAddress:
    """The address (path and query) of a playlist or an FLV, and whom it shows."""

    target: str
    serial: str
    key: str  # names its segments
    expires: float  # seconds since the epoch


class LiveAddresses:
    """Live addresses by their exact bytes, and by the key of their segments."""

    def __init__(self, clock: Clock, life: float, make_secret: Callable[[int], str]) -> None:
        """Let each address live for `life` seconds."""
        self._clock = clock
        self._make_secret = make_secret
        self.life = life
        self._ids = itertools.count(1001)
        self._by_target: dict[str, LiveAddress] = {}

    def add(
        self, serial: str, kind: str, *, dated: bool, high: bool, life: float = 0
    ) -> LiveAddress:
        """Make an address that is served, of kind `m3u8` or `flv`.

        The newer form carries its own deadline, the old one none.
        """
        expires = self._clock.time() + (life or self.life)
        secret = self._make_secret(32)
        key = secret[:32]
        if dated:
            name, query = self.name(serial, high=high), self._query(secret, expires)
            target = f"/v3/openlive/{name}.{kind}?{query}"
        else:
            target = f"/openlive/{key}.hd.{kind}"
        self._forget_expired()
        self._by_target[target] = address = LiveAddress(target, serial, key, expires)
        return address

    def other(self, serial: str, scheme: str, host: str, *, high: bool) -> str:
        """Return a plausible address of a protocol that nobody serves here."""
        if scheme == "ezopen":
            return f"ezopen://open.ys7.com/{serial}/1{'.hd' if high else ''}.live"
        name, query = self.name(serial, high=high), self._query(self._make_secret(32))
        return f"rtmp://{host.partition(':')[0]}:1935/v3/openlive/{name}?{query}"

    def get(self, target: str) -> LiveAddress | None:
        """Return what lives at an address, byte for byte."""
        return self._alive(self._by_target.get(target))

    def ended(self, target: str) -> float | None:
        """Return when the time of an address was over, if it was not killed before."""
        known = self._by_target.get(target)
        return known.expires if known else None

    def by_key(self, key: str) -> LiveAddress | None:
        """Return the address whose segments carry this key."""
        return self._alive(next((a for a in self._by_target.values() if a.key == key), None))

    def kill(self, serial: str) -> None:
        """End all addresses of one camera."""
        self._by_target = {t: a for t, a in self._by_target.items() if a.serial != serial}

    @staticmethod
    def name(serial: str, *, high: bool) -> str:
        """Return serial, channel and quality the way EZVIZ writes them."""
        return f"{serial}_1_{1 if high else 2}"

    def _query(self, secret: str, expires: float | None = None) -> str:
        deadline = self._clock.time() + self.life if expires is None else expires
        return f"expire={int(deadline)}&id={next(self._ids)}&t={secret}&ev=100"

    def _alive(self, address: LiveAddress | None) -> LiveAddress | None:
        return address if address and self._clock.time() < address.expires else None

    def _forget_expired(self) -> None:
        now = self._clock.time()
        self._by_target = {t: a for t, a in self._by_target.items() if a.expires > now}
