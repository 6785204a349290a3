"""What the tests of live pictures see: frames that were shown, and what the card said meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
import time
from typing import Any

from page import TAG, CardPage, until

STILL = 5.0  # seconds after which no picture may be called live
LATE = 1.0  # seconds that this machine may be late with a look
# How much a frame differs from the one before, at least, while the camera moves: then it is 10 and
# more, and 0.5 at most while it rests (people walk by).
MOTION = 1.5

# Notes each frame that is shown (when, its place in the picture's time, how much it differs from
# the one before, and whether it came by WebRTC), and twenty times a second what the badge says.
NOTE_FRAMES = """
(() => {
  if (window !== window.top) return;
  const seen = new WeakSet();
  const small = new OffscreenCanvas(64, 36).getContext("2d", { willReadFrequently: true });
  const noted = { frames: [], badges: [], peers: [], cardAt: 0 };
  window.noted = noted;
  const now = () => Date.now() / 1000;

  const Peer = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Peer {
    constructor(...options) {
      super(...options);
      noted.peers.push(this);
    }
  };

  const within = (root, selector, found = []) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.matches(selector)) found.push(element);
      if (element.shadowRoot) within(element.shadowRoot, selector, found);
    }
    return found;
  };

  const follow = (video) => {
    seen.add(video);
    let before;
    const note = (_, { mediaTime }) => {
      small.drawImage(video, 0, 0, 64, 36);
      const { data } = small.getImageData(0, 0, 64, 36);
      let sum = 0;
      if (before) for (let i = 1; i < data.length; i += 4) sum += Math.abs(data[i] - before[i]);
      before = data;
      noted.frames.push([now(), mediaTime, sum / (64 * 36), Boolean(video.srcObject)]);
      video.requestVideoFrameCallback(note);
    };
    video.requestVideoFrameCallback(note);
  };

  let card;
  const look = () => {
    card = card?.isConnected ? card : within(document, "TAG")[0];
    if (!card?.shadowRoot?.querySelector("INSIDE")) return;
    noted.cardAt ||= now();
    for (const video of within(card.shadowRoot, "video")) if (!seen.has(video)) follow(video);
    const badge = card.shadowRoot.querySelector(".badge");
    if (!badge) return;
    noted.badges.push([now(), badge.hidden ? "" : badge.className.replace("badge ", "")]);
  };
  setInterval(look, 50);
})();
"""

# Of the sound that has come by WebRTC so far: samples that were made up, all, and their energy.
SOUND = """
async () => {
  let heard = { samples: 0, concealed: 0, energy: 0 };
  for (const peer of window.noted.peers)
    if (peer.connectionState === "connected")
      for (const report of (await peer.getStats()).values())
        if (report.type === "inbound-rtp" && report.kind === "audio")
          heard = {
            samples: report.totalSamplesReceived ?? 0,
            concealed: report.silentConcealedSamples ?? 0,
            energy: report.totalAudioEnergy ?? 0,
          };
  return heard;
}
"""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame that was shown."""

    at: float  # seconds since the epoch
    media: float  # its place in the picture's own time, in seconds
    change: float  # from the frame before, 0 to 255
    webrtc: bool


class LivePage(CardPage):
    """A page with one card that shows live."""

    tag, inside = TAG, ".stage"

    def open(self, *, cards: bool = True) -> None:
        """Open the dashboard; the card is there at `card_at`."""
        script = NOTE_FRAMES.replace("TAG", self.tag).replace("INSIDE", self.inside)
        self.page.add_init_script(script)
        self.forget()
        super().open_dashboard()
        self.page.locator(f"{self.tag} {self.inside}").first.wait_for()

    @property
    def card_at(self) -> float:
        """When the card was there, in seconds since the epoch."""
        return float(self.page.evaluate("window.noted.cardAt"))

    def frames(self, since: float = 0) -> list[Frame]:
        """Return the frames that were shown since then."""
        noted = self.page.evaluate(
            "since => window.noted.frames.filter(([at]) => at >= since)", since
        )
        return [Frame(*frame) for frame in noted]

    def badges(self, since: float = 0) -> list[tuple[float, str]]:
        """Return what the badge said at the looks since then."""
        noted = self.page.evaluate(
            "since => window.noted.badges.filter(([at]) => at >= since)", since
        )
        return [(at, badge) for at, badge in noted]

    def wait_for_frame(self, since: float = 0, seconds: float = 20) -> Frame:
        """Return the first frame since then."""
        frames = until(lambda: self.frames(since), seconds)
        assert frames, f"no frame in {seconds} s; the card says {self.words}"
        return frames[0]

    def wait_for_rest(self, seconds: float = 20) -> None:
        """Wait until the picture moves, but its camera does not."""
        assert until(self._is_at_rest, seconds), "the picture does not come to rest"

    def _is_at_rest(self) -> bool:
        frames = self.frames(time.time() - 0.8)
        return len(frames) > 4 and all(frame.change < MOTION for frame in frames)

    def wait_until_live(self, seconds: float = 30) -> None:
        """Wait until the picture moves, at its pace, and is called live."""
        assert until(self.is_live, seconds), f"not live after {seconds} s: {self.words}"

    def is_live(self) -> bool:
        """Tell whether the picture has moved at its pace for a second, and is called live."""
        now = time.time()
        frames = self.frames(now - 1.5)
        badges = self.badges(now - 1)
        return (
            len(frames) > 5
            and bool(badges)
            and badges[-1][1] == "live"
            and 0.7 < pace(frames) < 1.4
        )

    @property
    def words(self) -> str:
        """What the card says of its picture."""
        said = self.element.evaluate(
            """card => [".badge", ".why", ".nothing"].map(selector => {
                const element = card.shadowRoot.querySelector(selector);
                return element.hidden ? "" : element.textContent.trim();
            }).filter(Boolean).join(" / ")"""
        )
        return str(said)

    @property
    def why(self) -> str:
        """The sentence about what is in the way, if there is one."""
        why = self.find(".why")
        return (why.text_content() or "") if why.is_visible() else ""

    def never_called_live_what_stood_still(self, since: float) -> None:
        """Look back: with every look that said live there was a frame not long ago."""
        frames = [frame.at for frame in self.frames()]
        for at, badge in self.badges(since):
            newest = max((shown for shown in frames if shown <= at), default=0)
            if badge == "live":
                assert at - newest < STILL + LATE, f"{at - newest:.1f} s old, and called live"

    def longest_gap(self, since: float) -> float:
        """Return the longest time without a frame since then, in seconds."""
        times = [since, *(frame.at for frame in self.frames(since)), time.time()]
        return max(later - earlier for earlier, later in pairwise(times))

    def sound(self) -> dict[str, float]:
        """Return how much sound has been decoded."""
        heard: dict[str, Any] = self.page.evaluate(SOUND)
        return heard

    def calls(self, *endpoints: str) -> list[dict[str, Any]]:
        """Return what the camera was asked since the page was opened: all, or these endpoints."""
        state = self.demo.state(self.serial)
        count = state["call_count"] - self._calls_before
        calls = state["calls"][-count:] if count else []
        return [call for call in calls if not endpoints or call["endpoint"] in endpoints]


class HandMadePage(LivePage):
    """A page with a card of Home Assistant's own."""

    tag, inside = "hui-picture-entity-card", "ha-card"


def seconds_to_motion(live: LivePage, press: Callable[[], Callable[[], None]]) -> float:
    """Press something that moves the camera, and return how long it takes until that is seen.

    `press` returns what lets it go.
    """
    live.wait_for_rest()
    let_go = press()
    pressed = live.pressed
    moved = until(
        lambda: [frame for frame in live.frames(pressed) if frame.change > MOTION], seconds=10
    )
    let_go()
    assert moved, f"nothing moved: {[round(f.change, 1) for f in live.frames(pressed)]}"
    return moved[0].at - pressed


def pace(frames: list[Frame]) -> float:
    """Return how fast the picture's own time goes: 1 is right."""
    first, last = frames[0], frames[-1]
    return (last.media - first.media) / (last.at - first.at) if last.at > first.at else 0
