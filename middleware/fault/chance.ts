// Whether a request is among those that a fault meets: by a hash of its id, so that every attempt and instance agrees. Pure.

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a over UTF-16 units, and the finalizer of MurmurHash3, without which ids that differ in their end lie close. */
function hash32(text: string): number {
  let hash = FNV_OFFSET;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * True for this share (0 to 1) of request ids. `salt` names the fault, what it does and where: whom one meets says nothing
 * about whom another meets.
 */
export function isMet(salt: string, requestId: string, share: number): boolean {
  return share >= 1 || hash32(`${salt}\u0000${requestId}`) < share * 2 ** 32;
}
