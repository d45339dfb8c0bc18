// Reads addresses and networks such as 203.0.113.0/24 and 2001:db8::/32. Pure.

export interface Network {
  /** As it was written, without the length. */
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** Of what an address may look like, before anything is looked at closely. */
const LONGEST = 45;

/**
 * A network in CIDR notation, or one address.
 * @throws {RangeError} naming the offending text, also when it names a host within a network: that was a slip.
 */
export function parseCidr(text: string): Network {
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const bytes = bytesOf(address);
  const length = slash < 0 ? undefined : text.slice(slash + 1);
  const bits = (bytes?.length ?? 0) * 8;
  const prefix = length === undefined ? bits : /^(0|[1-9][0-9]{0,2})$/.test(length) ? Number(length) : NaN;
  if (!bytes || !(prefix <= bits)) {
    throw new RangeError(`"${text.slice(0, 64)}" is no network; write 203.0.113.0/24, 2001:db8::/32 or one address`);
  }
  if (bytes.some((byte, i) => (byte & hostMask(prefix - i * 8)) !== 0)) {
    throw new RangeError(
      `"${text}" has bits beyond its first ${prefix}: write the network's first address, or one address`,
    );
  }
  return { address, prefix, family: bytes.length === 4 ? 'ipv4' : 'ipv6' };
}

/** Which bits of a byte are the host's, when `left` bits of it and what follows are the network's. */
function hostMask(left: number): number {
  return left <= 0 ? 0xff : left >= 8 ? 0 : 0xff >> left;
}

/** An address as its bytes, 4 or 16; undefined when it is none. */
export function bytesOf(address: string): readonly number[] | undefined {
  if (address.length > LONGEST) return undefined;
  return address.includes(':') ? bytesOfV6(address) : bytesOfV4(address);
}

function bytesOfV4(address: string): number[] | undefined {
  const parts = address.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function bytesOfV6(address: string): number[] | undefined {
  const halves = address.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, i) => bytesOfGroups(half, i === halves.length - 1));
  if (!head) return undefined;
  if (halves.length === 1) return head.length === 16 ? head : undefined;
  if (!tail || head.length + tail.length > 14) return undefined;
  return [...head, ...Array.from({ length: 16 - head.length - tail.length }, () => 0), ...tail];
}

/** Groups between colons; the last may be an IPv4 address, as in ::ffff:192.0.2.1. */
function bytesOfGroups(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [i, group] of groups.entries()) {
    const v4 = last && i === groups.length - 1 && group.includes('.') ? bytesOfV4(group) : undefined;
    if (v4) bytes.push(...v4);
    else if (/^[0-9a-f]{1,4}$/i.test(group)) bytes.push(parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff);
    else return undefined;
  }
  return bytes;
}
