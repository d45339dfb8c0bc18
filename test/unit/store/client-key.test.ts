// Where the keys of callers are: where instances may read, and on no partition that they read their rules from.
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { keys, RULE_COPIES } from '../../../store/keys.ts';

const hashes = Array.from({ length: 1_000 }, (_, i) => createHash('sha256').update(`key ${i}`).digest('hex'));
const partitions = new Set(hashes.map((hash) => keys.clientKey('orders', hash).pk));

it('asking for made-up keys loads no partition that a fleet reads its rules from', () => {
  const copies = Array.from({ length: RULE_COPIES }, (_, copy) => keys.rulesCopy('orders', 1, copy).pk);
  expect([...copies, keys.rulesHead('orders').pk].filter((pk) => partitions.has(pk))).toEqual([]);
});

it('they are on sixteen partitions, which the role of an instance lets it read', () => {
  expect(partitions.size).toBe(16);
  expect([...partitions].filter((pk) => !pk.startsWith('ctl#rules#orders#copy#'))).toEqual([]);
});
