"""The newest photo, its time, and what follows from it."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from homeassistant.components import media_source
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from simulator.camera import SimCamera
from tests.integration.common import Act, FindEntity, SetUp, count_arrived, state_of


@pytest.fixture
def photo(entity_id: FindEntity) -> Any:
    """Find the entity of the newest photo."""
    return lambda: entity_id("image", "last_capture")


async def test_shows_the_newest_photo_and_its_time(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    set_up: SetUp,
    act: Act,
    sim: SimCamera,
    photo: Any,
) -> None:
    await set_up()
    client = await hass_client()
    assert state_of(hass, photo()) == "unknown"
    response = await client.get(f"/api/image_proxy/{photo()}")
    assert response.status == HTTPStatus.OK, "frontends ask, whatever the state is"
    assert response.content_type == "image/svg+xml"
    assert (await response.read()).startswith(b"<svg")
    answer = await act("capture", answers=True)
    (about,) = answer.values()
    taken = datetime.fromisoformat(state_of(hass, photo()))
    assert taken == datetime.fromisoformat(about["captured_at"])
    captures = count_arrived(sim, "capture")
    response = await client.get(f"/api/image_proxy/{photo()}")
    assert response.status == HTTPStatus.OK
    assert response.content_type == "image/jpeg"
    assert (await response.read()).startswith(b"\xff\xd8")
    assert count_arrived(sim, "capture") == captures, "looking costs no call"


async def test_keeps_the_photo_when_the_camera_goes_offline(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    set_up: SetUp,
    act: Act,
    press: Act,
    sim: SimCamera,
    entity_id: FindEntity,
    photo: Any,
) -> None:
    await set_up()
    client = await hass_client()
    await act("capture")
    taken = state_of(hass, photo())
    sim.online = False
    with pytest.raises(Exception, match="offline"):
        await press("zoom_in")
    await hass.async_block_till_done()
    assert state_of(hass, entity_id("camera")) == "unavailable"
    assert state_of(hass, photo()) == taken
    response = await client.get(f"/api/image_proxy/{photo()}")
    assert response.status == HTTPStatus.OK


async def test_is_unavailable_with_the_camera_without_any_photo(
    hass: HomeAssistant, set_up: SetUp, press: Act, sim: SimCamera, photo: Any
) -> None:
    await set_up()
    sim.online = False
    with pytest.raises(Exception, match="offline"):
        await press("zoom_in")
    await hass.async_block_till_done()
    assert state_of(hass, photo()) == "unavailable"


async def test_photo_is_kept_in_the_media_folder_and_browsed(
    hass: HomeAssistant, set_up: SetUp, act: Act, tmp_path: Path
) -> None:
    hass.config.media_dirs = {"local": str(tmp_path)}
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    assert await async_setup_component(hass, "media_source", {})
    await set_up()
    await act("capture", filename=str(tmp_path / "shop" / "door.jpg"))
    found = await media_source.async_browse_media(hass, "media-source://media_source/local/shop")
    assert [child.title for child in found.children or []] == ["door.jpg"]


async def test_triggers_an_automation(
    hass: HomeAssistant, set_up: SetUp, act: Act, photo: Any
) -> None:
    await set_up()
    calls = async_mock_service(hass, "test", "note")
    trigger = {"trigger": "state", "entity_id": photo()}
    automation = {"triggers": [trigger], "actions": [{"action": "test.note"}]}
    assert await async_setup_component(hass, "automation", {"automation": automation})
    await act("capture")
    await hass.async_block_till_done()
    assert len(calls) == 1
