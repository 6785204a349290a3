"""Every endpoint in both revisions, every fault there is, and no secret anywhere."""

from __future__ import annotations

import pytest

from custom_components.sodalife.api import (
    Command,
    Endpoint,
    SodaClient,
    SodaError,
    Sound,
)
from custom_components.sodalife.api.codes import CODES, error_of
from custom_components.sodalife.api.errors import (
    InvalidClient,
    PlatformTrouble,
    TooManyViewers,
    VoiceDuration,
    VoiceEmpty,
    VoiceFormat,
)
from simulator import Cloud
from simulator.camera import SimCamera
from simulator.codes import CODES as PLATFORM_CODES
from tests.api.answers import OPERATIONS, everywhere, sound
from tests.api.world import SERIAL, Platform, both
from tests.clock import ManualClock


@pytest.fixture
def interval() -> float:
    """When a device may be called is the call queue's business."""
    return 0.0


@everywhere
async def test_a_call_brings_its_token_where_the_revision_wants_it(
    client: SodaClient, sim: SimCamera, revision: str, endpoint: Endpoint
) -> None:
    await OPERATIONS[endpoint](client)
    (call,) = sim.calls
    form = "form" if endpoint is Endpoint.VOICE else "body"
    assert (call.endpoint, call.code) == (endpoint.value, "")
    assert call.token_place == ("query" if revision == "query" else form)


@both
async def test_every_move_starts_and_stops(
    client: SodaClient, sim: SimCamera, cloud: Cloud
) -> None:
    for command in Command:
        if command is not Command.HOME:
            await client.start(SERIAL, command)
            assert sim.moving == command
            await client.stop(SERIAL, command)
            assert sim.moving is None
    assert cloud.violations == []


async def test_home_is_command_99(client: SodaClient, sim: SimCamera) -> None:
    await client.start(SERIAL, Command.HOME)
    assert sim.moving == 99
    await client.stop(SERIAL, Command.HOME)
    assert sim.moving is None


@both
async def test_a_voice_arrives_byte_for_byte(client: SodaClient, sim: SimCamera) -> None:
    await client.send_voice(SERIAL, sound())
    (voice,) = sim.voices
    assert voice.data == sound().content
    assert (voice.filename, voice.kind) == ("voice.wav", "wav")


@both
async def test_a_photo_is_fetched_from_its_address(client: SodaClient, cloud: Cloud) -> None:
    picture = await client.picture(await client.capture(SERIAL))
    assert picture.content_type == "image/jpeg"
    assert cloud.violations == []


async def test_a_newer_live_address_names_its_end(client: SodaClient, clock: ManualClock) -> None:
    address = await client.live_url(SERIAL)
    assert address.expires_at == clock.time() + 300.0


@pytest.mark.parametrize("revision", ["body"])
async def test_an_older_live_address_is_taken_to_last_four_minutes(
    client: SodaClient, clock: ManualClock
) -> None:
    address = await client.live_url(SERIAL)
    assert address.expires_at == clock.time() + 240.0


async def test_a_talk_address_is_good_for_five_minutes(
    client: SodaClient, clock: ManualClock
) -> None:
    address = await client.talk_url(SERIAL)
    assert address.url.startswith("rtsp://")
    assert address.expires_at == clock.time() + 300.0


@pytest.mark.parametrize("online", [True, False])
async def test_the_platform_tells_who_is_online(
    client: SodaClient, sim: SimCamera, online: bool
) -> None:
    sim.online = online
    assert await client.is_online(SERIAL) is online


@pytest.mark.parametrize("code", PLATFORM_CODES)
def test_a_code_keeps_its_number_and_text(code: str) -> None:
    err = error_of(code, "wording")
    assert (err.code, err.description) == (code, "wording")
    assert type(err) is CODES.get(code, SodaError)


@pytest.mark.parametrize("code", [code for code in PLATFORM_CODES if code.isdecimal()])
def test_a_code_may_be_a_number(code: str) -> None:
    err = error_of(int(code), "")
    assert (type(err), err.code) == (type(error_of(code, "")), code)


def test_only_invalid_client_says_that_the_credentials_are_wrong() -> None:
    assert [code for code, cls in CODES.items() if issubclass(cls, InvalidClient)] == [
        "INVALID_CLIENT"
    ]


@pytest.mark.parametrize("status", [200, 401, 404, 429, 500])
@pytest.mark.parametrize(("code", "as_number"), [("9048", False), ("77777", True)])
async def test_the_body_says_what_is_wrong_whatever_the_status(
    platform: Platform, client: SodaClient, code: str, as_number: bool, status: int
) -> None:
    platform.code(code, "liveurl", status=status, as_number=as_number, description="wording")
    with pytest.raises(SodaError) as caught:
        await client.live_url(SERIAL)
    assert type(caught.value) is (TooManyViewers if code == "9048" else SodaError)
    assert str(caught.value) == f"{code} wording"


@everywhere
async def test_an_error_code_is_understood_at_every_endpoint(
    platform: Platform, client: SodaClient, endpoint: Endpoint
) -> None:
    platform.code("TEMPORARILY_UNAVAILABLE", endpoint.value)
    with pytest.raises(PlatformTrouble):
        await OPERATIONS[endpoint](client)


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"", VoiceEmpty), (b"no sound at all", VoiceFormat), (sound(0.1).content, VoiceDuration)],
    ids=["empty", "no sound", "short"],
)
@both
async def test_a_sound_that_is_refused_says_why(
    client: SodaClient, content: bytes, expected: type[SodaError]
) -> None:
    with pytest.raises(expected):
        await client.send_voice(SERIAL, Sound(content, "wav"))
