"""What is done by the card, in Home Assistant's logbook."""

from __future__ import annotations

from page import CardPage, wait_for_hass
from playwright.sync_api import expect


def test_the_logbook_tells_what_was_done_and_by_whom(card: CardPage) -> None:
    card.press("left")
    card.wait_until_moving()
    card.page.mouse.up()
    card.started_and_stopped("left")
    card.page.goto(f"{card.demo.url}/logbook")
    wait_for_hass(card.page)
    lines = card.page.locator("ha-logbook-renderer .entry-container")
    line = lines.filter(has_text="moved (Left)").first
    expect(line).to_contain_text("Shop")
    expect(line).to_contain_text("Demo")  # who is logged in
