/** Who holds the button to talk: a pointer, the space bar, or somebody who can only press. */

const FAR = 32; // pixels beside the button at which a pointer has slid off

/** Turns what pointers and keys do to a button into a message, or none. */
export class TalkPress {
  /** @type {number | string | null} a pointer's id, a key, or that it was clicked */ #holder = null;
  /** @type {Listener[]} while somebody holds it */ #outside;

  /**
   * @param {HTMLButtonElement} button
   * @param {import("./hold-to-talk.js").HoldToTalk} talk
   */
  constructor(button, talk) {
    this.button = button;
    this.talk = talk;
    button.addEventListener("pointerdown", (event) => this.#down(event));
    button.addEventListener("pointermove", (event) => this.#moved(event));
    button.addEventListener("pointerup", ({ pointerId }) => this.#end("release", pointerId));
    button.addEventListener("lostpointercapture", ({ pointerId }) => this.#end("discard", pointerId));
    button.addEventListener("keydown", (event) => this.#key(event));
    button.addEventListener("keyup", (event) => this.#keyUp(event));
    button.addEventListener("blur", () => this.#end("discard", " ")); // the keyup comes elsewhere
    button.addEventListener("click", (event) => this.#click(event));
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    const discard = () => this.#end("discard");
    this.#outside = [
      [window, "keydown", (event) => this.#escape(event)],
      // Not where only the focus moves on: a press takes it away from where it was.
      [window, "blur", ({ target }) => target === window && discard()],
      [window, "pagehide", discard],
      [document, "visibilitychange", () => document.hidden && discard()],
    ];
  }

  /** It is over, by itself or because somebody ended it. */
  ended() {
    this.#holder = null;
    for (const [target, type, listener] of this.#outside) target.removeEventListener(type, listener, true);
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button !== 0) return;
    this.button.setPointerCapture(event.pointerId);
    this.#begin(event.pointerId);
  }

  /** @param {PointerEvent} event */
  #moved({ clientX: x, clientY: y, pointerId }) {
    const { left, right, top, bottom } = this.button.getBoundingClientRect();
    const off = Math.max(left - x, x - right, top - y, y - bottom);
    if (off > FAR) this.#end("discard", pointerId);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Enter" && event.repeat) event.preventDefault(); // each would be a click
    if (event.key !== " ") return;
    event.preventDefault(); // or it is a click as well
    event.stopPropagation();
    if (!event.repeat) this.#begin(" ");
  }

  /** @param {KeyboardEvent} event */
  #keyUp(event) {
    if (event.key !== " ") return;
    event.preventDefault();
    this.#end("release", " ");
  }

  /**
   * Not made by a pointer: Enter, or a screen reader's way to press. The second one sends it.
   * @param {MouseEvent} event
   */
  #click({ detail }) {
    if (detail !== 0) return;
    if (this.#holder === "click") this.#end("release");
    else this.#begin("click");
  }

  /**
   * Wherever the focus is and whatever is shown: Escape discards what is spoken, and does no more.
   * @param {KeyboardEvent} event
   */
  #escape(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.#end("discard");
  }

  /** @param {number | string} holder */
  #begin(holder) {
    if (this.#holder !== null) return;
    this.#holder = holder;
    for (const [target, type, listener] of this.#outside) target.addEventListener(type, listener, true);
    this.talk.press();
  }

  /**
   * `holder` says who let go; without it, whoever it was has to.
   * @param {"release" | "discard"} how
   */
  #end(how, holder = this.#holder) {
    if (this.#holder === null || holder !== this.#holder) return;
    this.ended();
    this.talk[how]();
  }
}
