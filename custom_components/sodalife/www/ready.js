/** Waits until elements can be defined. */

// Home Assistant puts a registry of its own in the place of the browser's, and another HTMLElement.
// What is defined before that, it does not find.
await customElements.whenDefined("home-assistant");

export {};
