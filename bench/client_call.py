"""What the client adds to a call: token, dialect, errors, counting."""

from __future__ import annotations

import time

import aiohttp

from custom_components.sodalife.api import HttpTransport, SodaClient
from soak.platform import serials

from .figures import Report, p50
from .home import CREDENTIALS

WARM_UP = 200
MAX_RATIO = 1.05  # times a bare call, p50


async def measure(report: Report, host: str, calls: int) -> None:
    """Make bare calls and the client's, in turn, to the same endpoint by the same session."""
    serial = serials(1)[0]
    bare: list[float] = []
    ours: list[float] = []
    async with aiohttp.ClientSession() as session:
        client = SodaClient(HttpTransport(session, host), *CREDENTIALS.values(), revision="query")
        token = (await client.tokens.get()).value
        address = f"{host}/iot/cameras/onlinestatus"

        async def call() -> None:
            async with session.post(
                address, params={"access_token": token}, json={"device_serial": serial}
            ) as response:
                answer = await response.json()
            if answer["online"] != 1:
                raise ValueError(answer)

        for number in range(WARM_UP + calls):
            # Which one goes first changes, in case the one before matters.
            pair = ((call, bare), (lambda: client.is_online(serial), ours))
            for ask, samples in pair if number % 2 else reversed(pair):
                began = time.perf_counter()
                await ask()
                if number >= WARM_UP:
                    samples.append((time.perf_counter() - began) * 1000)
        await client.close()
    report.samples["bare aiohttp POST to onlinestatus"] = bare
    report.samples["client.is_online()"] = ours
    report.promise("client call / bare call, p50", p50(ours) / p50(bare), MAX_RATIO)
