/** How much of the picture is seen: digitally enlarged, which never talks to the camera. No page needed. */

export const MAX_ZOOM = 8;

/** A scale, and where the picture's middle has been moved to, in halves of the picture's size. */
export class Zoom {
  scale = 1;
  x = 0;
  y = 0;

  get isEnlarged() {
    return this.scale > 1;
  }

  /**
   * Enlarge around a point, which stays where it is; it is given as halves of the picture's size
   * from the middle.
   * @param {number} factor
   */
  by(factor, x = 0, y = 0) {
    const scale = Math.min(MAX_ZOOM, Math.max(1, this.scale * factor));
    const grown = scale / this.scale;
    this.x = x - (x - this.x) * grown;
    this.y = y - (y - this.y) * grown;
    this.scale = scale;
    this.#keepWithin();
  }

  /**
   * Move the picture under its frame; its edges stay outside.
   * @param {number} x
   * @param {number} y
   */
  pan(x, y) {
    this.x += x;
    this.y += y;
    this.#keepWithin();
  }

  reset() {
    this.scale = 1;
    this.x = this.y = 0;
  }

  /** As CSS says it. */
  get transform() {
    return `translate(${this.x * 50}%, ${this.y * 50}%) scale(${this.scale})`;
  }

  #keepWithin() {
    const most = this.scale - 1;
    this.x = Math.min(most, Math.max(0 - most, this.x));
    this.y = Math.min(most, Math.max(0 - most, this.y));
  }
}
