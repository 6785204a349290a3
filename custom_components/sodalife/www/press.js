/** Who holds a button: a pointer, a key, or a screen reader that can only press. */

/** @type {Record<string, string>} */
const KEYS = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
  "+": "zoom_in",
  "=": "zoom_in", // the plus of many keyboards, without Shift
  "-": "zoom_out",
};

/** Turns what pointers and keys do to buttons into moves. */
export class Presses {
  /** @type {number | string | null} a pointer's id or a key's code */ #holder = null;
  /** @type {number | string | null} */ #lastHolder = null;
  /** @type {Listener[]} */ #outside;

  /**
   * @param {HoldToMove} move
   * @param {ShadowRoot} area in which keys count
   * @param {HTMLButtonElement[]} buttons each with the command that it gives
   */
  constructor(move, area, buttons) {
    this.move = move;
    this.area = area;
    this.buttons = new Map(buttons.map((button) => [button.dataset.command, button]));
    for (const button of buttons) this.#listenTo(button);
    area.addEventListener("keydown", (event) => this.#keyDown(/** @type {KeyboardEvent} */ (event)));
    area.addEventListener("focusout", (event) => this.#focusOut(/** @type {FocusEvent} */ (event)));
    this.#outside = this.#fromOutside();
  }

  connect() {
    for (const [target, type, listener] of this.#outside) target.addEventListener(type, listener, true);
  }

  disconnect() {
    for (const [target, type, listener] of this.#outside) target.removeEventListener(type, listener, true);
    this.move.cancel();
  }

  /** Wherever a pointer is let go and whatever takes the page away: nothing moves on.
   * @returns {Listener[]}
   */
  #fromOutside() {
    const cancel = () => this.#letGo("cancel");
    return [
      [window, "pointerup", (event) => this.#letGo("release", event.pointerId)],
      [window, "pointercancel", (event) => this.#letGo("cancel", event.pointerId)],
      [window, "keyup", (event) => this.#letGo("release", event.code)],
      [window, "keydown", (event) => this.#escape(event)],
      // Not where only the focus moves on: a press takes it away from where it was.
      [window, "blur", ({ target }) => target === window && cancel()],
      [window, "pagehide", cancel],
      [document, "visibilitychange", () => document.hidden && cancel()],
    ];
  }

  /** @param {HTMLButtonElement} button */
  #listenTo(button) {
    const { command = "" } = button.dataset;
    if (command === "stop") {
      button.addEventListener("click", () => this.move.stop());
      return;
    }
    button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || button.disabled) return;
      // A finger that slides off has let go: by itself, a touch would stay with its first button.
      if (button.hasPointerCapture(event.pointerId)) button.releasePointerCapture(event.pointerId);
      this.#press(command, event.pointerId);
    });
    button.addEventListener("pointerleave", (event) => this.#letGo("cancel", event.pointerId));
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    button.addEventListener("click", (event) => {
      // Not made by a pointer: a screen reader's way to press.
      const { detail, pointerId } = /** @type {PointerEvent} */ (event);
      if (detail === 0 && pointerId !== this.#lastHolder) this.move.tap(command);
    });
  }

  /** @param {KeyboardEvent} event */
  #keyDown(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.altKey || event.metaKey || target.localName === "input") return;
    const pressed = [" ", "Enter"].includes(event.key);
    const command = pressed ? target.dataset?.command : KEYS[event.key];
    const button = this.buttons.get(command);
    if (!command || !button || !isUsable(button)) return;
    event.preventDefault();
    if (event.repeat) return;
    if (command === "stop") this.move.stop();
    else this.#press(command, event.code);
  }

  /** @param {FocusEvent} event */
  #focusOut({ relatedTarget }) {
    // Not when the focus moves on within the card, or a pointer holds a button.
    const within = this.area.contains(/** @type {Node | null} */ (relatedTarget));
    if (typeof this.#holder === "string" && !within) this.#letGo("cancel");
  }

  /**
   * Wherever the focus is and whatever is shown: Escape stops what is held, and does no more.
   * @param {KeyboardEvent} event
   */
  #escape(event) {
    if (event.key !== "Escape" || !this.move.held) return;
    event.preventDefault();
    event.stopPropagation();
    this.move.stop();
  }

  /**
   * @param {string} command
   * @param {number | string} holder
   */
  #press(command, holder) {
    if (this.move.press(command)) this.#holder = holder;
  }

  /**
   * `holder` says who let go; without it, whoever it was has to.
   * @param {"release" | "cancel"} how
   */
  #letGo(how, holder = this.#holder) {
    if (this.#holder === null || holder !== this.#holder) return;
    this.#lastHolder = this.#holder;
    this.#holder = null;
    this.move[how]();
  }
}

/** @param {HTMLButtonElement} button */
function isUsable(button) {
  return !button.disabled && !button.classList.contains("gone") && button.closest("[hidden]") === null;
}
