/** The picture, large, with all the controls on it; loaded when somebody opens it. */

import { Gestures } from "./gestures.js";
import { append, find, label } from "./template.js";
import { CSS } from "./full-screen-styles.js";

const STEP = 1.6; // of the buttons that enlarge and reduce
const IDLE = 4000; // milliseconds without a pointer's or a key's doing anything
const DOINGS = ["pointerdown", "pointermove", "keydown"];

/**
 * Shows the card's body over the whole page. It stays where it is in the document: the picture goes
 * on. The way back is Escape, the button, or what the device goes back with.
 */
export class FullScreen {
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #idle;

  /**
   * @param {HTMLElement} body a popover, which can lie over all else
   * @param {import("./stage.js").Stage} stage
   * @param {(open: boolean) => void} changed
   */
  constructor(body, stage, changed) {
    this.body = body;
    this.stage = stage;
    this.changed = changed;
    this.isOpen = false;
    this.gestures = new Gestures(stage.root, find(stage.root, ".view"));
    append(body, `<style>${CSS}</style>`);
    this.buttons = [this.#zoomButton("enlarge", STEP), this.#zoomButton("reduce", 1 / STEP)];
    for (const type of DOINGS) body.addEventListener(type, () => this.isOpen && this.#wake(), true);
    /** @type {Listener[]} */
    this.listeners = [
      [window, "popstate", () => this.#close(false)],
      [document, "keydown", (event) => this.#escape(event)],
      [document, "focusin", (event) => this.#keepFocus(event)],
    ];
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.#open();
  }

  close() {
    this.#close(true);
  }

  #open() {
    this.isOpen = true;
    this.body.showPopover?.();
    this.body.setAttribute("role", "dialog");
    this.body.setAttribute("aria-modal", "true");
    history.pushState({ sodalife: "large" }, "");
    for (const [target, type, listener] of this.listeners) target.addEventListener(type, listener, true);
    this.gestures.begin();
    this.#show();
    this.stage.root.focus();
  }

  /** @param {boolean} stepsBack whether the browser has not gone back by itself */
  #close(stepsBack) {
    if (!this.isOpen) return;
    this.isOpen = false;
    for (const [target, type, listener] of this.listeners) target.removeEventListener(type, listener, true);
    if (stepsBack && history.state?.sodalife) history.back();
    this.body.hidePopover?.();
    this.body.removeAttribute("role");
    this.body.removeAttribute("aria-modal");
    this.gestures.end();
    this.#show();
    this.stage.open.focus();
    if (!this.stage.open.matches(":focus")) this.stage.root.focus(); // a tile has no button for it
  }

  /** @param {KeyboardEvent} event */
  #escape(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.close();
  }

  /**
   * What is behind it is not there.
   * @param {FocusEvent} event
   */
  #keepFocus(event) {
    if (!event.composedPath().includes(this.body)) this.stage.root.focus();
  }

  /** Show what lies on the picture, for a while. */
  #wake() {
    clearTimeout(this.#idle);
    this.body.classList.remove("idle");
    this.#idle = setTimeout(() => this.body.classList.toggle("idle", this.isOpen), IDLE);
  }

  #show() {
    this.#wake();
    const { ha, open } = this.stage;
    /** @type {HaIcon} */ (find(open, "ha-icon")).icon = this.isOpen
      ? "mdi:fullscreen-exit"
      : "mdi:fullscreen";
    this.body.classList.toggle("large", this.isOpen);
    if (this.isOpen) label(this.body, ha.text("large"));
    else this.body.removeAttribute("aria-label");
    for (const button of this.buttons) label(button, ha.text(button.className.split(" ")[1]), true);
    this.changed(this.isOpen);
    label(open, ha.text(this.isOpen ? "close" : "open"), true);
  }

  /**
   * @param {string} name
   * @param {number} factor
   */
  #zoomButton(name, factor) {
    const icon = name === "enlarge" ? "mdi:magnify-plus-outline" : "mdi:magnify-minus-outline";
    this.stage.open.insertAdjacentHTML(
      "beforebegin",
      `<button class="glass ${name}"><ha-icon icon="${icon}"></ha-icon></button>`,
    );
    const button = /** @type {HTMLElement} */ (this.stage.open.previousElementSibling);
    button.addEventListener("click", () => this.gestures.by(factor));
    return button;
  }
}
