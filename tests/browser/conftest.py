"""A browser on the demo, and a page with one card."""

from __future__ import annotations

from collections.abc import Callable, Iterator
import json
from typing import Any

import chromium
from demo_home import Demo, running_demo
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
import pytest

pytest.register_assert_rewrite("page")

pytest.register_assert_rewrite("live_page")

from live_page import LivePage  # noqa: E402
from page import CAMERA, CardPage, quicken, save, set_options  # noqa: E402

type Open = Callable[..., CardPage]
type OpenLive = Callable[..., LivePage]

SERIAL = "DEMO0001"
LIVE_OPTIONS = {"live_protocol": "auto", "poll_interval": 3600}
AS_NEW = {"live_cut": 0, "live_h265": False, "live_sound": True, "encrypted": False, "home": True}


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """Have a Home Assistant, and a platform that wants no pauses and is quick with photos.

    Without go2rtc: live comes through Home Assistant's player. test_live.py has one with it.
    """
    with running_demo("--interval", "0", "--capture-seconds", "0.2", "--no-go2rtc") as demo:
        yield demo


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = chromium.start(playwright.chromium)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def first_page(browser: Browser, demo: Demo) -> Iterator[Page]:
    """Log in once, take the pauses out of the integration, and stay there to change dashboards."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{demo.url}/profile/general")  # not to the demo's dashboard: it shows live pictures
    quicken(page)
    yield page
    chromium.close(context)


@pytest.fixture(scope="session")
def contexts(browser: Browser, first_page: Page) -> Iterator[Callable[..., BrowserContext]]:
    """Have one browser profile for each kind of user: it keeps the frontend's files."""
    made: dict[str, BrowserContext] = {}
    log_in = first_page.context.storage_state()

    def get(**about: Any) -> BrowserContext:
        name = json.dumps(about)
        if name not in made:
            made[name] = browser.new_context(storage_state=log_in, service_workers="block", **about)
            made[name].set_default_timeout(20_000)
        return made[name]

    yield get
    for context in made.values():
        chromium.close(context)


@pytest.fixture
def open_card(
    contexts: Callable[..., BrowserContext], demo: Demo, first_page: Page
) -> Iterator[Open]:
    """Open a dashboard with one card; options are the card's, `about` is the browser's."""
    pages: list[Page] = []
    errors: list[str] = []

    def open_card(
        about: dict[str, Any] | None = None,
        *,
        empty: bool = False,
        more: list[dict[str, Any]] | None = None,
        view_type: str = "sections",
        **config: Any,
    ) -> CardPage:
        cards = [] if empty else [{"entity": CAMERA, "live": False, **config}, *(more or [])]
        save(first_page, *cards, view_type=view_type)
        demo.change(SERIAL, home=True)
        page = contexts(**(about or {})).new_page()
        pages.append(page)
        page.on("pageerror", lambda error: errors.append(str(error)))
        opened = CardPage(page, demo, SERIAL)
        opened.open(cards=not empty)
        return opened

    yield open_card
    for page in pages:
        page.close()
    assert [error for error in errors if "sodalife" in error.lower()] == []


@pytest.fixture
def card(open_card: Open) -> CardPage:
    """Open a card that shows photos."""
    return open_card()


@pytest.fixture(scope="session")
def live_demo() -> Iterator[Demo]:
    """Have another demo, with go2rtc: what GO2RTC names, or what is on PATH, or the stand-in."""
    with running_demo("--interval", "0", "--capture-seconds", "0.2") as demo:
        yield demo


@pytest.fixture(scope="session")
def live_first_page(browser: Browser, live_demo: Demo) -> Iterator[Page]:
    """Log in there, and stay to change dashboards and options."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{live_demo.url}/profile/general")
    quicken(page)
    set_options(page, **LIVE_OPTIONS)
    yield page
    chromium.close(context)


@pytest.fixture
def open_live(browser: Browser, live_demo: Demo, live_first_page: Page) -> Iterator[OpenLive]:
    """Open a dashboard with one card that shows a camera live, in a new browser each time."""
    contexts: list[BrowserContext] = []
    log_in = live_first_page.context.storage_state()
    set_options(live_first_page, **LIVE_OPTIONS)

    def open_live(serial: str = SERIAL) -> LivePage:
        save(live_first_page, {"entity": f"camera.{serial.lower()}", "live": True})
        contexts.append(browser.new_context(storage_state=log_in, service_workers="block"))
        opened = LivePage(contexts[-1].new_page(), live_demo, serial)
        opened.open()
        return opened

    yield open_live
    for context in contexts:
        chromium.close(context)
    live_demo.change(SERIAL, **AS_NEW)
