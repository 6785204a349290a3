"""What a person would do by hand in a new Home Assistant: add the integration and a dashboard."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
import shutil
from typing import Any

from .child import DemoError
from .dashboard import Camera, dashboard
from .home_assistant import HomeAssistant
from .state import INTEGRATION, VOICE, State
from .words import WORDS

# The last one is known to the platform, for a person to add.
*SERIALS, SPARE = ("DEMO0001", "DEMO0002", "DEMO0003", "DEMO0004")
OFFLINE = "DEMO0003"

CLIENT_ID = "demo-client"
CLIENT_SECRET = "demo-secret"  # noqa: S105 - of the simulated platform

PROGRAM = "espeak-ng"  # of demo/espeak

DASHBOARD = "sodalife-demo"

# Seconds the entities may take to appear.
PATIENCE = 60


def cameras_in(language: str) -> list[Camera]:
    """Return all cameras with their names in a language."""
    return list(map(Camera, (*SERIALS, SPARE), WORDS[language].names))


async def set_up(home_assistant: HomeAssistant, platform: str, state: State, language: str) -> None:
    """Do what has not been done yet; `platform` is the simulator's address."""
    notes = state.notes()
    await add_integration(home_assistant, platform, notes.get("platform"))
    await add_voice(home_assistant)
    if notes.get("dashboard") != language:
        entity_ids = await wait_for_entities(home_assistant)
        *cameras, _spare = cameras_in(language)
        await name_devices(home_assistant, cameras)
        entry, *_ = await home_assistant.entries(INTEGRATION.name)
        await home_assistant.set_options(entry["entry_id"], phrases=WORDS[language].phrases)
        config = dashboard(cameras, entity_ids, platform, SPARE, str(state.media), WORDS[language])
        await add_dashboard(home_assistant, config)
    state.note({"platform": platform, "dashboard": language})


async def add_integration(
    home_assistant: HomeAssistant, platform: str, noted_platform: str | None
) -> None:
    """Add the SodaLife account, or tell it the platform's new address."""
    account = {"host": platform, "client_secret": CLIENT_SECRET}
    domain = INTEGRATION.name
    entries = await home_assistant.entries(domain)
    if not entries:
        await home_assistant.flow(
            {"handler": domain},
            {**account, "client_id": CLIENT_ID},
            {"device_serials": SERIALS},
        )
    elif noted_platform != platform:
        start = {"handler": domain, "entry_id": entries[0]["entry_id"]}
        await home_assistant.flow(start, account)


async def add_voice(home_assistant: HomeAssistant) -> None:
    """Add a text-to-speech engine that needs no internet, where its program is installed."""
    if shutil.which(PROGRAM) is None:
        print(
            f"{PROGRAM} is not installed: the cameras play sounds, but do not speak. "
            f"Install it (apt install {PROGRAM}, brew install {PROGRAM}) and start again."
        )
    elif not await home_assistant.entries(VOICE.name):
        await home_assistant.flow({"handler": VOICE.name})


async def wait_for_entities(home_assistant: HomeAssistant) -> dict[str, str]:
    """Return the entity ids by platform and unique id, once every camera has its entities."""
    expected = {f"media_player.{serial}_speaker" for serial in SERIALS}
    for _ in range(PATIENCE):
        found = {
            f"{platform_of(entity['entity_id'])}.{entity['unique_id']}": entity["entity_id"]
            for entity in await home_assistant.command("config/entity_registry/list")
            if entity["platform"] == INTEGRATION.name
        }
        if expected <= found.keys():
            return found
        await asyncio.sleep(1)
    message = "The cameras did not appear in Home Assistant."
    raise DemoError(message)


def platform_of(entity_id: str) -> str:
    """Return the platform that an entity belongs to."""
    return entity_id.partition(".")[0]


async def name_devices(home_assistant: HomeAssistant, cameras: Iterable[Camera]) -> None:
    """Give the cameras the names that a person would."""
    names = {camera.serial: camera.name for camera in cameras}
    for device in await home_assistant.command("config/device_registry/list"):
        for domain, serial in device["identifiers"]:
            if domain == INTEGRATION.name and serial in names:
                await home_assistant.command(
                    "config/device_registry/update",
                    device_id=device["id"],
                    name_by_user=names[serial],
                )


async def add_dashboard(home_assistant: HomeAssistant, config: dict[str, Any]) -> None:
    """Save the dashboard under its own address and, where possible, as the start page."""
    dashboards = await home_assistant.command("lovelace/dashboards/list")
    if DASHBOARD not in (item["url_path"] for item in dashboards):
        await home_assistant.command(
            "lovelace/dashboards/create",
            url_path=DASHBOARD,
            title="SodaLife",
            icon="mdi:cctv",
            show_in_sidebar=True,
            require_admin=False,
        )
    await home_assistant.command("lovelace/config/save", url_path=DASHBOARD, config=config)
    try:
        await home_assistant.command(
            "frontend/set_system_data", key="core", value={"default_panel": DASHBOARD}
        )
    except DemoError:  # an older version: its start page is the default dashboard
        await home_assistant.command("lovelace/config/save", url_path=None, config=config)
