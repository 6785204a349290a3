"""What axe-core finds wrong with the card: nothing, in both themes and in all its states."""

from __future__ import annotations

from collections.abc import Callable
import re

from demo_home import ROOT
from page import CAMERA, CardPage
from playwright.sync_api import expect
import pytest

type Open = Callable[..., CardPage]

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"

pytestmark = pytest.mark.skipif(not AXE.exists(), reason="axe-core comes with Node's packages")


def violations(card: CardPage) -> list[str]:
    """Return what axe finds in the card."""
    if not card.page.evaluate("Boolean(window.axe)"):
        card.page.evaluate(AXE.read_text())
    found = card.element.evaluate(
        """async card => {
            const { violations } = await axe.run(card, { resultTypes: ["violations"] });
            return violations.flatMap(({ id, nodes }) =>
                nodes.map(({ target, failureSummary }) => `${id} ${target} ${failureSummary}`));
        }"""
    )
    return [str(one) for one in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.own
def test_nothing_is_wrong_with_the_card(open_card: Open, scheme: str) -> None:
    card = open_card(about={"color_scheme": scheme})
    assert violations(card) == []
    card.find(".stage").click()
    expect(card.find(".body.large")).to_be_visible()
    card.page.wait_for_timeout(1000)
    assert violations(card) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.own
def test_nothing_is_wrong_with_an_offline_tile(open_card: Open, scheme: str) -> None:
    card = open_card(about={"color_scheme": scheme}, show_controls=False)
    card.with_hass(
        f"""states["{CAMERA}"] = {{...states["{CAMERA}"], state: "unavailable"}};
        card.hass = {{...hass, states}};"""
    )
    assert violations(card) == []


@pytest.mark.own
def test_whoever_comes_to_the_picture_hears_how_old_it_is(card: CardPage) -> None:
    card.find(".still img").wait_for()
    expect(card.find(".stage")).to_have_accessible_description(re.compile(r"now|sec\.|min\."))
    card.with_hass(
        f"""states["{CAMERA}"] = {{...states["{CAMERA}"], state: "unavailable"}};
        card.hass = {{...hass, states}};"""
    )
    expect(card.find(".stage")).to_have_accessible_description(re.compile("^Offline"))
