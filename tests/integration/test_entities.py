"""All entities of a camera, as one table."""

from __future__ import annotations

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from tests.integration.common import SERIAL, SetUp

# platform, key, enabled at first, category, device class
ENTITIES = """
binary_sensor online        on  diagnostic  connectivity
button        capture       on  -           -
button        down          off -           -
button        down_left     off -           -
button        down_right    off -           -
button        focus_far     on  -           -
button        focus_near    on  -           -
button        home          off -           -
button        left          off -           -
button        ptz_stop      on  -           -
button        right         off -           -
button        up            off -           -
button        up_left       off -           -
button        up_right      off -           -
button        zoom_in       on  -           -
button        zoom_out      on  -           -
camera        camera        on  -           -
image         last_capture  on  -           -
media_player  speaker       on  -           speaker
notify        speaker       on  -           -
sensor        calls_today   off diagnostic  -
sensor        last_error    on  diagnostic  enum
sensor        photos_today  off diagnostic  -
"""


async def test_what_a_camera_has(
    hass: HomeAssistant, set_up: SetUp, entity_registry: er.EntityRegistry
) -> None:
    entry = await set_up()
    rows = sorted(
        f"{entity.domain:14}{entity.unique_id.removeprefix(f'{SERIAL}_'):14}"
        f"{'off' if entity.disabled_by else 'on':4}{entity.entity_category or '-':11} "
        f"{entity.original_device_class or '-'}"
        for entity in er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    )
    assert rows == ENTITIES.strip().splitlines()
