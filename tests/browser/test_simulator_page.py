"""The simulator's own page: what is set there is set at the camera."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conftest import SERIAL
from demo_home import Demo
from page import until
from playwright.sync_api import BrowserContext, expect
import pytest


@pytest.mark.own
def test_live_trouble_is_made_by_hand(contexts: Callable[..., BrowserContext], demo: Demo) -> None:
    page = contexts().new_page()
    page.goto(demo.platform)
    camera = page.locator(".camera").filter(has_text=SERIAL)
    camera.get_by_text("Live addresses").click()

    def becomes(name: str, value: Any) -> bool:
        return until(lambda: demo.state(SERIAL)[name] == value)

    camera.get_by_label("encrypted").check()
    assert becomes("encrypted", value=True)
    camera.get_by_label("cut off after").fill("60")
    camera.get_by_label("cut off after").press("Enter")
    assert becomes("live_cut", 60)
    demo.change(SERIAL, encrypted=False, live_cut=0)
    expect(camera.get_by_label("encrypted")).not_to_be_checked()
    camera.get_by_label("cut off after").blur()
    expect(camera.get_by_label("cut off after")).to_have_value("0")
    camera.get_by_text("End all addresses").click()
    with page.expect_request(lambda request: request.post_data == '{"kill_live":true}'):
        camera.get_by_text("End all addresses").click()
    page.close()
