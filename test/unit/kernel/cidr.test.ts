// Networks are read exactly, or refused: a slip in one lets in whom nobody meant.
import fc from 'fast-check';
import { isIP } from 'node:net';
import { describe, expect, it } from 'vitest';
import { bytesOf, parseCidr } from '../../../middleware/kernel/cidr.ts';

describe('parseCidr', () => {
  it.each([
    ['203.0.113.0/24', { address: '203.0.113.0', prefix: 24, family: 'ipv4' }],
    ['203.0.113.7', { address: '203.0.113.7', prefix: 32, family: 'ipv4' }],
    ['203.0.113.128/25', { address: '203.0.113.128', prefix: 25, family: 'ipv4' }],
    ['0.0.0.0/0', { address: '0.0.0.0', prefix: 0, family: 'ipv4' }],
    ['2001:db8::/32', { address: '2001:db8::', prefix: 32, family: 'ipv6' }],
    ['::1', { address: '::1', prefix: 128, family: 'ipv6' }],
    ['::/0', { address: '::', prefix: 0, family: 'ipv6' }],
    ['::ffff:192.0.2.0/120', { address: '::ffff:192.0.2.0', prefix: 120, family: 'ipv6' }],
  ])('reads %s', (text, network) => {
    expect(parseCidr(text)).toEqual(network);
  });

  it.each([
    ['203.0.113.7/24', 'has bits beyond its first 24'],
    ['203.0.113.129/25', 'has bits beyond its first 25'],
    ['2001:db8::1/32', 'has bits beyond its first 32'],
    ['203.0.113.0/33', 'is no network'],
    ['203.0.113.0/', 'is no network'],
    ['203.0.113.0/024', 'is no network'],
    ['203.0.113/24', 'is no network'],
    ['203.0.113.256', 'is no network'],
    ['0203.0.113.1', 'is no network'],
    ['2001:db8::/129', 'is no network'],
    ['2001:db8:::1', 'is no network'],
    ['1::2::3', 'is no network'],
    ['fe80::1%eth0', 'is no network'],
    ['1:2:3:4:5:6:7:8:9', 'is no network'],
    ['::1.2.3', 'is no network'],
    ['1.2.3.4::', 'is no network'],
    ['localhost', 'is no network'],
    ['', 'is no network'],
    ['1'.repeat(10_000), 'is no network'],
  ])('refuses %s', (text, reason) => {
    expect(() => parseCidr(text)).toThrow(reason);
  });
});

describe('bytesOf', () => {
  it('takes what Node takes for an address, and nothing else', () => {
    const near = fc.oneof(fc.ipV4(), fc.ipV6(), fc.stringMatching(/^[0-9a-f:.]{0,40}$/));
    fc.assert(
      fc.property(near, (text) => {
        expect(bytesOf(text)?.length).toBe({ 0: undefined, 4: 4, 6: 16 }[isIP(text)]);
      }),
      { numRuns: 2_000 },
    );
  });
});
