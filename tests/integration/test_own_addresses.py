"""Addresses of Home Assistant's own: read without a network, and whatever its certificate is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
import socket
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.components.http import HomeAssistantView
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from simulator.camera import SimCamera
from tests.integration.certificate import ADDRESS, server_context
from tests.integration.common import Act, FindEntity, count_arrived
from tests.integration.refusals import refused
from tests.integration.sounds import sound, wav

INTERNAL, EXTERNAL = "https://127.0.0.1:1", "https://home.example"


@pytest.fixture
async def at_home(hass: HomeAssistant, ready: None, media_folder: Path, tmp_path: Path) -> None:
    """Have sounds that are served under paths, by a server that nobody can reach."""
    www = tmp_path / "www"
    www.mkdir()
    (media_folder / "a ding.wav").write_bytes(wav(1))
    (www / "ding.wav").write_bytes(wav(2))
    (tmp_path / "secret.wav").write_bytes(wav(1))
    for folder in (media_folder, www):
        (folder / "symlink.wav").symlink_to(tmp_path / "secret.wav")
    hass.config.allowlist_external_dirs = {str(media_folder), str(www)}
    await hass.config.async_update(internal_url=INTERNAL, external_url=EXTERNAL)


@pytest.mark.parametrize(
    ("address", "seconds", "title"),
    [
        ("/local/ding.wav", 2, "ding.wav"),
        ("/local/ding.wav?v=2", 2, "ding.wav"),
        (f"{INTERNAL}/local/ding.wav", 2, "ding.wav"),
        (f"{EXTERNAL}/local/ding.wav", 2, "ding.wav"),
        ("/media/local/a%20ding.wav", 1, "a ding.wav"),
        ("/media/local/a ding.wav?authSig=expired", 1, "a ding.wav"),
        (f"{INTERNAL}/media/local/a%20ding.wav?authSig=expired", 1, "a ding.wav"),
        (f"{EXTERNAL}/media/local/a%20ding.wav", 1, "a ding.wav"),
    ],
)
async def test_files_are_read_where_they_are(
    hass: HomeAssistant,
    at_home: None,
    sim: SimCamera,
    play: Act,
    entity_id: FindEntity,
    address: str,
    seconds: float,
    title: str,
) -> None:
    await play(address)
    assert [voice.duration for voice in sim.voices] == [seconds]
    state = hass.states.get(entity_id("media_player", "speaker"))
    assert state is not None
    assert state.attributes["media_title"] == title


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/local/../secret.wav", "path_not_allowed"),
        ("/local/%2e%2e/secret.wav", "path_not_allowed"),
        ("/local/symlink.wav", "path_not_allowed"),
        ("/local//etc/passwd", "path_not_allowed"),
        ("/local/missing.wav", "file_not_readable"),
        ("/local/", "file_not_readable"),
        ("/media/local/../../secret.wav", "path_not_allowed"),
        ("/media/local/symlink.wav", "path_not_allowed"),
        ("/media/local/", "file_not_readable"),
    ],
)
@pytest.mark.parametrize("origin", ["", EXTERNAL])
async def test_paths_that_lead_elsewhere(
    at_home: None, sim: SimCamera, play: Act, origin: str, path: str, key: str
) -> None:
    await refused(play(origin + path), key)
    assert count_arrived(sim, "sendvoice") == 0


@pytest.mark.parametrize("origin", ["http://127.0.0.1:1", "https://127.0.0.1:2", "//home.example"])
async def test_the_same_path_somewhere_else_is_somewhere_else(
    at_home: None, play: Act, origin: str
) -> None:
    await refused(play(f"{origin}/local/ding.wav"), "media_not_readable")


class _Sounds(HomeAssistantView):
    """Some integration's own sounds, for those who are let in."""

    url = "/api/some_integration/sound"
    name = "api:some_integration:sound"

    async def get(self, request: web.Request) -> web.Response:
        return web.Response(body=sound("ogg"))


@pytest.fixture
async def port(hass: HomeAssistant, tmp_path: Path, socket_enabled: None) -> int:
    """Say where Home Assistant is to listen, with a certificate that nobody has signed."""
    server_context(tmp_path)
    with socket.socket() as found:
        found.bind((ADDRESS, 0))
        port = int(found.getsockname()[1])
    pem = str(tmp_path / "self-signed.pem")
    config: dict[str, Any] = {
        "server_host": [ADDRESS],
        "server_port": port,
        "ssl_certificate": pem,
        "ssl_key": pem,
    }
    assert await async_setup_component(hass, "http", {"http": config})
    hass.http.register_view(_Sounds())
    return port


@pytest.fixture
async def server(
    port: int, hass: HomeAssistant, at_home: None, tmp_path: Path
) -> AsyncIterator[int]:
    """Have it listen there; the test plugin keeps it from doing so by itself."""
    server = TestServer(hass.http.app, host=ADDRESS, port=port)
    await server.start_server(ssl=server_context(tmp_path), access_log=None)
    yield port
    await server.close()


@pytest.mark.parametrize(
    "origin", ["", EXTERNAL, "https://127.0.0.1:{port}", "http://localhost:{port}"]
)
async def test_what_is_no_file_comes_from_the_own_server_whatever_its_certificate(
    server: int, sim: SimCamera, play: Act, origin: str
) -> None:
    """It wants to know who comes, and the address that it is known by leads nowhere from here."""
    await play(origin.format(port=server) + _Sounds.url)
    assert sim.voices[0].duration == pytest.approx(2, abs=0.2)


async def test_what_the_own_server_does_not_have(server: int, play: Act) -> None:
    await refused(play("/api/some_integration/nothing"), "media_not_readable")
