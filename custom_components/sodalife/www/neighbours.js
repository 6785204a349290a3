/** How many of our cards are looked at: live pictures are for few. */

const MAX_LIVE = 2;

/** @type {Map<object, () => void>} cards in sight, and how to have each look again */
const inSight = new Map();
/** @type {object | null} the card that is opened large */
let opened = null;

/** Have all cards consider whether they show live. */
const tellAll = () => inSight.forEach((look) => look());

/**
 * @param {object} card
 * @param {boolean} visible
 * @param {() => void} look
 */
export function note(card, visible, look) {
  if (inSight.has(card) === visible) return;
  if (visible) inSight.set(card, look);
  else inSight.delete(card);
  tellAll();
}

/**
 * @param {object} card
 * @param {boolean} open
 */
export function noteOpen(card, open) {
  if (!open && opened !== card) return;
  opened = open ? card : null;
  tellAll();
}

/**
 * Whether a card that leaves it to us shows live: the one that is opened, else one of few.
 * @param {object} card
 */
export const mayBeLive = (card) => (opened ? opened === card : inSight.size <= MAX_LIVE);
