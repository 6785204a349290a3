"""Prints what the parts of Home Assistant that the demo uses need from PyPI.

Home Assistant would install the same at its first start, one part after the other.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import homeassistant
from homeassistant.bootstrap import CORE_INTEGRATIONS, DEFAULT_INTEGRATIONS

from .state import COMPONENTS, INTEGRATION, REPLACED, WEBRTC

BUILT_IN = Path(homeassistant.__file__).parent / "components"


def manifest(domain: str) -> dict[str, Any]:
    """Return the manifest of a domain; a base platform of older versions may have none."""
    folder = INTEGRATION if domain == INTEGRATION.name else BUILT_IN / domain
    try:
        content: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    except FileNotFoundError:
        return {}
    return content


def requirements() -> list[str]:
    """Return the requirements of everything the demo loads, dependencies included."""
    waiting = {*CORE_INTEGRATIONS, *DEFAULT_INTEGRATIONS, *COMPONENTS, *WEBRTC, INTEGRATION.name}
    seen: set[str] = set()
    found: set[str] = set()
    while waiting:
        domain = waiting.pop()
        seen.add(domain)
        content = manifest(domain)
        found.update(content.get("requirements", []))
        waiting.update(set(content.get("dependencies", [])) - seen)
    return sorted(line for line in found if not line.startswith(REPLACED))


if __name__ == "__main__":
    print("\n".join(requirements()))
