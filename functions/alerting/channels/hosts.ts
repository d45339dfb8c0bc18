// Which hosts a channel may speak to: whoever may write the routing document must not reach what only flyball can reach.
import { bytesOf } from '../../../middleware/kernel/cidr.ts';

/** This machine, by its usual names; `[::1]` is how a URL writes it. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]' || hostname === '::1';
}

/** Networks that are not the internet, as first bytes and a prefix length (RFC 6890 and IANA's registries). */
const NOT_PUBLIC_V4: readonly (readonly [readonly number[], number])[] = [
  [[0], 8],
  [[10], 8],
  [[100, 64], 10],
  [[127], 8],
  [[169, 254], 16],
  [[172, 16], 12],
  [[192, 0, 0], 24],
  [[192, 0, 2], 24],
  [[192, 88, 99], 24],
  [[192, 168], 16],
  [[198, 18], 15],
  [[198, 51, 100], 24],
  [[203, 0, 113], 24],
  [[224], 3],
];

/** Within 2000::/3, the only addresses of the internet: what of it leads elsewhere, by tunnels, or nowhere. */
const NOT_PUBLIC_V6: readonly (readonly [readonly number[], number])[] = [
  [[0x20, 0x01, 0x00], 23],
  [[0x20, 0x01, 0x0d, 0xb8], 32],
  [[0x20, 0x02], 16],
  [[0x3f, 0xff, 0x00], 20],
];

/** Whether an address is one of the internet, neither private nor of this machine, the link or a tunnel. */
export function isPublicAddress(address: string): boolean {
  const bytes = bytesOf(address.replace(/%.*$/, ''));
  if (!bytes) return false;
  if (bytes.length === 4) return !NOT_PUBLIC_V4.some(([start, bits]) => within(bytes, start, bits));
  // An IPv4 address written as IPv6 is what it maps to; NAT64 leads to it as well.
  const mapped = within(bytes, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff], 96);
  const translated = within(bytes, [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0], 96);
  if (mapped || translated) return isPublicAddress(bytes.slice(12).join('.'));
  return within(bytes, [0x20], 3) && !NOT_PUBLIC_V6.some(([start, bits]) => within(bytes, start, bits));
}

function within(bytes: readonly number[], start: readonly number[], bits: number): boolean {
  return start.every((byte, i) => {
    const left = bits - i * 8;
    const mask = left >= 8 ? 0xff : (0xff << (8 - left)) & 0xff;
    return ((bytes[i] ?? 0) & mask) === (byte & mask);
  });
}
