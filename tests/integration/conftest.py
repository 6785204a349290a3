"""Home Assistant with the integration, and a platform for it to talk to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
import logging
from pathlib import Path
import re
from typing import Any

from aiohttp.test_utils import TestServer
from homeassistant.config_entries import SOURCE_USER, ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    mock_integration,
    mock_platform,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

import demo.espeak
import demo.espeak.config_flow
import demo.espeak.tts
from simulator import Cloud, create_app
from simulator.camera import SimCamera
from tests.clock import ManualClock
from tests.integration.certificate import ADDRESS, server_context
from tests.integration.common import (
    CREDENTIALS,
    DOMAIN,
    OTHER,
    QUICK,
    SERIAL,
    STEP,
    Act,
    FindEntity,
    Look,
    PassTime,
    SetUp,
)
from tests.integration.flows import Flow, fill_in
from tests.integration.viewing import Viewer

SIGNATURES = re.compile(r"/pic\?=|[?&]t=[0-9a-f]{64}|/openlive/[0-9a-f]{32}|[?&]access_token=")
# They tell what is known here, whether or not anybody can be reached.
ALWAYS = {"last_error", "calls_today", "photos_today"}
ISSUED: list[str] = []  # every token that the platform has given out in this run


@pytest.fixture
def revision() -> str:
    """Say which contract the platform keeps; `both_revisions` has a test run with each."""
    return "query"


@pytest.fixture
async def cloud(revision: str, socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """Have a platform with two cameras; without pauses, so that tests are quick."""
    cloud = Cloud(revision=revision, interval=0, token_fetch_interval=0, picture_size=(160, 90))
    cloud.add_camera(SERIAL, name="Shop")
    cloud.add_camera(OTHER, name="Yard")
    issue = cloud.desk.issue

    def remember() -> str:
        ISSUED.append(token := issue())
        return token

    monkeypatch.setattr(cloud.desk, "issue", remember)
    return cloud


@pytest.fixture
def sim(cloud: Cloud) -> SimCamera:
    """The camera that most tests are about, as the platform sees it."""
    return cloud.cameras[SERIAL]


@pytest.fixture
async def host(cloud: Cloud) -> AsyncIterator[str]:
    """Have the platform listen, and say where."""
    server = TestServer(create_app(cloud), host="127.0.0.1")
    await server.start_server(access_log=None)  # it would show tokens
    yield str(server.make_url("")).rstrip("/")
    await server.close()


@pytest.fixture
async def self_signed(cloud: Cloud, tmp_path: Path) -> AsyncIterator[str]:
    """Have the platform listen with a certificate that nobody has signed, and say where."""
    server = TestServer(create_app(cloud), host=ADDRESS)
    await server.start_server(access_log=None, ssl=server_context(tmp_path))
    yield str(server.make_url("")).rstrip("/")
    await server.close()


@pytest.fixture(autouse=True)
def _own_folder(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Give Home Assistant, where a test has one, a folder of its own for what it keeps."""
    if "hass" in request.fixturenames:
        hass: HomeAssistant = request.getfixturevalue("hass")
        hass.config.config_dir = str(tmp_path)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, cloud: Cloud) -> ManualClock:
    """Hand the integration a clock that the test moves."""
    clock = ManualClock()
    clock.works = lambda: cloud.workshop.works
    monkeypatch.setattr("custom_components.sodalife.coordinator.SystemClock", lambda: clock)
    return clock


@pytest.fixture
async def make_entry(hass: HomeAssistant, host: str) -> AsyncIterator[Any]:
    """Make an entry with cameras the way the flow would have made it."""

    def make_entry(
        *serials: str,
        options: Mapping[str, Any] | None = None,
        minor_version: int = 1,  # whose online checks come every minute
        **data: Any,
    ) -> MockConfigEntry:
        entry = MockConfigEntry(
            domain=DOMAIN,
            minor_version=minor_version,
            title="SodaLife demo-client",
            unique_id="demo-client",
            data={"host": host, **CREDENTIALS, **data},
            options={**QUICK, **(options or {})},
            subentries_data=[
                ConfigSubentryData(
                    data={"device_serial": serial},
                    subentry_type="camera",
                    title=f"Camera {serial[-1]}",
                    unique_id=serial,
                )
                for serial in serials or (SERIAL,)
            ],
        )
        entry.add_to_hass(hass)
        return entry

    yield make_entry
    # While the platform is still there: what moves after a failed test gets its stop.
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
async def set_up(hass: HomeAssistant, make_entry: Any) -> SetUp:
    """Make an entry and set it up, whatever comes of it."""

    async def set_up(*serials: str, **about: Any) -> MockConfigEntry:
        entry: MockConfigEntry = make_entry(*serials, **about)
        assert await async_setup_component(hass, "homeassistant", {})
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        return entry

    return set_up


@pytest.fixture
def entity_id(entity_registry: er.EntityRegistry) -> FindEntity:
    """Find an entity by platform and key."""

    def find(platform: str, key: str | None = None, serial: str = SERIAL) -> str:
        unique_id = f"{serial}_{key or platform}"
        found = entity_registry.async_get_entity_id(platform, DOMAIN, unique_id)
        assert found is not None, f"no {platform} {unique_id}"
        return found

    return find


@pytest.fixture
def act(hass: HomeAssistant, entity_id: FindEntity) -> Act:
    """Call one of the integration's actions on cameras, by their serials."""

    async def act(action: str, *serials: str, answers: bool = False, **fields: Any) -> Any:
        targets = [entity_id("camera", serial=serial) for serial in serials or (SERIAL,)]
        return await hass.services.async_call(
            DOMAIN,
            action,
            {"entity_id": targets, **fields},
            blocking=True,
            return_response=answers,
        )

    return act


@pytest.fixture
def press(hass: HomeAssistant, entity_id: FindEntity) -> Act:
    """Press one of a camera's buttons."""

    async def press(key: str, serial: str = SERIAL) -> None:
        await hass.services.async_call(
            "button", "press", {"entity_id": entity_id("button", key, serial)}, blocking=True
        )

    return press


@pytest.fixture
def pass_time(clock: ManualClock) -> PassTime:
    """Let time pass, with room for the answers of real connections."""

    async def pass_time(seconds: float) -> None:
        for _ in range(round(seconds / STEP)):
            await clock.advance(STEP)
            await asyncio.sleep(0.004)

    return pass_time


@pytest.fixture
def states(hass: HomeAssistant, entity_registry: er.EntityRegistry) -> Callable[[str], set[str]]:
    """Return the keys of a camera's entities that are available."""

    def states(serial: str = SERIAL) -> set[str]:
        return {
            entity.unique_id.removeprefix(f"{serial}_") + f" {entity.domain}"
            for entity in entity_registry.entities.values()
            if entity.unique_id.startswith(serial)
            and (state := hass.states.get(entity.entity_id)) is not None
            and state.state != "unavailable"
            and entity.unique_id.removeprefix(f"{serial}_") not in ALWAYS
        }

    return states


@pytest.fixture
def media_folder(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Have a folder that Home Assistant may use, known as the local media."""
    folder = tmp_path / "media"
    folder.mkdir()
    hass.config.config_dir = str(tmp_path)
    hass.config.media_dirs = {"local": str(folder)}
    hass.config.allowlist_external_dirs = {str(folder)}
    return folder


@pytest.fixture
def play(hass: HomeAssistant, entity_id: FindEntity) -> Act:
    """Have a camera's speaker play something."""

    async def play(media_id: str, serial: str = SERIAL, **wishes: Any) -> None:
        await hass.services.async_call(
            "media_player",
            "play_media",
            {
                "entity_id": entity_id("media_player", "speaker", serial),
                "media_content_id": media_id,
                "media_content_type": "music",
                **wishes,
            },
            blocking=True,
        )

    return play


@pytest.fixture
async def espeak(hass: HomeAssistant, media_folder: Path) -> str:
    """Have a text-to-speech engine that needs no internet, and say which entity it is."""
    mock_integration(
        hass,
        MockModule(
            "espeak",
            async_setup_entry=demo.espeak.async_setup_entry,
            async_unload_entry=demo.espeak.async_unload_entry,
            partial_manifest={"version": "1.0"},
        ),
        built_in=False,  # which it is not: Home Assistant is stricter with its own
    )
    mock_platform(hass, "espeak.config_flow", demo.espeak.config_flow)
    mock_platform(hass, "espeak.tts", demo.espeak.tts)
    entry = MockConfigEntry(domain="espeak", title="eSpeak")
    entry.add_to_hass(hass)
    assert await async_setup_component(hass, "tts", {})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return "tts.espeak"


@pytest.fixture
def expected_log() -> list[str]:
    """Take patterns of `logger: message` that a test expects in the log all the same."""
    return []


@pytest.fixture(autouse=True)
def _quiet_log(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture, expected_log: list[str]
) -> Iterator[None]:
    """Fail a test that leaves a warning of ours, or anybody's error, in the log."""
    yield
    welcome = re.compile("|".join(["homeassistant.loader: We found", *expected_log]))
    lines = [
        f"{record.name}: {record.getMessage()}"
        for record in caplog.get_records("call")
        if record.name != "asyncio"  # in debug mode it complains of a busy machine
        and (
            record.levelno >= logging.ERROR
            or (
                record.levelno == logging.WARNING
                and DOMAIN in f"{record.name} {record.getMessage()}"
            )
        )
    ]
    assert [line for line in lines if not welcome.match(line)] == []


@pytest.fixture(autouse=True)
def _no_secrets(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Scan the whole log at DEBUG, all states and all repair issues of every test for secrets."""
    for name in ("custom_components.sodalife", "homeassistant.components.stream"):
        caplog.set_level(logging.DEBUG, name)
    yield
    texts = [
        f"{record.name}: {record.getMessage()} {record.exc_text or ''}"
        for phase in ("setup", "call")
        for record in caplog.get_records(phase)
        # The one shows what is stored, the other is the simulator's own.
        if not record.name.startswith(("pytest_homeassistant", "aiohttp.access"))
    ]
    if "hass" in request.fixturenames:
        hass: HomeAssistant = request.getfixturevalue("hass")
        texts += [str(state.as_dict()) for state in hass.states.async_all()]
        texts += [str(issue) for issue in ir.async_get(hass).issues.values()]
    secrets = {CREDENTIALS["client_secret"], *ISSUED}
    told = [
        text
        for text in texts
        if SIGNATURES.search(text) or any(secret in text for secret in secrets)
    ]
    assert told == []


@pytest.fixture
def look(hass_client: ClientSessionGenerator, entity_id: FindEntity) -> Look:
    """Look at the camera's snapshot as a dashboard does."""

    async def look() -> tuple[int, bytes]:
        client = await hass_client()
        async with client.get(f"/api/camera_proxy/{entity_id('camera')}") as response:
            return response.status, await response.read()

    return look


@pytest.fixture
def user(hass: HomeAssistant, host: str) -> Flow:
    """Start a flow and fill in its first form."""

    async def user(**changes: str) -> dict[str, Any]:
        result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
        assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "user")
        return await fill_in(hass, result, {"host": host, **CREDENTIALS, **changes})

    return user


@pytest.fixture
async def ready(media_folder: Path, set_up: SetUp) -> None:
    """Have two cameras, and a folder for sounds."""
    await set_up(SERIAL, OTHER)


@pytest.fixture
async def viewer(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    hass_ws_client: WebSocketGenerator,
    entity_id: FindEntity,
) -> Callable[[], Awaitable[Viewer]]:
    """Have somebody come to watch."""

    async def viewer() -> Viewer:
        pieces = {"ll_hls": True, "segment_duration": 2, "part_duration": 0.2}
        assert await async_setup_component(hass, "stream", {"stream": pieces})
        ws = await hass_ws_client()  # first: it adds a route
        return Viewer(await hass_client(), ws, entity_id("camera"))

    return viewer
