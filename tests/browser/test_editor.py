"""Adding the card from the card picker and changing it in the visual editor."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from page import CAMERA, HASS, PLACE, TAG, CardPage, until
from playwright.sync_api import Error, Page, expect

type Open = Callable[..., CardPage]

BARE = {"type": f"custom:{TAG}", "entity": CAMERA}


def edit(page: Page) -> None:
    """Open the dashboard's editor."""
    page.goto(f"{page.url.partition('?')[0]}?edit=1")


def save(page: Page) -> None:
    """Save the card in its dialog."""
    dialog = page.locator("hui-dialog-edit-card")
    dialog.get_by_role("button", name="Save").click()
    dialog.locator("ha-form").first.wait_for(state="detached")


def test_editor_changes_the_config(open_card: Open) -> None:
    card = open_card(show_ptz=True, show_lens=True, show_voice=True)
    page = card.page
    edit(page)
    dialog = page.locator("hui-dialog-edit-card")
    card.element.wait_for()
    page.wait_for_timeout(1000)  # the editor builds its view a second time
    page.locator("hui-card-edit-mode .edit, hui-card-edit-mode .control").first.click(force=True)
    expect(dialog.get_by_text("Live picture").first).to_be_visible()
    expect(dialog.locator("sodalife-camera-card .speak")).to_be_visible()

    def are_one_below_the_other() -> bool:
        places = [switch.bounding_box() for switch in dialog.locator("ha-switch").all()]
        lefts = [place["x"] for place in places if place]
        return max(lefts) - min(lefts) < 5

    assert until(are_one_below_the_other), "once the dialog has opened"
    dialog.locator("ha-switch").last.click()
    expect(dialog.locator("sodalife-camera-card .speak")).to_be_hidden()
    save(page)
    assert until(lambda: card.config()["show_voice"] is False)
    assert card.config()["entity"] == CAMERA
    assert card.config()["live"] is False


def test_card_is_added_from_the_picker_and_steers(open_card: Open) -> None:
    card = open_card(empty=True)
    page = card.page
    edit(page)
    page.locator("hui-grid-section .add, hui-section .add").first.click()
    picker = page.locator("hui-dialog-create-card")
    with suppress(Error):  # newer versions begin with entities
        picker.get_by_text("By card").click(timeout=3000)
    found = (
        picker.locator("hui-card-picker .card")
        .filter(has=page.locator("sodalife-camera-card, .preview"))
        .filter(has_text="SodaLife camera")
    )
    found.first.scroll_into_view_if_needed()
    expect(found.first.locator("sodalife-camera-card .pad")).to_be_visible()
    found.first.locator(".overlay").click(force=True)
    page.locator("hui-dialog-edit-card ha-form").first.wait_for()
    save(page)
    assert until(lambda: card.config().get("entity", "").startswith("camera."))
    card.open()
    card.press("up")
    page.wait_for_timeout(1000)
    page.mouse.up()
    card.started_and_stopped("up")


def test_editor_shows_what_holds_where_nothing_is_set(open_card: Open) -> None:
    card = open_card(empty=True)
    save_bare(card)
    page = card.page
    edit(page)
    card.element.wait_for()
    page.wait_for_timeout(1000)
    page.locator("hui-card-edit-mode .edit, hui-card-edit-mode .control").first.click(force=True)
    dialog = page.locator("hui-dialog-edit-card")
    expect(dialog.get_by_text("Live picture").first).to_be_visible()
    switches = dialog.locator("ha-form ha-switch")
    expect(switches).to_have_count(5)
    for switch in switches.all():
        assert switch.evaluate("element => element.checked"), switch
    assert set(card.config()) <= {"type", "entity"}


def save_bare(card: CardPage) -> None:
    """Save a card with nothing but its camera."""
    view = {"type": "sections", "sections": [{"type": "grid", "cards": [BARE]}]}
    card.page.evaluate(
        f"""config => {HASS}.callWS(
            {{type: "lovelace/config/save", url_path: "{PLACE}", config}})""",
        {"views": [view]},
    )
