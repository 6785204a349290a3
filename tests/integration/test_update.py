"""What earlier releases have stored: nobody loses anything by updating.

Home Assistant starts here from files, as it does in a house: `stored/` keeps what each release
left behind on each Home Assistant. A later release only adds a folder (stored/README.md).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
import json
import logging
import math
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestServer
from homeassistant.bootstrap import async_load_base_functionality
from homeassistant.components.camera import async_get_image
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import __version__ as running
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_test_home_assistant

from simulator import Cloud, Fault, create_app
from tests.clock import ManualClock
from tests.integration.common import DOMAIN

STORED = Path(__file__).parent / "stored"
MEANT = "meant.json"  # the options in force when it was stored, as Home Assistant showed them
DEMO, PLAIN = "demo-client", "plain-client"  # all options stored, and none
STEP = 4.0  # seconds of the clock at a time, so that answers find it near their question


def number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


# What a newer Home Assistant has stored an older one need not be able to read, and does not
# promise to: on the older one only what it, or a still older one, has stored is tried.
LAYOUTS = sorted(folder for folder in STORED.glob("*/*/") if number(folder.name) <= number(running))
NEWEST = LAYOUTS[-1]


@dataclass
class House:
    """A folder of stored files, and the platforms that they speak of."""

    layout: Path
    folder: Path
    clouds: dict[str, Cloud]

    @property
    def storage(self) -> Path:
        return self.folder / ".storage"

    def lay_out(self, places: dict[str, str]) -> None:
        """Copy the files, with the addresses that the platforms have today."""
        self.storage.mkdir()
        for path in self.layout.iterdir():
            if path.name != MEANT:
                text = path.read_text(encoding="utf-8")
                for placeholder, place in places.items():
                    text = text.replace(placeholder, place)
                (self.storage / path.name).write_text(text, encoding="utf-8")

    @property
    def tokens(self) -> list[Path]:
        """The files with the tokens."""
        found = sorted(path for path in self.storage.glob(f"{DOMAIN}.*") if path.stem == DOMAIN)
        assert len(found) == len(self.clouds)
        return found

    @property
    def memories(self) -> list[Path]:
        """The files with what is known of the cameras."""
        return sorted(self.storage.glob(f"{DOMAIN}.memory.*"))

    def load(self, key: str) -> Any:
        return json.loads((self.storage / key).read_text(encoding="utf-8"))["data"]

    def change(self, key: str, change: Callable[[Any], object]) -> None:
        content = json.loads((self.storage / key).read_text(encoding="utf-8"))
        change(content)
        (self.storage / key).write_text(json.dumps(content), encoding="utf-8")

    @property
    def token_requests(self) -> list[int]:
        return [cloud.token_requests for cloud in self.clouds.values()]

    @asynccontextmanager
    async def home(self) -> AsyncIterator[HomeAssistant]:
        """Start Home Assistant on these files, and end it; it writes them anew."""
        async with async_test_home_assistant(
            load_registries=False, config_dir=str(self.folder)
        ) as hass:
            hass.data.pop(DATA_CUSTOM_COMPONENTS)
            await async_load_base_functionality(hass)
            assert await async_setup_component(hass, "homeassistant", {})
            await async_setup_component(hass, DOMAIN, {})
            await hass.async_block_till_done()
            # As when it has started: devices without entry or entity go.
            dr.async_cleanup(hass, dr.async_get(hass), er.async_get(hass))
            await hass.async_block_till_done()
            try:
                yield hass
            finally:
                await hass.async_stop(force=True)


@pytest.fixture(params=LAYOUTS, ids=lambda path: "/".join(path.parts[-2:]))
def layout(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture
async def house(
    layout: Path, tmp_path: Path, clock: ManualClock, socket_enabled: None
) -> AsyncIterator[House]:
    """Lay the files out, and have the platforms whose tokens are in them."""
    entries = json.loads((layout / "core.config_entries").read_text(encoding="utf-8"))
    clouds: dict[str, Cloud] = {}
    places: dict[str, str] = {}
    async with AsyncExitStack() as stack:
        for entry in entries["data"]["entries"]:
            name: str = entry["unique_id"]
            clouds[name] = cloud = Cloud(
                clock=clock,
                client_id=name,
                client_secret=name.replace("client", "secret"),
                interval=0,
                token_fetch_interval=0,
                picture_size=(160, 90),
            )
            cloud.desk._token, cloud.desk._expires = f"stored-token-of-{name}", math.inf
            for subentry in entry["subentries"]:
                cloud.add_camera(subentry["unique_id"])
            server = TestServer(create_app(cloud), host="127.0.0.1")
            await server.start_server(access_log=None)  # it would show tokens
            stack.push_async_callback(server.close)
            places[f"http://127.0.0.1:PORT-of-{name}"] = str(server.make_url("")).rstrip("/")
        house = House(layout, tmp_path, clouds)
        house.lay_out(places)
        yield house


@pytest.fixture(autouse=True)
def _no_stored_token_told(caplog: pytest.LogCaptureFixture) -> Any:
    yield
    assert "stored-token-of" not in caplog.text


def entries_of(hass: HomeAssistant) -> dict[str, ConfigEntry]:
    return {str(entry.unique_id): entry for entry in hass.config_entries.async_entries(DOMAIN)}


def entities_of(hass: HomeAssistant) -> dict[tuple[str, str], er.RegistryEntry]:
    """Return the entities by what never changes: their kind and unique id."""
    found = [one for one in er.async_get(hass).entities.values() if one.platform == DOMAIN]
    by_key = {(one.domain, one.unique_id): one for one in found}
    assert len(by_key) == len(found)
    return by_key


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what a person would find about us in the log, but for what is always there."""
    return [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.levelno >= logging.WARNING
        # The second says once more what Home Assistant's storage says.
        and record.name not in ("homeassistant.loader", "homeassistant.util.json", "asyncio")
        and DOMAIN in f"{record.name} {record.getMessage()}"
    ]


def check_nothing_lost(hass: HomeAssistant, house: House) -> None:
    """Compare Home Assistant's registries with what was stored."""

    def stored(key: str) -> Any:
        return json.loads((house.layout / key).read_text(encoding="utf-8"))["data"]

    entries = entries_of(hass)
    subentries = {}
    for old in stored("core.config_entries")["entries"]:
        entry = entries[old["unique_id"]]
        assert (entry.entry_id, entry.title) == (old["entry_id"], old["title"])
        for sub in old["subentries"]:
            subentries[sub["unique_id"]] = (entry.entry_id, sub["subentry_id"])
            assert entry.subentries[sub["subentry_id"]].title == sub["title"]
            assert entry.subentries[sub["subentry_id"]].unique_id == sub["unique_id"]
    assert len(entries) == len(house.clouds)
    assert sum(len(entry.subentries) for entry in entries.values()) == len(subentries)

    devices = {
        device.id: device
        for entry in entries.values()
        for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    }
    serials = Counter(name for device in devices.values() for _, name in device.identifiers)
    assert {serial: serials[serial] for serial in subentries} == dict.fromkeys(subentries, 1)
    for old in stored("core.device_registry")["devices"]:
        device = devices[old["id"]]
        assert device.identifiers == {tuple(pair) for pair in old["identifiers"]}
        assert (device.name, device.name_by_user) == (old["name"], old["name_by_user"])

    now = entities_of(hass)
    for old in stored("core.entity_registry")["entities"]:
        domain = old["entity_id"].partition(".")[0]
        one = now[domain, old["unique_id"]]
        names = ("entity_id", "id", "name", "icon", "device_id", "disabled_by", "hidden_by")
        for name in names:
            assert getattr(one, name) == old[name], (old["entity_id"], name)
    for one in now.values():
        serial = one.unique_id.partition("_")[0]
        assert (one.config_entry_id, one.config_subentry_id) == subentries[serial], one.entity_id
        assert one.device_id in devices, one.entity_id
        assert not one.entity_id.rpartition("_")[2].isdecimal(), f"doubled: {one.entity_id}"
        assert (hass.states.get(one.entity_id) is None) == one.disabled, one.entity_id


# --- nothing is lost


async def test_nothing_is_lost(house: House, caplog: pytest.LogCaptureFixture) -> None:
    for start in ("the update", "the restart after it"):
        async with house.home() as hass:
            states = {entry.state for entry in entries_of(hass).values()}
            assert states == {ConfigEntryState.LOADED}, start
            check_nothing_lost(hass, house)
    assert house.token_requests == [0, 0]
    assert warnings(caplog) == []


async def test_no_entity_is_an_orphan(house: House) -> None:
    """All are still there for the asking, those that are disabled included."""
    async with house.home() as hass:
        for one in entities_of(hass).values():
            er.async_get(hass).async_update_entity(one.entity_id, disabled_by=None)
        for entry in entries_of(hass).values():
            await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
        missing = [
            one.entity_id
            for one in entities_of(hass).values()
            if hass.states.get(one.entity_id) is None
        ]
        assert missing == []


async def test_the_stored_token_is_used(house: House, clock: ManualClock) -> None:
    async with house.home() as hass:
        cameras = [one.entity_id for key, one in entities_of(hass).items() if key[0] == "camera"]
        assert "camera.shop_door" in cameras
        await clock.drive(
            hass.services.async_call(DOMAIN, "capture", {"entity_id": cameras}, blocking=True)
        )
        assert hass.config_entries.flow.async_progress() == []

    assert house.token_requests == [0, 0]
    for cloud in house.clouds.values():
        assert [camera.photos for camera in cloud.cameras.values()] == [1] * len(cloud.cameras)
        assert cloud.violations == []


# --- the options mean what they meant


async def test_the_form_shows_the_options_that_were_in_force(house: House) -> None:
    meant = json.loads((house.layout / MEANT).read_text(encoding="utf-8"))
    async with house.home() as hass:
        for name, entry in entries_of(hass).items():
            form = await hass.config_entries.options.async_init(entry.entry_id)
            shown = {
                str(field): (field.description or {}).get("suggested_value")
                for field in form["data_schema"].schema
            }
            # Nobody had chosen the protocol of live where it was not stored.
            expected = {**meant[name]}
            if "live_protocol" not in entries_of(hass)[name].options:
                expected["live_protocol"] = "auto"
            assert {key: shown[key] for key in expected} == expected
            hass.config_entries.options.async_abort(form["flow_id"])


@dataclass
class Camera:
    """A camera of one application, from both sides."""

    hass: HomeAssistant
    clock: ManualClock
    cloud: Cloud
    serial: str

    def entity_id(self, platform: str, key: str) -> str:
        return entities_of(self.hass)[platform, f"{self.serial}_{key}"].entity_id

    async def act(self, action: str, key: str = "camera", **fields: Any) -> Any:
        domain, _, name = action.partition(".")
        platform = "camera" if domain == DOMAIN else domain
        target = {"entity_id": self.entity_id(platform, key), **fields}
        call = self.hass.services.async_call(
            domain, name, target, blocking=True, return_response=name.startswith("get_")
        )
        return await self.drive(call)

    async def drive[T](self, work: Awaitable[T]) -> T:
        """Have work done; while a connection is in use, the clock all but stands still."""
        connector = async_get_clientsession(self.hass).connector
        self.clock.busy = lambda: bool(connector and connector._acquired)
        self.clock.works = lambda: self.cloud.workshop.works
        return await self.clock.drive(work, step=0.002)

    def arrivals(self, endpoint: str) -> list[float]:
        """Return when calls of an endpoint arrived."""
        calls = self.cloud.cameras[self.serial].calls
        return [call.arrived for call in calls if call.endpoint == endpoint]

    async def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP)):
            await self.clock.advance(STEP)
            await asyncio.sleep(0.004)


type Effect = Callable[[Camera, Any], Awaitable[object]]  # what an option does, in its own unit


async def live_protocol(camera: Camera, meant: str) -> object:
    (answer,) = (await camera.act("sodalife.get_live_url")).values()
    return meant if meant == "auto" else answer["protocol"]


async def ptz_pulse(camera: Camera, meant: float) -> object:
    await camera.act("button.press", "zoom_in")
    start, stop = camera.arrivals("controlling")
    return stop - start


async def call_interval(camera: Camera, meant: float) -> object:
    for _ in range(2):
        await camera.act("sodalife.capture")
    first, second = camera.arrivals("capture")
    return second - first


async def poll_interval(camera: Camera, meant: float) -> object:
    await camera.pass_time(2 * meant)  # the first round is a quick one
    asked = len(camera.arrivals("onlinestatus"))
    await camera.pass_time(6 * meant)
    first, *_, last = arrivals = camera.arrivals("onlinestatus")[asked:]
    return (last - first) / (len(arrivals) - 1)


async def snapshot_interval(camera: Camera, meant: float) -> object:
    entity_id = camera.entity_id("camera", "camera")
    while len(taken := camera.arrivals("capture")) < 2:
        await camera.drive(async_get_image(camera.hass, entity_id))
        await camera.clock.advance(1)
    return taken[1] - taken[0]


# How far from what was meant it may be: seconds.
EFFECTS: dict[Effect, float] = {
    live_protocol: 0,
    ptz_pulse: 0.1,
    call_interval: 0.2,
    poll_interval: 5,
    snapshot_interval: 1.5,
}


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.__name__)
@pytest.mark.parametrize("name", [DEMO, PLAIN])
async def test_options_do_what_they_did(
    house: House, clock: ManualClock, effect: Effect, name: str
) -> None:
    meant = json.loads((house.layout / MEANT).read_text(encoding="utf-8"))[name][effect.__name__]
    async with house.home() as hass:
        cloud = house.clouds[name]
        camera = Camera(hass, clock, cloud, next(iter(cloud.cameras)))
        done = await effect(camera, meant)
    assert done == (meant if isinstance(meant, str) else pytest.approx(meant, abs=EFFECTS[effect]))
    assert cloud.violations == []
    assert house.token_requests == [0, 0]


@pytest.mark.parametrize("layout", sorted((STORED / "0.1.0").iterdir()), ids=lambda p: p.name)
def test_what_was_never_stored_meant_the_defaults_of_its_time(layout: Path) -> None:
    meant = json.loads((layout / MEANT).read_text(encoding="utf-8"))[PLAIN]
    entries = json.loads((layout / "core.config_entries").read_text(encoding="utf-8"))["data"]
    (plain,) = (entry for entry in entries["entries"] if entry["unique_id"] == PLAIN)
    assert plain["options"] == {}
    assert meant == {
        "snapshot_interval": 30,
        "call_interval": 4,
        "poll_interval": 60,
        "live_protocol": "hls",
        "ptz_pulse": 0.5,
    }


# --- what cannot be read costs a token, nothing else

UNREADABLE: dict[str, bytes] = {
    "nothing": b"",
    "half": b'{"version": 1, "minor_version": 1, "key": "sodalife.0", "data": {"host": "htt',
    "list": b'["token"]',
    "text": b'"token"',
    "null": b"null",
    "binary": bytes(range(256)),
    "without data": b'{"version": 1, "minor_version": 1, "key": "sodalife.0"}',
    "without version": b'{"data": {"access_token": "not-a-token"}}',
    "other data": b'{"version": 1, "minor_version": 1, "key": "sodalife.0", "data": ["token"]}',
    "newer": b'{"version": 9, "minor_version": 1, "key": "sodalife.0", "data": {"tokens": []}}',
    "slightly newer": b'{"version": 1, "minor_version": 9, "key": "x", "data": {"tokens": []}}',
}


@pytest.mark.parametrize("layout", [NEWEST], ids=["newest"])
@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_a_store_that_cannot_be_read_costs_a_token_and_a_line(
    house: House,
    clock: ManualClock,
    content: bytes,
    caplog: pytest.LogCaptureFixture,
    expected_log: list[str],
) -> None:
    expected_log += [
        "custom_components.sodalife: The stored token",
        # Home Assistant's own words on what is no JSON; it keeps the file under another name.
        "homeassistant.helpers.storage: Unrecoverable error decoding storage sodalife",
        "homeassistant.util.json: Could not parse JSON content",
    ]
    for path in house.tokens:
        path.write_bytes(content)
    async with house.home() as hass:
        check_nothing_lost(hass, house)
        cameras = [one.entity_id for key, one in entities_of(hass).items() if key[0] == "camera"]
        await clock.drive(
            hass.services.async_call(DOMAIN, "capture", {"entity_id": cameras}, blocking=True)
        )
        assert hass.config_entries.flow.async_progress() == []
    assert len(warnings(caplog)) == len(house.clouds), "one line each"
    assert house.token_requests == [1, 1]

    caplog.clear()
    async with house.home() as hass:
        check_nothing_lost(hass, house)
    assert warnings(caplog) == []
    assert house.token_requests == [1, 1], "the next start finds a good one"


@pytest.mark.parametrize("layout", [NEWEST], ids=["newest"])
async def test_a_slightly_newer_store_is_read_as_far_as_it_is_known(house: House) -> None:
    def later(content: Any) -> None:
        content["minor_version"] = 9
        content["data"]["lent_to"] = ["somebody"]

    for path in house.tokens:
        house.change(path.name, later)
    async with house.home() as hass:
        check_nothing_lost(hass, house)
    assert house.token_requests == [0, 0]


# --- what is known of the cameras


async def test_what_is_known_of_a_camera_survives_a_restart(
    house: House, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    cloud = house.clouds[DEMO]
    serial = next(iter(cloud.cameras))
    cloud.cameras[serial].ptz = False

    def told(hass: HomeAssistant) -> tuple[list[str], int, bool]:
        state = hass.states.get(entities_of(hass)["camera", f"{serial}_camera"].entity_id)
        assert state is not None
        cameras = entries_of(hass)[DEMO].runtime_data.cameras.values()
        calls = next(camera.device.calls_today for camera in cameras if camera.serial == serial)
        issues = {issue_id for _, issue_id in ir.async_get(hass).issues}
        quota = any(issue_id.startswith("capture_quota_") for issue_id in issues)
        return state.attributes["ptz_unsupported"], calls, quota

    async with house.home() as hass:
        camera = Camera(hass, clock, cloud, serial)
        cloud.faults.add(Fault("code", "capture", serial, code="10028", times=1))
        for action, fields in (("capture", {}), ("ptz_move", {"command": "up"})):
            with pytest.raises(HomeAssistantError):
                await camera.act(f"{DOMAIN}.{action}", **fields)
        known = told(hass)
        assert (len(known[0]), known[2]) == (8, True)
        assert known[1] >= 2
    assert {path.stat().st_mode & 0o777 for path in house.memories} == {0o600}

    async with house.home() as hass:
        assert told(hass) == known
        camera = Camera(hass, clock, cloud, serial)
        photos = len(camera.arrivals("capture"))
        with pytest.raises(HomeAssistantError) as caught:
            await camera.act(f"{DOMAIN}.capture")
        assert caught.value.translation_key == "capture_quota"
        assert len(camera.arrivals("capture")) == photos, "the platform is not asked"
        await clock.advance(86_400)
        await camera.act(f"{DOMAIN}.capture")
    assert warnings(caplog) == []


KNOWN = {
    "calls": 7,
    "counted_from": 1767225600.0,
    "quota": {"at": 1767225600.0, "code": "10028", "description": "none left"},
    "refused": {"up": 1767225600.0},
}
BAD_MEMORIES: dict[str, bytes] = {
    **{name: content for name, content in UNREADABLE.items() if name != "slightly newer"},
    **{
        f"{field} {value!r:.20}": json.dumps(
            {
                "version": 1,
                "minor_version": 1,
                "key": "x",
                "data": {"cameras": {"DEMO0001": {**KNOWN, field: value}}},
            }
        ).encode()
        for field, value in (
            *(("calls", "many"), ("calls", -1), ("calls", 10**30), ("calls", None)),
            *(("counted_from", 1e300), ("counted_from", float("nan")), ("counted_from", [])),
            *(("quota", "10028"), ("quota", {"at": 1.0}), ("quota", {**KNOWN, "at": -1})),
            *(("refused", ["up"]), ("refused", {"sideways": 1}), ("refused", {"up": "now"})),
        )
    },
}


@pytest.mark.parametrize("layout", [NEWEST], ids=["newest"])
@pytest.mark.parametrize("content", BAD_MEMORIES.values(), ids=BAD_MEMORIES.keys())
async def test_a_memory_that_cannot_be_read_costs_a_line(
    house: House,
    clock: ManualClock,
    content: bytes,
    caplog: pytest.LogCaptureFixture,
    expected_log: list[str],
) -> None:
    expected_log += [
        "custom_components.sodalife: What was known of the cameras",
        "homeassistant.helpers.storage: Unrecoverable error decoding storage sodalife",
        "homeassistant.util.json: Could not parse JSON content",
    ]
    entry_id = house.load("core.config_entries")["entries"][0]["entry_id"]
    (house.storage / f"{DOMAIN}.memory.{entry_id}").write_bytes(content)
    async with house.home() as hass:
        check_nothing_lost(hass, house)
        cameras = [one.entity_id for key, one in entities_of(hass).items() if key[0] == "camera"]
        await clock.drive(
            hass.services.async_call(DOMAIN, "capture", {"entity_id": cameras}, blocking=True)
        )
    assert len(warnings(caplog)) <= 1

    caplog.clear()
    async with house.home() as hass:
        check_nothing_lost(hass, house)
    assert warnings(caplog) == []
    assert house.token_requests == [0, 0]


@pytest.mark.parametrize("layout", [NEWEST], ids=["newest"])
async def test_a_slightly_newer_memory_is_read_as_far_as_it_is_known(house: House) -> None:
    known = {**KNOWN, "quota": None, "of_the_future": [1]}
    stored = {
        "version": 1,
        "minor_version": 9,
        "key": "x",
        "data": {"cameras": {"DEMO0001": known}},
    }
    entries = house.load("core.config_entries")["entries"]
    (entry_id,) = (one["entry_id"] for one in entries if one["unique_id"] == DEMO)
    (house.storage / f"{DOMAIN}.memory.{entry_id}").write_text(json.dumps(stored))
    async with house.home() as hass:
        state = hass.states.get(entities_of(hass)["camera", "DEMO0001_camera"].entity_id)
        assert state is not None
        assert state.attributes["ptz_unsupported"] == ["up"]


# --- an entry that a newer version has changed


@pytest.mark.parametrize("layout", [NEWEST], ids=["newest"])
async def test_an_entry_of_a_slightly_newer_version_works(house: House) -> None:
    def later(content: Any) -> None:
        for entry in content["data"]["entries"]:
            entry["minor_version"] = 99
            entry["options"]["of_the_future"] = 1

    house.change("core.config_entries", later)
    async with house.home() as hass:
        check_nothing_lost(hass, house)
    for entry in house.load("core.config_entries")["entries"]:
        assert entry["options"]["of_the_future"] == 1
    assert house.token_requests == [0, 0]


@pytest.mark.parametrize("layout", [NEWEST], ids=["newest"])
async def test_an_entry_of_a_newer_version_waits_for_that_version(
    house: House, caplog: pytest.LogCaptureFixture, expected_log: list[str]
) -> None:
    expected_log.append("custom_components.sodalife: The entry SodaLife .* by a newer version")
    expected_log.append("homeassistant.config_entries: .*SodaLife .* version 99 which is higher")
    before = house.load("core.config_entries")["entries"]

    def later(content: Any) -> None:
        for entry in content["data"]["entries"]:
            entry["version"] = 99

    house.change("core.config_entries", later)
    async with house.home() as hass:
        states = {entry.state for entry in entries_of(hass).values()}
        assert states == {ConfigEntryState.MIGRATION_ERROR}
    assert len(warnings(caplog)) == len(house.clouds), "one line each"
    after = house.load("core.config_entries")["entries"]
    assert [{**entry, "version": 1} for entry in after] == before

    house.change("core.config_entries", lambda content: content["data"].update(entries=before))
    async with house.home() as hass:
        check_nothing_lost(hass, house)
    assert house.token_requests == [0, 0]
