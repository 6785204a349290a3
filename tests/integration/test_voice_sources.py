"""Sounds from everywhere: addresses, speech, the media browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.components import tts
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.sodalife.api import fetch
from custom_components.sodalife.audio import web_media
from simulator.camera import SimCamera
from tests.integration.common import Act, FindEntity, count_arrived
from tests.integration.refusals import refused
from tests.integration.sounds import sound

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


@SITE.get("/to")
async def _to(request: web.Request) -> web.Response:
    raise web.HTTPFound(unquote(request.query_string))


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
    ("public", "leads_on"),
    [
        *(([True, False], False), ([False, True, False], False)),
        *(([False, False], True), ([False, True], True), ([True, True], True)),
    ],
    ids=["back home", "home, out and back", "within", "out", "outside"],
)
async def test_a_redirect_into_the_own_network(
    ready: None,
    web_site: str,
    play: Act,
    monkeypatch: pytest.MonkeyPatch,
    public: list[bool],
    leads_on: bool,
) -> None:
    """All of it is on this machine, but it is taken for public or not, step by step."""
    steps = iter(public)
    monkeypatch.setattr(fetch, "is_public", lambda _: next(steps))
    path = "/a%20sound.ogg"
    for _ in public[1:]:
        path = f"/to?{quote(path, safe='')}"
    if leads_on:
        await play(web_site + path)
    else:
        error = await refused(play(web_site + path), "media_not_readable")
        assert "address in a private network" in str(error)
    assert next(steps, None) is None


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
