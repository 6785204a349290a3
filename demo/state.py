"""The demo's folder: what Home Assistant finds there before its first start."""

from __future__ import annotations

from array import array
import json
import math
from pathlib import Path
import shutil
import sys
import wave

import homeassistant

from .options import ROOT

INTEGRATION = ROOT / "custom_components" / "sodalife"
VOICE = ROOT / "demo" / "espeak"  # an integration of the demo's own
HOST = "127.0.0.1"

# Parts of Home Assistant beyond those that it always loads.
COMPONENTS = ("config", "diagnostics", "history", "logbook", "media_source", "stream", "tts")

# Parts for live pictures by WebRTC. Without ICE servers nobody outside is asked for anything.
WEBRTC = ("go2rtc", "web_rtc")
WEBRTC_YAML = """\
go2rtc:
  url: {go2rtc}
web_rtc:
  ice_servers: []
"""

# Packages with no wheel for every Python, which Home Assistant gets from stand_ins/ instead.
STAND_INS = ROOT / "demo" / "stand_ins"
REPLACED = ("pymicro-vad", "pyspeex-noise")

CONFIGURATION = """\
# Written by script/demo at every start.
homeassistant:
  name: SodaLife demo
  latitude: 31.23
  longitude: 121.47
  elevation: 4
  country: CN
  currency: CNY
  language: {language}
  time_zone: Asia/Shanghai
  unit_system: metric
  internal_url: {url}
  allowlist_external_dirs: [{media}]
  media_dirs: {{local: {media}}}
  auth_providers:
    - type: trusted_networks
      trusted_networks: [{host}/32]
      allow_bypass_login: true
    - type: homeassistant
automation: !include automations.yaml
recorder:
  purge_keep_days: 1
logger:
  default: warning
  logs:
    custom_components.sodalife: info
"""

# Where Home Assistant keeps its HTTP settings in its storage: newer versions have this module.
HTTP_STORE = Path(homeassistant.__file__).parent / "components" / "http" / "config.py"

HTTP_YAML = """\
http:
  server_host: {host}
  server_port: {port}
"""


class State:
    """The folder of one Home Assistant generation.

    There is one folder per Python version: an older Home Assistant cannot read what a newer one
    stored.
    """

    def __init__(self, parent: Path = ROOT / ".demo") -> None:
        version = "{}.{}".format(*sys.version_info)
        self.folder = parent.resolve() / version
        self.config = self.folder / "config"
        self.media = self.folder / "media"
        self.storage = self.config / ".storage"
        self._notes = self.folder / "demo.json"

    def delete(self) -> None:
        """Forget everything."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def prepare(self, port: int, language: str, go2rtc: str | None, more: str = "") -> None:
        """Write what Home Assistant needs before it starts on this port.

        `go2rtc` is the address of its API, if there is one; `more` is added to the configuration.
        """
        self.storage.mkdir(parents=True, exist_ok=True)
        self._link_integrations()
        self._write_configuration(port, language, go2rtc, more)
        self._write_onboarding()
        self._write_sounds()

    def notes(self) -> dict[str, str]:
        """Return what the demo noted in an earlier run."""
        try:
            notes: dict[str, str] = json.loads(self._notes.read_text())
        except FileNotFoundError:
            return {}
        return notes

    def note(self, notes: dict[str, str]) -> None:
        """Keep notes for the next run."""
        self._notes.write_text(json.dumps(notes))

    def _link_integrations(self) -> None:
        for integration in (INTEGRATION, VOICE):
            link = self.config / "custom_components" / integration.name
            link.parent.mkdir(exist_ok=True)
            if not link.is_symlink():
                link.symlink_to(integration)

    def _write_configuration(self, port: int, language: str, go2rtc: str | None, more: str) -> None:
        text = CONFIGURATION.format(
            host=HOST, media=self.media, url=f"http://{HOST}:{port}", language=language
        )
        text += "".join(f"{component}:\n" for component in COMPONENTS)
        if go2rtc:
            text += WEBRTC_YAML.format(go2rtc=go2rtc)
        if HTTP_STORE.exists():
            self._write_http(port)
        else:
            text += HTTP_YAML.format(host=HOST, port=port)
        (self.config / "configuration.yaml").write_text(text + more)
        (self.config / "automations.yaml").touch()  # the editor's

    def _write_http(self, port: int) -> None:
        # From YAML it would be taken on trial only, and be 0.0.0.0:8123 again after five minutes.
        stable = {
            "server_host": [HOST],
            "server_port": port,
            "cors_allowed_origins": [],
            "login_attempts_threshold": -1,
            "ip_ban_enabled": True,
            "ssl_profile": "modern",
            "use_x_frame_options": True,
            "created_at": "2026-01-01T00:00:00+00:00",
            "error": None,
            "error_message": None,
        }
        data = {"stable": stable, "pending": None, "yaml_migration_done": True}
        self._store("http", 2, 2, data)

    def _write_onboarding(self) -> None:
        # Without its step core_config, which would set up services on the internet.
        if not (self.storage / "onboarding").exists():
            self._store("onboarding", 4, 1, {"done": ["core_config", "analytics", "integration"]})

    def _store(self, key: str, version: int, minor_version: int, data: object) -> None:
        content = {"version": version, "minor_version": minor_version, "key": key, "data": data}
        (self.storage / key).write_text(json.dumps(content))

    def _write_sounds(self) -> None:
        self.media.mkdir(exist_ok=True)
        write_sound(self.media / "chime.wav", [660, 550, 440])
        write_sound(self.media / "doorbell.wav", [880, 698])


def write_sound(path: Path, tones: list[int], seconds: float = 0.6, rate: int = 16000) -> None:
    """Write tones (Hz) that fade away, one after the other, as a mono WAV file."""
    count = int(seconds * rate)
    samples = array(
        "h",
        (
            int(20000 * math.exp(-4 * i / count) * math.sin(math.tau * tone * i / rate))
            for tone in tones
            for i in range(count)
        ),
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
