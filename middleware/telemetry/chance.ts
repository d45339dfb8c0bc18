// Chance that is the same for the same request wherever it is asked. Pure.

const RANGE = 2 ** 32;
/** Random in the ids that Lambda makes. */
const LAST_CHARACTERS = 8;

/** Where a request id lies in [0, 1). By its last characters, mixed as FNV-1a and MurmurHash3 do. */
export function chanceOf(requestId: string): number {
  let hash = 0x811c9dc5;
  const { length } = requestId;
  for (let i = Math.max(0, length - LAST_CHARACTERS); i < length; i++) {
    hash = Math.imul(hash ^ requestId.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / RANGE;
}
