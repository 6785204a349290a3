"""The form for the cameras' serials, as frontends show it."""

from __future__ import annotations

from page import CardPage
from playwright.sync_api import Route, expect

# As the flow describes it, which test_config_flow.py holds. There is one application at the
# platform and it is set up, so that no flow gets that far here.
STEP = {
    "type": "form",
    "flow_id": "a-flow",
    "handler": "sodalife",
    "step_id": "cameras",
    "data_schema": [
        {
            "name": "device_serials",
            "optional": True,
            "default": [],
            "description": {"suggested_value": [""]},
            "selector": {"text": {"multiple": True, "multiline": False}},
        }
    ],
    "errors": {},
    "description_placeholders": {"serial": ""},
    "last_step": True,
    "preview": None,
}


def test_there_is_a_field_for_the_first_serial(card: CardPage) -> None:
    page = card.page

    def answer(route: Route) -> None:
        route.fulfill(json=STEP)

    page.route("**/api/config/config_entries/flow", answer)
    page.route("**/api/config/config_entries/flow/a-flow", answer)
    page.goto(f"{card.demo.url}/config/integrations/dashboard/add?domain=sodalife")
    page.get_by_role("button", name="OK").click()
    dialog = page.locator("dialog-data-entry-flow")
    expect(dialog.get_by_text("each in a field of its own")).to_be_visible()
    field = dialog.locator("input")
    expect(field).to_be_visible()
    field.fill("DEMO0004")
    expect(field).to_have_value("DEMO0004")
