"""Text that others write, in all the places where Home Assistant shows or keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
import json
import os
from pathlib import Path

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.json import json_bytes
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from simulator import Cloud, Fault
from tests.clock import ManualClock
from tests.integration.common import (
    DOMAIN,
    OTHER,
    SERIAL,
    Act,
    FindEntity,
    SetUp,
    both_revisions,
)
from tests.integration.sounds import wav

HALF_AN_EMOJI = "\ud83d"
NASTY = f"half {HALF_AN_EMOJI} of it,\x00\x1b[31m red\r\n\u202e and {'very ' * 2000}long"


def all_texts(data: object) -> Iterator[str]:
    """Return every text within attributes."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from all_texts(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from all_texts(value)


async def check_states(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> None:
    """See that all states can be read, and that no text of ours is too long for a database."""
    client = await hass_client()
    async with client.get("/api/states") as response:
        assert response.status == HTTPStatus.OK
    for state in hass.states.async_all():
        assert state.as_dict_json
        for text in all_texts(dict(state.attributes)):
            assert len(text) <= 255
            assert text.isprintable()


@both_revisions
@pytest.mark.parametrize(
    "code", ["20007", "77777", "odd \x00 code"], ids=["offline", "number", "odd"]
)
async def test_a_platform_that_says_half_an_emoji(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    cloud: Cloud,
    set_up: SetUp,
    act: Act,
    entity_id: FindEntity,
    code: str,
) -> None:
    assert await async_setup_component(hass, "api", {})
    await set_up()
    cloud.faults.add(Fault("code", "capture", code=code, description=NASTY, times=1))
    with pytest.raises(HomeAssistantError) as caught:
        await act("capture")
    assert str(caught.value).isprintable()
    state = hass.states.get(entity_id("sensor", "last_error"))
    assert state is not None
    assert state.attributes["description"].startswith("half of it,[31m red and very very")
    await check_states(hass, hass_client)


async def test_a_file_with_a_name_that_is_no_text(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    media_folder: Path,
    set_up: SetUp,
    act: Act,
    entity_id: FindEntity,
) -> None:
    assert await async_setup_component(hass, "api", {})
    await set_up()
    name = os.fsdecode(b"ding \xff\x01 dong.wav")
    (media_folder / name).write_bytes(wav(5))
    await act("send_voice", file=str(media_folder / name))
    state = hass.states.get(entity_id("media_player", "speaker"))
    assert state is not None
    assert state.attributes["media_title"] == "ding dong.wav"
    await check_states(hass, hass_client)

    with pytest.raises(HomeAssistantError) as caught:
        await act("send_voice", file=str(media_folder / f"no {name}"))
    assert json_bytes(caught.value.translation_placeholders)


async def test_a_spoken_message_is_not_a_long_title(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    espeak: str,
    set_up: SetUp,
    entity_id: FindEntity,
) -> None:
    assert await async_setup_component(hass, "api", {})
    await set_up(options={"tts_engine": espeak})
    speaker = entity_id("notify", "speaker")
    message = f"Hello\u200b\n{'again ' * 60}"
    await hass.services.async_call(
        "notify", "send_message", {"entity_id": speaker, "message": message}, blocking=True
    )
    await check_states(hass, hass_client)
    state = hass.states.get(entity_id("media_player", "speaker"))
    assert state is not None
    assert state.attributes["media_title"].startswith("Hello again again")


@both_revisions
async def test_no_serial_is_in_diagnostics_however_it_got_in(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    cloud: Cloud,
    clock: ManualClock,
    set_up: SetUp,
    act: Act,
) -> None:
    assert await async_setup_component(hass, "diagnostics", {})
    entry = await set_up(SERIAL, OTHER)
    neighbour = ConfigSubentryData(
        data={}, subentry_type="camera", title="Next door", unique_id="NEXTDOOR1"
    )
    MockConfigEntry(domain=DOMAIN, subentries_data=[neighbour]).add_to_hass(hass)
    told = f"{SERIAL.lower()} of demo-client knows %54EST0002, not {OTHER}; \\u0054EST0002"
    told += ", nextdoor1"
    for endpoint in ("capture", "liveurl"):
        cloud.faults.add(Fault("code", endpoint, code="77777", description=told, times=1))
    cloud.faults.add(Fault("code", "controlling", code=f"{OTHER} gone", times=1))
    for action in ("capture", "get_live_url"):
        with pytest.raises(HomeAssistantError):
            await act(action, answers=True)
    with pytest.raises(HomeAssistantError):
        await act("ptz_move", command="up")

    client = await hass_client()
    base = f"/api/diagnostics/config_entry/{entry.entry_id}"
    paths = [base] + [
        f"{base}/device/{device.id}"
        for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    ]
    for path in paths:
        async with client.get(path) as response:
            assert response.status == HTTPStatus.OK
            data = (await response.json())["data"]
        text = json.dumps(data).lower()
        assert "failures" in text
        for name in (SERIAL, OTHER, "EST0002", "demo-client", "NEXTDOOR1"):
            assert name.lower() not in text
    await clock.drive(hass.config_entries.async_unload(entry.entry_id))  # a stop may be late
