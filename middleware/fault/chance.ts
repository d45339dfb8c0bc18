// Whether a request is among those that a fault meets: by a hash of its id, so that every attempt and instance agrees. Pure.

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a over UTF-16 units. Of a request's id once, whatever the number of faults. */
export function hashOf(text: string): number {
  let hash = FNV_OFFSET;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return hash;
}

/** The finalizer of MurmurHash3: without it ids that differ in their end lie close. */
function mixed(hash: number): number {
  let mix = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35);
  return (mix ^ (mix >>> 16)) >>> 0;
}

/**
 * True for this share (0 to 1) of request ids. `salt` is the hash of the fault's name, what it does and where: whom one
 * meets says nothing about whom another meets.
 */
export function isMet(salt: number, requestId: number, share: number): boolean {
  return share >= 1 || mixed(mixed(requestId) ^ salt) < share * 2 ** 32;
}
