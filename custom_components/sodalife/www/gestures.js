/** Wheel, pinch, double tap, drag and Shift with the arrow keys: they enlarge the picture and move it. */

import { Zoom } from "./zoom.js";

const WHEEL = 0.002; // per pixel
const DOUBLE_TAP = 300; // milliseconds
const CLOSE_BY = 30; // pixels between two taps that are one double tap
const ENLARGED = 2.5; // by a double tap
const KEY_STEP = 0.25; // of the picture
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** Listens on the stage while the picture is large. */
export class Gestures {
  /** @type {Map<number, PointerEvent>} */ #pointers = new Map();
  #tap = { at: 0, x: 0, y: 0 };
  zoom = new Zoom();

  /**
   * @param {HTMLElement} stage
   * @param {HTMLElement} view what is enlarged in it
   */
  constructor(stage, view) {
    this.stage = stage;
    this.view = view;
    /** @type {[string, (event: any) => void][]} */
    this.listeners = [
      ["wheel", (event) => this.#wheel(event)],
      ["pointerdown", (event) => this.#down(event)],
      ["pointermove", (event) => this.#moved(event)],
      ["pointerup", (event) => this.#pointers.delete(event.pointerId)],
      ["pointercancel", (event) => this.#pointers.delete(event.pointerId)],
      ["keydown", (event) => this.#key(event)],
    ];
  }

  begin() {
    for (const [type, listener] of this.listeners) {
      this.stage.addEventListener(type, listener, { passive: false });
    }
  }

  end() {
    for (const [type, listener] of this.listeners) this.stage.removeEventListener(type, listener);
    this.#pointers.clear();
    this.zoom.reset();
    this.#show();
  }

  /**
   * Enlarge around a point of the page, or around the middle.
   * @param {number} factor
   * @param {{ clientX: number, clientY: number }} [around]
   */
  by(factor, around) {
    const { left, top, width, height } = this.stage.getBoundingClientRect();
    const point = around ?? { clientX: left + width / 2, clientY: top + height / 2 };
    const size = this.#size();
    const x = (point.clientX - left - width / 2) / (size.width / 2);
    const y = (point.clientY - top - height / 2) / (size.height / 2);
    this.zoom.by(factor, x, y);
    this.#show();
  }

  /** The picture's size as it is when it is not enlarged. */
  #size() {
    return { width: this.view.offsetWidth, height: this.view.offsetHeight };
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    this.by(Math.exp(-event.deltaY * WHEEL), event);
  }

  /** @param {PointerEvent} event */
  #down(event) {
    this.#pointers.set(event.pointerId, event);
    this.stage.setPointerCapture(event.pointerId);
    const { at, x, y } = this.#tap;
    this.#tap = { at: event.timeStamp, x: event.clientX, y: event.clientY };
    const near = Math.hypot(event.clientX - x, event.clientY - y) < CLOSE_BY;
    if (this.#pointers.size > 1 || event.timeStamp - at > DOUBLE_TAP || !near) return;
    this.#tap.at = 0;
    this.by(this.zoom.isEnlarged ? 0 : ENLARGED, event);
  }

  /** @param {PointerEvent} event */
  #moved(event) {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const other = [...this.#pointers.values()].find(({ pointerId }) => pointerId !== event.pointerId);
    if (other) this.by(distance(event, other) / distance(before, other), middle(event, other));
    else this.#drag(event.clientX - before.clientX, event.clientY - before.clientY);
    this.#pointers.set(event.pointerId, event);
  }

  /**
   * @param {number} dx
   * @param {number} dy
   */
  #drag(dx, dy) {
    const { width, height } = this.#size();
    this.zoom.pan(dx / (width / 2), dy / (height / 2));
    this.#show();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const [x, y] = ARROWS[event.key] ?? [];
    if (!event.shiftKey || x === undefined || y === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // it is not for the camera
    this.zoom.pan(x * KEY_STEP * 2, y * KEY_STEP * 2);
    this.#show();
  }

  #show() {
    this.view.style.transform = this.zoom.isEnlarged ? this.zoom.transform : "";
  }
}

/**
 * @param {PointerEvent} one
 * @param {PointerEvent} other
 */
const distance = (one, other) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) || 1;

/**
 * @param {PointerEvent} one
 * @param {PointerEvent} other
 */
const middle = (one, other) => ({
  clientX: (one.clientX + other.clientX) / 2,
  clientY: (one.clientY + other.clientY) / 2,
});
