"""The newest photo is there after a restart, and nowhere else than it should be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
import json
from pathlib import Path
import stat
from typing import Any
import zlib

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from simulator.camera import SimCamera
from tests.clock import START, ManualClock, until
from tests.integration.common import (
    OTHER,
    SERIAL,
    Act,
    FindEntity,
    Look,
    PassTime,
    SetUp,
    count_arrived,
    state_of,
)

JPEG = b"\xff\xd8\xff\xe0 a picture"
HOUR = 3600.0


@pytest.fixture
def files(tmp_path: Path) -> Callable[[], list[Path]]:
    return lambda: sorted((tmp_path / ".cache").rglob("*.photo"))


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    """Put a photo of an earlier run where it would be."""

    def put(entry: MockConfigEntry, content: bytes = JPEG, **about: Any) -> Path:
        (subentry_id, *_) = entry.subentries
        file = tmp_path / ".cache" / "sodalife" / entry.entry_id / f"{subentry_id}.photo"
        file.parent.mkdir(parents=True, exist_ok=True)
        header = {"version": 1, "captured_at": START - HOUR, "crc32": zlib.crc32(content)}
        file.write_bytes(json.dumps({**header, **about}).encode() + b"\n" + content)
        return file

    return put


def captured_at(hass: HomeAssistant, entity_id: FindEntity) -> datetime | None:
    state = hass.states.get(entity_id("camera"))
    assert state is not None
    found: datetime | None = state.attributes["captured_at"]
    return found


async def test_it_is_there_after_a_restart(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    set_up: SetUp,
    act: Act,
    look: Look,
    sim: SimCamera,
    entity_id: FindEntity,
    files: Callable[[], list[Path]],
) -> None:
    entry = await set_up()
    await act("capture")
    taken, shown = state_of(hass, entity_id("image", "last_capture")), captured_at(hass, entity_id)
    client = await hass_client()
    image = f"/api/image_proxy/{entity_id('image', 'last_capture')}"
    picture = await (await client.get(image)).read()
    await hass.config_entries.async_unload(entry.entry_id)
    (file,) = files()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert SERIAL not in str(file).upper()

    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert state_of(hass, entity_id("image", "last_capture")) == taken
    assert captured_at(hass, entity_id) == shown
    response = await client.get(image)
    assert (response.status, response.content_type) == (HTTPStatus.OK, "image/jpeg")
    assert await response.read() == picture
    assert count_arrived(sim, "capture") == 1, "none of that cost a photo"
    status, seen = await look()
    assert (status, count_arrived(sim, "capture")) == (HTTPStatus.OK, 2), "the first look does"
    assert seen != picture
    newer = captured_at(hass, entity_id)
    assert newer is not None
    assert shown is not None
    assert newer > shown


async def test_its_age_is_the_real_one_of_an_offline_camera_too(
    hass: HomeAssistant,
    make_entry: Any,
    set_up: SetUp,
    put: Callable[..., Path],
    look: Look,
    sim: SimCamera,
    clock: ManualClock,
    entity_id: FindEntity,
) -> None:
    sim.online = False
    entry = make_entry()
    put(entry)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    before = datetime.fromtimestamp(START - HOUR, UTC)
    assert captured_at(hass, entity_id) == before
    assert datetime.fromisoformat(state_of(hass, entity_id("image", "last_capture"))) == before
    assert await look() == (HTTPStatus.OK, JPEG)
    assert state_of(hass, entity_id("camera")) == "unavailable"
    assert datetime.fromisoformat(state_of(hass, entity_id("image", "last_capture"))) == before


async def test_it_is_written_at_most_once_a_minute(
    set_up: SetUp,
    act: Act,
    clock: ManualClock,
    pass_time: PassTime,
    files: Callable[[], list[Path]],
) -> None:
    await set_up(options={"poll_interval": 0})
    await act("capture")
    await pass_time(56)
    assert files() == []
    await act("capture")
    await pass_time(8)
    await until(files)
    (file,) = files()
    first = file.read_bytes()
    taken = json.loads(first.partition(b"\n")[0])["captured_at"]
    assert taken == START + 56, "the newest one"
    await act("capture")
    await pass_time(56)
    assert file.read_bytes() == first
    await pass_time(8)
    await until(lambda: file.read_bytes() != first)


async def test_it_is_written_when_home_assistant_stops(
    hass: HomeAssistant, set_up: SetUp, act: Act, files: Callable[[], list[Path]]
) -> None:
    await set_up()
    await act("capture")
    assert files() == []
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    assert len(files()) == 1


DAMAGED: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "half": lambda content: content[: len(content) - 3],
    "a bit": lambda content: content[:-1] + b"?",
    "no header": lambda content: content.partition(b"\n")[2],
    "another version": lambda content: content.replace(b'"version": 1', b'"version": 2'),
    "a list": lambda _: b"[1, 2]\n" + JPEG,
    "no time": lambda content: content.replace(b'"captured_at": 1', b'"captured_at": -1'),
    "no number": lambda content: content.replace(b'"captured_at": ', b'"captured_at": NaN, "x": '),
    "zeros": lambda content: bytes(len(content)),
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED.keys())
async def test_a_damaged_one_is_dropped_with_one_line(
    hass: HomeAssistant,
    make_entry: Any,
    put: Callable[..., Path],
    damage: Callable[[bytes], bytes],
    entity_id: FindEntity,
    caplog: pytest.LogCaptureFixture,
    expected_log: list[str],
) -> None:
    expected_log.append(r"custom_components.sodalife: The newest photo of a camera is damaged")
    entry = make_entry()
    file = put(entry)
    file.write_bytes(damage(file.read_bytes()))
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert state_of(hass, entity_id("image", "last_capture")) == "unknown"
    assert not file.exists()
    assert caplog.text.count("is damaged") == 1


async def test_what_is_no_picture_is_none(
    hass: HomeAssistant,
    make_entry: Any,
    put: Callable[..., Path],
    entity_id: FindEntity,
    expected_log: list[str],
) -> None:
    expected_log.append(r"custom_components.sodalife: The newest photo of a camera is damaged")
    entry = make_entry()
    put(entry, b"<html>")
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert state_of(hass, entity_id("image", "last_capture")) == "unknown"


async def test_it_goes_with_its_camera(
    hass: HomeAssistant,
    set_up: SetUp,
    act: Act,
    files: Callable[[], list[Path]],
) -> None:
    entry = await set_up(SERIAL, OTHER)
    await act("capture", SERIAL, OTHER)
    await hass.config_entries.async_reload(entry.entry_id)
    assert len(files()) == 2
    await act("capture", SERIAL, OTHER)  # and one that waits to be written
    gone, other = entry.subentries
    hass.config_entries.async_remove_subentry(entry, gone)
    await hass.async_block_till_done()
    await until(lambda: len(files()) == 1)
    await hass.config_entries.async_unload(entry.entry_id)
    assert [file.stem for file in files()] == [other]


async def test_it_goes_with_a_camera_that_is_removed_while_nothing_runs(
    hass: HomeAssistant,
    set_up: SetUp,
    act: Act,
    files: Callable[[], list[Path]],
) -> None:
    entry = await set_up(SERIAL, OTHER)
    await act("capture", SERIAL, OTHER)
    await hass.config_entries.async_unload(entry.entry_id)
    gone, other = entry.subentries
    hass.config_entries.async_remove_subentry(entry, gone)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert [file.stem for file in files()] == [other]


async def test_it_goes_with_the_entry(
    hass: HomeAssistant, set_up: SetUp, act: Act, tmp_path: Path
) -> None:
    entry = await set_up(SERIAL, OTHER)
    await act("capture", SERIAL, OTHER)
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert list((tmp_path / ".cache" / "sodalife").iterdir()) == []


async def test_nothing_fails_where_it_cannot_be_kept(
    hass: HomeAssistant, set_up: SetUp, act: Act, tmp_path: Path
) -> None:
    (tmp_path / ".cache").write_bytes(b"a file")
    entry = await set_up()
    await act("capture")
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.config_entries.async_remove(entry.entry_id)
