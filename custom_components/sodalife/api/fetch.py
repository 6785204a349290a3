"""Fetching what is behind addresses that others hand out, and that are trusted in nothing.

Where an address leads is seen by the resolver that the connection is made with, so that what is
checked is what is used.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from http import HTTPStatus
import ipaddress
import socket
from typing import override

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.hdrs import LOCATION
from yarl import URL

from .body import ENCODINGS
from .transport import reason

_MAX_HEADER = 1 << 16  # bytes; as Home Assistant allows: signed addresses are long
_SCHEMES = ("http", "https")


class Unfetchable(Exception):
    """There is nothing to be had; says why, without the address."""


class TooLarge(Unfetchable):
    """It is longer than anybody wants to have it."""


def is_public(address: str) -> bool:
    """Tell whether an IP address is out on the internet."""
    return ipaddress.ip_address(address).is_global


class GuardedResolver(AbstractResolver):
    """Looks names up for one fetch, and sees where it may lead.

    Nothing leads from the internet into a private network: once there was a public address, all
    that follow have to be.
    """

    def __init__(self, names: AbstractResolver) -> None:
        """Take who knows the names; closing it is its owner's business."""
        self._names = names
        self._public = False

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Look up a name.

        Raises:
            Unfetchable: if it may not lead there.

        """
        found = await self._names.resolve(host, port, family)
        self._check(*(entry["host"] for entry in found))
        return found

    async def visit(self, host: str) -> None:
        """Pass a host, by its name or address, on the way to where the fetch leads.

        Raises:
            Unfetchable: if it may not lead there.
            ValueError: if it is an address in a form of long ago (127.1).

        """
        if is_numeric(host):
            self._check(host)
        else:
            await self.resolve(host)

    @override
    async def close(self) -> None:
        """Keep the names for others."""

    def _check(self, *addresses: str) -> None:
        public = [is_public(address) for address in addresses]
        if self._public and not all(public):
            raise Unfetchable("address in a private network")
        self._public = self._public or any(public)


def is_numeric(host: str) -> bool:
    """Tell whether aiohttp takes a host for an address, and asks no resolver."""
    return ":" in host or host.replace(".", "").isdigit()


@asynccontextmanager
async def fetched(
    session: aiohttp.ClientSession, url: URL, *, redirects: int, by: str | None = None
) -> AsyncIterator[aiohttp.ClientResponse]:
    """Give the answer (200) that an address leads to, over connections of its own.

    Args:
        session: whose resolver, certificates and user agent are used; no cookie of it is.
        url: where it is.
        redirects: how many are followed.
        by: the host that handed the address out, if it was not the user. Who is on the internet
            leads to nothing that is not.

    Raises:
        Unfetchable: if there is no such answer, or reading it fails.

    """
    connector = session.connector
    # As private as they are, they know more than aiohttp's: names in .local, for one.
    resolver = GuardedResolver(getattr(connector, "_resolver", None) or aiohttp.ThreadedResolver())
    certificates = getattr(connector, "_ssl", True)
    try:
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=resolver, use_dns_cache=False, ssl=certificates, force_close=True
            ),
            headers=[*session.headers.items(), *ENCODINGS.items()],
            auto_decompress=False,
            max_line_size=_MAX_HEADER,
            max_field_size=_MAX_HEADER,
        ) as own:
            if by is not None:
                await resolver.visit(by)
            async with aclosing(_follow(own, resolver, url, redirects)) as answers:
                async for response in answers:
                    yield response
    except (aiohttp.ClientError, OSError, ValueError) as err:
        raise Unfetchable(reason(err)) from None


async def _follow(
    session: aiohttp.ClientSession, resolver: GuardedResolver, url: URL, redirects: int
) -> AsyncGenerator[aiohttp.ClientResponse]:
    for _ in range(redirects + 1):
        if url.scheme not in _SCHEMES or not url.raw_host:
            raise Unfetchable("address of another scheme")
        if is_numeric(url.raw_host):
            await resolver.visit(url.raw_host)
        async with session.get(url, allow_redirects=False) as response:
            location = response.headers.get(LOCATION)
            if HTTPStatus.MULTIPLE_CHOICES <= response.status < HTTPStatus.BAD_REQUEST and location:
                url = url.join(as_given(location))
                continue
            if response.status != HTTPStatus.OK:
                raise Unfetchable(f"HTTP {response.status}")
            yield response
            return
    raise Unfetchable("too many redirects")


def as_given(address: str) -> URL:
    """Return an address byte for byte, where that is possible: quoting breaks signatures."""
    return URL(address, encoded=address.isascii() and " " not in address)
