"""Makes the pictures of the documentation: script/screenshots."""

from __future__ import annotations

from typing import Any

import chromium
from demo_home import ROOT, Demo, running_demo
from page import CAMERA, DASHBOARD, HASS, PLACE, TAG, make_dashboard, wait_for_hass
from playwright.sync_api import Browser, Page, expect, sync_playwright

FOLDER = ROOT / "docs" / "images"
DESKTOP = {"viewport": {"width": 1440, "height": 1000}}
PHONE = {"viewport": {"width": 412, "height": 892}, "device_scale_factor": 1.5, "has_touch": True}
SIDEWAYS = {**PHONE, "viewport": {"width": 844, "height": 390}}
# By the language of the demo and of the browser.
PICTURES: dict[str, dict[str, dict[str, Any]]] = {
    "en": {
        "dashboard": {**DESKTOP, "color_scheme": "light"},
        "dashboard-dark": {**DESKTOP, "color_scheme": "dark"},
        "phone": {**PHONE, "color_scheme": "light"},
        "full-screen": {**SIDEWAYS, "color_scheme": "light"},
        "tiles": {"viewport": {"width": 1800, "height": 1160}, "color_scheme": "dark"},
    },
    "zh-Hans": {
        "dashboard.zh-Hans": {**DESKTOP, "color_scheme": "light"},
        "phone.zh-Hans": {**PHONE, "color_scheme": "light"},
    },
}
LIVE = {"en": "Live", "zh-Hans": "直播"}
LOCALES = {"en": "en-GB", "zh-Hans": "zh-CN"}
WALL = [
    ("Gate", "Yard", "Garage", "Garden"),
    ("Shop", "Till", "Store", "Corridor"),
    ("Office", "Kitchen", "Attic", "Cellar"),
    ("Street", "Roof", "Stairs", "Pool"),
]


def wall_of_tiles() -> dict[str, Any]:
    """Return a view of sixteen cameras; the demo has two that can be reached."""
    sections = [
        {
            "type": "grid",
            "cards": [
                {
                    "type": f"custom:{TAG}",
                    "entity": f"camera.demo000{1 + (row + column) % 2}",
                    "name": name,
                    "show_controls": False,
                }
                for row, name in enumerate(names)
            ],
        }
        for column, names in enumerate(WALL)
    ]
    return {"type": "sections", "max_columns": 4, "sections": sections}


def show(page: Page, demo: Demo, name: str, language: str) -> None:
    """Open what the picture is to show, and wait until it is there."""
    page.goto(f"{demo.url}/{DASHBOARD}")
    wait_for_hass(page)
    if name == "tiles":
        make_dashboard(page, "Cameras")
        page.evaluate(
            f"""config => {HASS}.callWS(
                {{type: "lovelace/config/save", url_path: "{PLACE}", config}})""",
            {"views": [wall_of_tiles()]},
        )
        page.goto(f"{demo.url}/{PLACE}/0")
        expect(page.locator(f"{TAG} .still img")).to_have_count(16, timeout=60_000)
        return
    card = page.locator(TAG).first
    page.evaluate(
        f"""() => {HASS}.callService("sodalife", "capture", {{}}, {{entity_id: "{CAMERA}"}})"""
    )
    expect(card.locator(".badge")).to_have_text(LIVE[language], timeout=60_000)
    if name.startswith("dashboard"):
        page.locator(TAG).nth(1).locator(".still img").wait_for()
    card.locator(".phrases button").first.wait_for()
    page.wait_for_timeout(3000)
    if name.startswith("phone"):  # the card rather than the greeting above it
        page.locator("hui-grid-section, hui-section").first.evaluate(
            "section => window.scrollTo(0, section.getBoundingClientRect().top - 64)"
        )
    if name == "full-screen":
        card.locator(".stage").click()
        card.locator(".pad").wait_for()


def take(browser: Browser, demo: Demo, name: str, language: str, about: dict[str, Any]) -> None:
    """Take one picture."""
    context = browser.new_context(**about, locale=LOCALES[language])
    page = context.new_page()
    show(page, demo, name, language)
    page.wait_for_timeout(1500)
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    print(path.relative_to(ROOT), f"{path.stat().st_size // 1024} KB")  # noqa: T201
    chromium.close(context)


def main() -> None:
    """Take all pictures, of one demo for each language."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for language, pictures in PICTURES.items():
        with running_demo("--language", language) as demo, sync_playwright() as playwright:
            browser = chromium.start(playwright.chromium)
            for name, about in pictures.items():
                take(browser, demo, name, language, about)
            browser.close()


if __name__ == "__main__":
    main()
