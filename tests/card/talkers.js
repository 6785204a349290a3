import { HoldToTalk } from "../../custom_components/sodalife/www/hold-to-talk.js";
import { settled, TestClock } from "./stand-ins.js";

// Somebody who talks, with a microphone and a camera in the hands of a test.

export const CLIP = new ArrayBuffer(8);

/** A microphone that opens, and a camera that answers, when the test says so. */
export function begin() {
  const clock = new TestClock();
  const opens =
    /** @type {{ answer: (recording: any) => void, refuse: (error: any) => void, signal: AbortSignal }[]} */ ([]);
  const sends =
    /** @type {{ clip: ArrayBuffer, to: string, step: (step: any) => void, fail: (error: any) => void }[]} */ ([]);
  const told = /** @type {string[]} */ ([]);
  const open = (/** @type {AbortSignal} */ signal) =>
    /** @type {Promise<any>} */ (
      new Promise((resolve, reject) => opens.push({ answer: resolve, refuse: reject, signal }))
    );
  let camera = "yard";
  async function* send(/** @type {ArrayBuffer} */ clip, /** @type {string} */ to) {
    for (;;) {
      const step = await new Promise((resolve, reject) =>
        sends.push({ clip, to, step: resolve, fail: reject }),
      );
      yield /** @type {any} */ (step);
      if (step.state === "accepted") return;
    }
  }
  const talk = new HoldToTalk(
    open,
    () => {
      const to = camera;
      return (clip) => send(clip, to);
    },
    (what) => {
      const { key = "", values, note, error, isBad } = what ?? {};
      const failed = /** @type {any} */ (error)?.message;
      const words = [note, key, values?.seconds, failed, isBad && "bad"].filter(Boolean).join(" ");
      if (words) told.push(words);
    },
    clock,
  );
  const turnTo = (/** @type {string} */ other) => void (camera = other);
  return { clock, opens, sends, talk, told, turnTo };
}

/** @param {ArrayBuffer | null} clip what was spoken */
export function recording(clip = CLIP) {
  return {
    level: 0.5,
    dropped: 0,
    stopped: 0,
    stop: async () => clip,
    drop() {
      this.dropped++;
    },
  };
}

/** Somebody has held the button for so long. */
export async function spoken(ms = 2000, clip = /** @type {ArrayBuffer | null} */ (CLIP)) {
  const world = begin();
  const made = recording(clip);
  world.talk.press();
  world.opens[0].answer(made);
  await settled();
  await world.clock.pass(ms);
  return { ...world, made };
}
