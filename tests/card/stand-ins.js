import { HoldToMove } from "../../custom_components/sodalife/www/hold-to-move.js";

// What the modules need of the world, in the hands of a test.

/** A clock that a test moves. */
export class TestClock {
  #time = 1_000_000;
  /** @type {Map<number, { callback: () => void, ms: number, next: number }>} */
  #timers = new Map();
  #count = 0;

  now = () => this.#time;

  setInterval = (/** @type {() => void} */ callback, /** @type {number} */ ms) => {
    this.#timers.set(++this.#count, { callback, ms, next: this.#time + ms });
    return this.#count;
  };

  clearInterval = (/** @type {number | undefined} */ timer) => {
    this.#timers.delete(Number(timer));
  };

  get running() {
    return this.#timers.size;
  }

  /** @param {number} ms */
  async pass(ms) {
    const end = this.#time + ms;
    for (;;) {
      const due = [...this.#timers.values()].filter(({ next }) => next <= end);
      if (!due.length) break;
      const timer = due.reduce((first, other) => (other.next < first.next ? other : first));
      this.#time = timer.next;
      timer.next += timer.ms;
      timer.callback();
      await settled();
    }
    this.#time = end;
    await settled();
  }
}

/** Let everything that waits for nothing but its turn have it. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A camera that answers when the test says so. */
export class TestCamera {
  /** @type {{ service: string, data: any, answer: (worked: boolean) => void, reports: () => boolean }[]} */
  calls = [];
  /** @type {number | null} */ wait = 0;

  act = (/** @type {string} */ service, /** @type {object} */ data, report = () => true) =>
    new Promise((/** @type {(worked: boolean) => void} */ resolve) => {
      this.calls.push({ service, data, answer: resolve, reports: report });
    });

  turn = async () => this.wait;

  get services() {
    return this.calls.map(({ service }) => service);
  }

  get last() {
    return this.calls[this.calls.length - 1];
  }
}

const ATTRIBUTES = { friendly_name: "Yard", supported_features: 2, entity_picture: "/api/camera?token=1" };

/**
 * A Home Assistant with one camera of ours.
 * @param {{ state?: string, attributes?: object, platform?: string, newest?: string, language?: string }} about
 * @returns {any}
 */
export function testHass({ state = "idle", attributes = {}, platform = "sodalife", ...about } = {}) {
  const of = (/** @type {string} */ entity_id, /** @type {string} */ translation_key) => ({
    entity_id,
    translation_key,
    platform,
    device_id: "device",
  });
  return {
    locale: { language: about.language ?? "en" },
    config: { components: ["stream"] },
    entities: {
      "camera.yard": of("camera.yard", "camera"),
      "image.yard": of("image.yard", "last_capture"),
      "sensor.yard": of("sensor.yard", "last_error"),
      "light.yard": { ...of("light.yard", "lamp"), platform: "other" },
      "camera.elsewhere": { ...of("camera.elsewhere", "camera"), device_id: "another" },
    },
    states: {
      "camera.yard": { entity_id: "camera.yard", state, attributes: { ...ATTRIBUTES, ...attributes } },
      "image.yard": {
        state: about.newest ?? "unknown",
        attributes: { entity_picture: "/api/image?token=2" },
      },
    },
  };
}

/** @param {number | null} [wait] seconds until the camera's turn comes */
export function begin(wait = 0) {
  const camera = new TestCamera();
  camera.wait = wait;
  const clock = new TestClock();
  /** @type {string[]} */
  const told = [];
  let changes = 0;
  const move = new HoldToMove(
    camera,
    (what, hold) => {
      changes++;
      if (what) told.push(`${what} ${hold?.command}${hold?.waited ? " late" : ""}`);
    },
    clock,
  );
  return { camera, clock, move, told, changes: () => changes };
}

/** A button is held, and the camera moves. */
export async function holding(command = "left") {
  const { camera, clock, move, ...rest } = begin();
  move.press(command);
  camera.last.answer(true);
  await settled();
  return { camera, clock, move, ...rest };
}
