"""A Home Assistant, the platform it talks to, and an application with cameras."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import socket
import sys
import tempfile
from typing import Any
from unittest.mock import patch

import aiohttp
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, frame
from homeassistant.loader import DATA_CUSTOM_COMPONENTS, async_get_integration
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from custom_components.sodalife import PLATFORMS
from custom_components.sodalife.const import DOMAIN
from soak.platform import serials
from soak.run import Control

CREDENTIALS = {"client_id": "demo-client", "client_secret": "demo-secret"}


@asynccontextmanager
async def running_platform(cameras: int) -> AsyncIterator[str]:
    """Run the platform as a process of its own, without pauses, and say where it is."""
    platform = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "soak.platform", "0", str(cameras)),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert platform.stdout is not None
        yield f"http://127.0.0.1:{int(await platform.stdout.readline())}"
    finally:
        platform.terminate()
        await platform.wait()


@asynccontextmanager
async def running_control(host: str) -> AsyncIterator[Control]:
    """Have the platform's own API, by connections of its own."""
    async with aiohttp.ClientSession() as session:
        yield Control(session, host)


class _Resolver(aiohttp.ThreadedResolver):
    async def real_close(self) -> None:  # as newer versions of Home Assistant call it
        await self.close()


@asynccontextmanager
async def running_home() -> AsyncIterator[HomeAssistant]:
    """Run a Home Assistant in which everything is loaded but no entry is set up."""
    # Looking for names in the local network takes sockets, and there is nothing to be found.
    patched = patch(
        "homeassistant.helpers.aiohttp_client._async_make_resolver", return_value=_Resolver()
    )
    with tempfile.TemporaryDirectory(prefix="sodalife-") as folder, patched:
        async with async_test_home_assistant(config_dir=folder) as hass:
            frame.async_setup(hass)  # as Home Assistant's start does
            hass.data.pop(DATA_CUSTOM_COMPONENTS)  # let it look for ours
            server = {"server_host": "127.0.0.1", "server_port": _free_port()}
            for domain in ("homeassistant", "http", *PLATFORMS, DOMAIN):
                assert await async_setup_component(hass, domain, {"http": server})
            integration = await async_get_integration(hass, DOMAIN)
            await integration.async_get_platforms((*PLATFORMS, "diagnostics"))
            await hass.async_block_till_done()
            try:
                yield hass
            finally:
                for entry in hass.config_entries.async_loaded_entries(DOMAIN):
                    await hass.config_entries.async_unload(entry.entry_id)
                await hass.async_stop(force=True)


def make_entry(domain: str, host: str, cameras: int, **options: Any) -> MockConfigEntry:
    """Make an entry as the flow would have made it."""
    return MockConfigEntry(
        domain=domain,
        title="Benchmark",
        unique_id="demo-client",
        data={"host": host, "revision": "query", **CREDENTIALS},
        options=options,
        subentries_data=[
            ConfigSubentryData(
                data={"device_serial": serial},
                subentry_type="camera",
                title=f"Camera {serial}",
                unique_id=serial,
            )
            for serial in serials(cameras)
        ],
    )


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def entity_of(hass: HomeAssistant, platform: str, key: str, serial: str) -> str:
    """Return the id of an entity."""
    found = er.async_get(hass).async_get_entity_id(platform, DOMAIN, f"{serial}_{key}")
    assert found is not None, f"no {key} of {serial}"
    return found
