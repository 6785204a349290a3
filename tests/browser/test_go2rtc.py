"""What go2rtc does that the card has to live with: the stand-in does it, as does the real one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import json
from threading import Thread
import time
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from demo_home import HOST, Demo
from page import CAMERA, HASS, until
from playwright.sync_api import Page
import pytest

NAME = "tried"
SMALL = 320


class Source:
    """An address in front of the simulator's, that can end, and knows who reads it."""

    def __init__(self, flv: str) -> None:
        self.flv = flv
        self.is_dead = False
        self.readers = 0
        self.asked: list[float] = []  # when

    def send(self, handler: BaseHTTPRequestHandler) -> None:
        """Hand on what the simulator sends."""
        self.asked.append(time.monotonic())
        if self.is_dead:
            handler.send_error(404)
            return
        self.readers += 1
        handler.send_response(200)
        handler.send_header("Content-Type", "video/x-flv")
        handler.end_headers()
        try:
            with suppress(OSError), urlopen(self.flv, timeout=10) as answer:
                while not self.is_dead and (data := answer.read1()):
                    handler.wfile.write(data)
        finally:
            self.readers -= 1


@pytest.fixture
def source(live_first_page: Page) -> Iterator[tuple[Source, str]]:
    """Have a source, and its address."""
    flv = live_first_page.evaluate(
        f"""async () => {{
            const {{response}} = await {HASS}.callWS({{
                type: "call_service", domain: "sodalife", service: "get_live_url",
                service_data: {{protocol: "flv"}}, target: {{entity_id: "{CAMERA}"}},
                return_response: true}});
            return response["{CAMERA}"].url;
        }}"""
    )
    source = Source(flv)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            source.send(self)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((HOST, 0), Handler) as server:
        Thread(target=server.serve_forever).start()
        yield source, f"http://{HOST}:{server.server_port}/live.flv"
        source.is_dead = True
        server.shutdown()


def ask(demo: Demo, path: str, method: str = "GET", **query: object) -> bytes:
    """Ask go2rtc for something."""
    request = Request(f"{demo.go2rtc}/api/{path}?{urlencode(query)}", method=method)
    with urlopen(request, timeout=10) as answer:
        content: bytes = answer.read()
    return content


@contextmanager
def preloaded(demo: Demo) -> Iterator[None]:
    """Have the stream read as long as this lasts."""
    ask(demo, "preload", "PUT", src=NAME)
    try:
        yield
    finally:
        ask(demo, "preload", "DELETE", src=NAME)


def width_of(jpeg: bytes) -> int:
    """Return the width that a JPEG's frame header tells."""
    frame = jpeg.index(b"\xff\xc0")
    return int.from_bytes(jpeg[frame + 7 : frame + 9])


@pytest.mark.own
def test_source_is_read_once_for_all_and_closed_after_the_last(
    live_demo: Demo, source: tuple[Source, str]
) -> None:
    read, url = source
    ask(live_demo, "streams", "PUT", name=NAME, src=url)
    assert not read.asked, "nobody watches"
    with preloaded(live_demo):
        assert read.readers == 1
        assert NAME in json.loads(ask(live_demo, "preload"))
        assert width_of(ask(live_demo, "frame.jpeg", src=NAME)) == 640
        assert width_of(ask(live_demo, "frame.jpeg", src=NAME, width=SMALL)) == SMALL
        assert len(read.asked) == 1
    assert until(lambda: not read.readers, 5)
    assert NAME not in json.loads(ask(live_demo, "preload"))


@pytest.mark.own
def test_source_that_ended_is_tried_until_it_is_back(
    live_demo: Demo, source: tuple[Source, str]
) -> None:
    read, url = source
    ask(live_demo, "streams", "PUT", name=NAME, src=url)
    with preloaded(live_demo):
        read.is_dead = True
        assert until(lambda: len(read.asked) > 4, 10)
        # At once, and then with a pause of a second.
        assert read.asked[3] - read.asked[1] > 1.5
        read.is_dead = False
        assert until(lambda: read.readers, 10)
        assert width_of(ask(live_demo, "frame.jpeg", src=NAME)) == 640


@pytest.mark.own
def test_source_that_cannot_be_read_is_an_error(
    live_demo: Demo, source: tuple[Source, str]
) -> None:
    read, url = source
    read.is_dead = True
    ask(live_demo, "streams", "PUT", name=NAME, src=url)
    with pytest.raises(HTTPError):
        ask(live_demo, "preload", "PUT", src=NAME)
    with pytest.raises(HTTPError):
        ask(live_demo, "preload", "PUT", src="never heard of")
