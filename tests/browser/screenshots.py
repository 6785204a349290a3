"""Makes the pictures of the documentation: script/screenshots."""

from __future__ import annotations

from typing import Any

from demo_home import CHROMIUM_OPTIONS, ROOT, Demo, chromium, running_demo
from page import DASHBOARD, TAG, wait_for_hass
from playwright.sync_api import Browser, expect, sync_playwright

FOLDER = ROOT / "docs" / "images"
DESKTOP = {"viewport": {"width": 1440, "height": 920}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 1.5, "has_touch": True}
PICTURES: dict[str, dict[str, Any]] = {
    "dashboard": {**DESKTOP, "color_scheme": "light"},
    "dashboard-dark": {**DESKTOP, "color_scheme": "dark"},
    "phone": {**PHONE, "color_scheme": "light"},
    "full-screen": {**PHONE, "viewport": {"width": 844, "height": 390}, "color_scheme": "light"},
}


def take(browser: Browser, demo: Demo, name: str, about: dict[str, Any]) -> None:
    """Take one picture, once the first camera is live."""
    context = browser.new_context(**about)
    page = context.new_page()
    page.goto(f"{demo.url}/{DASHBOARD}")
    wait_for_hass(page)
    card = page.locator(TAG).first
    expect(card.locator(".badge")).to_have_text("Live", timeout=60_000)
    card.locator(".still img").wait_for()
    page.wait_for_timeout(3000)
    if "has_touch" in about:  # the card rather than the greeting above it
        page.locator("hui-grid-section, hui-section").first.evaluate(
            "section => window.scrollTo(0, section.getBoundingClientRect().top - 64)"
        )
        page.wait_for_timeout(500)
    if name == "full-screen":
        card.locator(".stage").click()
        card.locator(".pad").wait_for()
        page.wait_for_timeout(1500)
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    print(path.relative_to(ROOT), f"{path.stat().st_size // 1024} KB")  # noqa: T201
    context.close()


def main() -> None:
    """Start the demo and take all pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running_demo() as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_OPTIONS)
        for name, about in PICTURES.items():
            take(browser, demo, name, about)
        browser.close()


if __name__ == "__main__":
    main()
