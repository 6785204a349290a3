"""Sounds of every kind and from everywhere, through Home Assistant's own actions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
import os
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.components import tts
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.sodalife.audio import media, web_media
from simulator import Cloud, Fault
from simulator.camera import SimCamera
from tests.integration.common import OTHER, SERIAL, Act, FindEntity, SetUp, count_arrived, state_of
from tests.integration.sounds import CONVERTED, ENCODERS, sound, wav

LOCAL = "media-source://media_source/local/"
TEXT = b"I am a text, whatever my name says.\n" * 100


@pytest.fixture
async def ready(media_folder: Path, set_up: SetUp) -> None:
    """Have two cameras, and a folder for sounds."""
    await set_up(SERIAL, OTHER)


async def refused(action: Any, key: str) -> HomeAssistantError:
    """Check with which sentence an action fails; it names the camera."""
    with pytest.raises(HomeAssistantError) as caught:
        await action
    error = caught.value
    assert (error.translation_domain, error.translation_key) == ("sodalife", key)
    assert "Camera 1" in str(error)
    return error


# --- formats, by every way in


@pytest.mark.parametrize(
    ("way", "kind"),
    [
        *(("play_media", kind) for kind in (*ENCODERS, "video with sound")),
        *(("send_voice file", kind) for kind in ("mp3", "flac", "opus")),
        *(("send_voice media", kind) for kind in ("aac", "m4a with its index at the end")),
    ],
)
async def test_every_kind_and_every_way(
    ready: None, media_folder: Path, sim: SimCamera, play: Act, act: Act, kind: str, way: str
) -> None:
    """The name says nothing: no file here is called what it is."""
    path = media_folder / "sound.bin"
    path.write_bytes(sound(kind))
    if way == "play_media":
        await play(f"{LOCAL}sound.bin")
    elif way == "send_voice file":
        await act("send_voice", file=str(path))
    else:
        choice = {"media_content_id": f"{LOCAL}sound.bin", "media_content_type": "audio/mpeg"}
        await act("send_voice", media=choice)
    (voice,) = sim.voices
    assert voice.kind == ("mp3" if kind in CONVERTED else kind[:3])
    assert voice.duration == pytest.approx(2, abs=0.2)
    assert voice.sample_rate == (16000 if kind in CONVERTED else 44100)
    assert max(voice.peaks) > 0.05


async def test_25_mb(
    ready: None, media_folder: Path, cloud: Cloud, sim: SimCamera, act: Act
) -> None:
    cloud.max_voice_seconds = 300
    path = media_folder / "long.wav"
    path.write_bytes(wav(142, rate=44100, channels=2))
    assert path.stat().st_size > 25_000_000
    await act("send_voice", file=str(path))
    (voice,) = sim.voices
    assert (voice.kind, voice.sample_rate, len(voice.data) < 1_000_000) == ("mp3", 16000, True)
    assert voice.duration == pytest.approx(142, abs=0.3)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (TEXT, "voice_format"),
        (b"#EXTM3U\n#EXTINF:9,\nfile:///etc/passwd\n", "voice_format"),
        (b"", "voice_empty"),
        (wav(0.05), "voice_empty"),
    ],
    ids=["text", "playlist", "empty", "too short"],
)
@pytest.mark.parametrize("way", ["play_media", "send_voice"])
async def test_what_cannot_be_played(
    ready: None,
    media_folder: Path,
    sim: SimCamera,
    play: Act,
    act: Act,
    content: bytes,
    key: str,
    way: str,
) -> None:
    path = media_folder / "renamed.mp3"
    path.write_bytes(content)
    if way == "play_media":
        await refused(play(f"{LOCAL}renamed.mp3"), key)
    else:
        await refused(act("send_voice", file=str(path)), key)
    assert count_arrived(sim, "sendvoice") == 0, "it was sent all the same"


async def test_the_state_follows_whatever_was_the_way(
    hass: HomeAssistant, ready: None, media_folder: Path, act: Act, entity_id: FindEntity
) -> None:
    (media_folder / "chime.wav").write_bytes(wav(0.4))
    speaker = entity_id("media_player", "speaker")
    await act("send_voice", file=str(media_folder / "chime.wav"))
    state = hass.states.get(speaker)
    assert state is not None
    assert (state.state, state.attributes["media_title"]) == ("playing", "chime.wav")
    await asyncio.sleep(0.5)
    assert state_of(hass, speaker) == "idle"


# --- files that are out of bounds


@pytest.mark.parametrize("kind", ["outside", "relative", "symlink", "folder", "missing", "pipe"])
async def test_files_out_of_bounds(
    ready: None, media_folder: Path, tmp_path: Path, sim: SimCamera, act: Act, kind: str
) -> None:
    outside = tmp_path / "secret.wav"
    outside.write_bytes(wav(1))
    (media_folder / "symlink").symlink_to(outside)
    (media_folder / "folder").mkdir()
    os.mkfifo(media_folder / "pipe")
    paths = {"outside": outside, "relative": media_folder / ".." / "secret.wav"}
    key = "path_not_allowed" if kind in ("outside", "relative", "symlink") else "file_not_readable"
    error = await refused(act("send_voice", file=str(paths.get(kind, media_folder / kind))), key)
    assert isinstance(error, ServiceValidationError)
    assert count_arrived(sim, "sendvoice") == 0


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("local/symlink", "path_not_allowed"),
        ("local/../secret.wav", "path_not_allowed"),
        ("local//etc/passwd", "path_not_allowed"),
        ("local/missing.wav", "file_not_readable"),
        ("elsewhere/x.wav", "file_not_readable"),
    ],
)
async def test_local_media_out_of_bounds(
    ready: None, media_folder: Path, tmp_path: Path, play: Act, name: str, key: str
) -> None:
    (tmp_path / "secret.wav").write_bytes(wav(1))
    (media_folder / "symlink").symlink_to(tmp_path / "secret.wav")
    await refused(play(f"media-source://media_source/{name}"), key)


async def test_a_file_that_is_too_large_is_not_read(
    ready: None, media_folder: Path, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "MAX_FILE", 10_000)
    (media_folder / "large.wav").write_bytes(wav(1))
    await refused(act("send_voice", file=str(media_folder / "large.wav")), "media_too_large")


async def test_neither_media_nor_file(ready: None, act: Act) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await act("send_voice")
    assert caught.value.translation_key == "media_or_file"


# --- addresses


SEEN: list[Callable[[str], None]] = []  # who wants to know of requests
SITE = web.RouteTableDef()  # a sound, and every trouble that there can be


@SITE.get("/")
async def _root(request: web.Request) -> web.Response:
    for tell in SEEN:
        tell(request.raw_path)
    raise web.HTTPForbidden


@SITE.get("/a sound.ogg")
async def _a_sound(request: web.Request) -> web.Response:
    return web.Response(body=sound("ogg"))


@SITE.get("/large")
async def _large(request: web.Request) -> web.Response:
    return web.Response(body=bytes(200_000))


@SITE.get("/streamed")
async def _streamed(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(20):
        await response.write(bytes(10_000))
    return response


@SITE.get("/slow")
async def _slow(request: web.Request) -> web.Response:
    await asyncio.sleep(5)
    return web.Response()


@SITE.get("/moved")
async def _moved(request: web.Request) -> web.Response:
    raise web.HTTPFound("/a%20sound.ogg?signature=of-another")


@SITE.get("/circle")
async def _circle(request: web.Request) -> web.Response:
    raise web.HTTPFound("/circle")


@SITE.get("/to-a-file")
async def _to_a_file(request: web.Request) -> web.Response:
    raise web.HTTPFound("file:///etc/passwd")


@SITE.get("/nowhere")
async def _nowhere(request: web.Request) -> web.Response:
    return web.Response(status=302)


@SITE.get("/cut")
async def _cut(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b"half")
    assert request.transport is not None
    request.transport.close()
    return response


@pytest.fixture
async def web_site(socket_enabled: None) -> AsyncIterator[str]:
    """Have a web server, and say where."""
    app = web.Application()
    app.add_routes(SITE)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    yield str(server.make_url("")).rstrip("/")
    await server.close()


async def test_a_signed_address_arrives_byte_for_byte(
    ready: None, web_site: str, play: Act
) -> None:
    asked: list[str] = []
    SEEN.append(asked.append)
    await refused(play(f"{web_site}/?=d4=i5*ep=t6p7%252Fx%2Fy+z~!"), "media_not_readable")
    SEEN.clear()
    assert asked == ["/?=d4=i5*ep=t6p7%252Fx%2Fy+z~!"]


@pytest.mark.parametrize("path", ["/a%20sound.ogg?signature=secret", "/a sound.ogg", "/moved"])
async def test_an_address(
    hass: HomeAssistant,
    ready: None,
    web_site: str,
    sim: SimCamera,
    play: Act,
    entity_id: FindEntity,
    path: str,
) -> None:
    await play(web_site + path)
    assert sim.voices[0].duration == pytest.approx(2, abs=0.2)
    state = hass.states.get(entity_id("media_player", "speaker"))
    assert state is not None
    assert state.attributes["media_title"] == ("moved" if path == "/moved" else "a sound.ogg")
    assert "secret" not in str(state.as_dict())


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/missing", "media_not_readable"),
        ("/large", "media_too_large"),
        ("/streamed", "media_too_large"),
        ("/slow", "media_not_readable"),
        ("/circle", "media_not_readable"),
        ("/to-a-file", "media_not_readable"),
        ("/nowhere", "media_not_readable"),
        ("/cut", "media_not_readable"),
    ],
)
async def test_addresses_in_trouble(
    ready: None,
    web_site: str,
    sim: SimCamera,
    play: Act,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    key: str,
) -> None:
    monkeypatch.setattr(web_media, "MAX_SIZE", 100_000)
    monkeypatch.setattr(web_media, "TIMEOUT", 0.5)
    error = await refused(play(f"{web_site}{path}?signature=secret"), key)
    assert "secret" not in str(error)
    assert count_arrived(sim, "sendvoice") == 0


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x.mp3",
        "data:audio/wav;base64,UklGRg==",
        "chime.wav",
        "http://",
        "http://127.0.0.1:99999/x",
        "http://127.0.0.1:1/nobody-listens.mp3",
        "media-source://no_such_source/x",
        "media-source://media_source",
    ],
)
async def test_addresses_that_are_none(ready: None, play: Act, address: str) -> None:
    await refused(play(address), "media_not_readable")


@pytest.mark.parametrize(
    ("public", "leads_on"), [(True, False), (False, True)], ids=["from the internet", "at home"]
)
async def test_a_redirect_into_the_own_network(
    ready: None,
    web_site: str,
    play: Act,
    monkeypatch: pytest.MonkeyPatch,
    public: bool,
    leads_on: bool,
) -> None:
    """Both servers are on this machine, but one may be taken for a public one."""

    async def is_public(host: str, port: int | None) -> bool:
        return public and port == server.port

    monkeypatch.setattr(web_media, "is_public", is_public)

    async def move(request: web.Request) -> web.Response:
        raise web.HTTPFound(f"{web_site}/a%20sound.ogg")

    app = web.Application()
    app.router.add_get("/x", move)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    action = play(f"http://127.0.0.1:{server.port}/x")
    if leads_on:
        await action
    else:
        await refused(action, "media_not_readable")
    await server.close()


# --- speech


async def test_tts_speak(
    hass: HomeAssistant, espeak: str, ready: None, sim: SimCamera, entity_id: FindEntity
) -> None:
    speaker = entity_id("media_player", "speaker")
    await hass.services.async_call(
        "tts",
        "speak",
        {"entity_id": espeak, "media_player_entity_id": speaker, "message": "Dinner is ready."},
        blocking=True,
    )
    (voice,) = sim.voices
    assert 0.5 < voice.duration < 3
    assert max(voice.peaks) > 0.1
    state = hass.states.get(speaker)
    assert state is not None
    assert (state.state, state.attributes["media_title"]) == ("playing", "Dinner is ready.")
    assert state.attributes["media_duration"] == max(1, round(voice.duration))


@pytest.mark.parametrize("way", ["stream id", "address", "path"])
async def test_speech_that_an_assistant_has_made(
    hass: HomeAssistant, espeak: str, ready: None, sim: SimCamera, play: Act, way: str
) -> None:
    """It is there under a token, and nothing is fetched over HTTP: nothing listens here."""
    await hass.config.async_update(internal_url="http://127.0.0.1:1")
    stream = tts.async_create_stream(hass, espeak, options={"preferred_format": "wav"})
    stream.async_set_message("The door is open.")
    address = {"address": f"http://127.0.0.1:1{stream.url}", "path": stream.url}.get(way)
    if address is None and (address := getattr(stream, "media_source_id", None)) is None:
        pytest.skip("this Home Assistant has no such ids")
    await play(address, announce=True)
    assert sim.voices[0].duration == pytest.approx(1, abs=0.5)


@pytest.mark.parametrize(
    "media_id",
    [
        "media-source://tts/tts.nobody?message=Hello",
        "media-source://tts/tts.espeak",
        "media-source://tts/tts.espeak?message=Hello&language=tlh",
        "media-source://tts/-stream-/gone.mp3",
    ],
)
async def test_speech_that_cannot_be_made(
    espeak: str, ready: None, play: Act, media_id: str
) -> None:
    await refused(play(media_id), "tts_failed")


async def test_an_engine_that_takes_for_ever(
    espeak: str, ready: None, play: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def for_ever(*_: Any, **__: Any) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr("demo.espeak.tts.EspeakEntity.async_get_tts_audio", for_ever)
    monkeypatch.setattr("custom_components.sodalife.audio.speech.TIMEOUT", 0.2)
    await refused(play("media-source://tts/tts.espeak?message=Hello"), "tts_failed")


# --- the media browser


async def test_browsing_shows_nothing_but_sounds(
    hass: HomeAssistant,
    ready: None,
    media_folder: Path,
    entity_id: FindEntity,
    hass_ws_client: WebSocketGenerator,
    sim: SimCamera,
) -> None:
    for name in ("chime.mp3", "bell.ogg", "film.mp4", "photo.jpg", "text.txt"):
        (media_folder / name).write_bytes(sound("mp3"))
    client = await hass_ws_client(hass)
    speaker = entity_id("media_player", "speaker")

    async def browse(**where: str) -> dict[str, Any]:
        await client.send_json_auto_id(
            {"type": "media_player/browse_media", "entity_id": speaker, **where}
        )
        answer: dict[str, Any] = (await client.receive_json())["result"]
        return answer

    root = await browse()
    assert "media-source://tts" in [child["media_content_id"] for child in root["children"]]
    local = await browse(media_content_id="media-source://media_source", media_content_type="")
    assert {child["title"] for child in local["children"]} == {"bell.ogg", "chime.mp3"}
    chime = next(child for child in local["children"] if child["title"] == "chime.mp3")
    await client.send_json_auto_id(
        {
            "type": "call_service",
            "domain": "media_player",
            "service": "play_media",
            "target": {"entity_id": speaker},
            "service_data": {key: chime[key] for key in ("media_content_id", "media_content_type")}
            | {"extra": {"metadata": {"title": "A chime"}}},
        }
    )
    assert (await client.receive_json())["success"]
    assert len(sim.voices) == 1
    state = hass.states.get(speaker)
    assert state is not None
    assert state.attributes["media_title"] == "A chime"


# --- the platform's answers


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("111001", "voice_format"),
        ("111003", "voice_failed"),
        ("111004", "voice_format"),
        ("111005", "voice_failed"),
        ("111008", "voice_empty"),
        ("20007", "device_offline"),
        ("111012", "device_busy"),
        ("424242", "unknown_code"),
    ],
)
async def test_what_the_platform_says_is_what_the_action_says(
    ready: None, media_folder: Path, cloud: Cloud, play: Act, code: str, key: str
) -> None:
    (media_folder / "chime.wav").write_bytes(wav(0.5))
    cloud.faults.add(Fault("code", "sendvoice", code=code))
    await refused(play(f"{LOCAL}chime.wav"), key)


@pytest.mark.parametrize(
    ("seconds", "key"), [(61, "voice_too_long"), (5, "voice_too_long"), (0.5, "voice_duration")]
)
async def test_a_length_that_the_platform_does_not_allow(
    ready: None,
    media_folder: Path,
    cloud: Cloud,
    sim: SimCamera,
    play: Act,
    seconds: float,
    key: str,
) -> None:
    cloud.max_voice_seconds = min(seconds - 0.1, 60)
    (media_folder / "long.wav").write_bytes(wav(seconds))
    error = await refused(play(f"{LOCAL}long.wav"), key)
    assert count_arrived(sim, "sendvoice") == 1, "it was not sent"
    if key == "voice_too_long":
        assert f"{seconds} s" in str(error)


async def test_more_than_a_minute_is_sent(
    ready: None, media_folder: Path, cloud: Cloud, sim: SimCamera, play: Act
) -> None:
    cloud.max_voice_seconds = 300
    (media_folder / "long.wav").write_bytes(wav(75))
    await play(f"{LOCAL}long.wav")
    assert sim.voices[0].duration == 75


# --- several cameras


async def test_several_cameras_at_once(
    ready: None, media_folder: Path, cloud: Cloud, act: Act
) -> None:
    (media_folder / "chime.ogg").write_bytes(sound("ogg"))
    cloud.faults.add(Fault("slow", "sendvoice", seconds=2))
    began = asyncio.get_running_loop().time()
    await act("send_voice", SERIAL, OTHER, file=str(media_folder / "chime.ogg"))
    assert asyncio.get_running_loop().time() - began < 3.9, "one after the other"
    assert [len(camera.voices) for camera in cloud.cameras.values()] == [1, 1]


async def test_one_failing_does_not_stop_the_other(
    ready: None, media_folder: Path, cloud: Cloud, act: Act
) -> None:
    (media_folder / "chime.ogg").write_bytes(sound("ogg"))
    cloud.faults.add(Fault("code", "sendvoice", serial=SERIAL, code="111003"))
    action = act("send_voice", SERIAL, OTHER, file=str(media_folder / "chime.ogg"))
    error = await refused(action, "voice_failed")
    assert "Camera 2" not in str(error)
    assert len(cloud.cameras[OTHER].voices) == 1


async def test_both_failing_are_both_named(
    ready: None, media_folder: Path, cloud: Cloud, act: Act
) -> None:
    (media_folder / "chime.ogg").write_bytes(sound("ogg"))
    cloud.faults.add(Fault("code", "sendvoice", serial=SERIAL, code="111003"))
    cloud.faults.add(Fault("code", "sendvoice", serial=OTHER, code="20008"))
    action = act("send_voice", SERIAL, OTHER, file=str(media_folder / "chime.ogg"))
    error = await refused(action, "several_failed")
    assert "Camera 2" in str(error)
