import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FailedLogins,
  MOST_BY_ADDRESS,
  MOST_BY_CREDENTIAL,
  MOST_BY_PREFIX,
  WINDOW_MS,
  type Attempt,
} from '../../../../functions/api/auth-failures.ts';
import { noTable } from '../../../support/instance.ts';

const MINUTE = Date.UTC(2026, 0, 5, 12);
const HERE = '203.0.113.7';

function failing(address: (i: number) => string, times: number, credential: (i: number) => string, at = MINUTE) {
  const failures = new FailedLogins();
  for (let i = 0; i < times; i++) void failures.failed({ address: address(i), credential: credential(i), at });
  return failures;
}

const byAddress = (address: (i: number) => string, times = MOST_BY_ADDRESS) => failing(address, times, (i) => `c${i}`);

/** How long what is no good must wait, ms; 0 when nothing is held against it. */
function waitMs(failures: FailedLogins, attempt: Attempt): number {
  const look = failures.look(attempt);
  return look.kind === 'now' ? 0 : look.waitMs;
}

describe('an address', () => {
  it('may fail so many times in a minute', () => {
    const last = byAddress(() => HERE, MOST_BY_ADDRESS - 1);
    expect(waitMs(last, { address: HERE, credential: 'new', at: MINUTE })).toBe(0);
    const beyond = byAddress(() => HERE);
    expect(waitMs(beyond, { address: HERE, credential: 'new', at: MINUTE + 15_000 })).toBe(45_000);
  });

  it('may try again with the next minute', () => {
    const failures = byAddress(() => HERE);
    expect(waitMs(failures, { address: HERE, credential: 'new', at: MINUTE + WINDOW_MS - 1 })).toBe(1);
    expect(waitMs(failures, { address: HERE, credential: 'new', at: MINUTE + WINDOW_MS })).toBe(0);
  });

  it.each([
    ['another IPv4 address', (i: number) => `203.0.113.${i}`, 0],
    ['another IPv4 address, written as IPv6', (i: number) => `::ffff:203.0.113.${i}`, 0],
    ['another network of IPv6', (i: number) => `2001:db8:0:${i}::1`, 0],
    ['an address in the same network of IPv6', (i: number) => `2001:db8::${i}`, WINDOW_MS],
    ['an address that cannot be read', (i: number) => `nowhere-${i}`, WINDOW_MS],
  ])('counts by itself: %s', (_what, address, wait) => {
    const failures = byAddress(address);
    expect(waitMs(failures, { address: address(99), credential: 'new', at: MINUTE })).toBe(wait);
  });

  it('does not keep out a credential that was good within the hour', () => {
    const failures = byAddress(() => HERE);
    failures.succeeded({ address: HERE, credential: 'good', at: MINUTE - 3_599_999 });
    failures.succeeded({ address: HERE, credential: 'old', at: MINUTE - 3_600_000 });
    expect(waitMs(failures, { address: HERE, credential: 'good', at: MINUTE })).toBe(0);
    expect(waitMs(failures, { address: HERE, credential: 'old', at: MINUTE })).toBe(WINDOW_MS);
  });

  it('keeps it out again once it has failed itself', async () => {
    const failures = byAddress(() => HERE);
    failures.succeeded({ address: HERE, credential: 'revoked', at: MINUTE });
    await failures.failed({ address: HERE, credential: 'revoked', at: MINUTE });
    expect(waitMs(failures, { address: HERE, credential: 'revoked', at: MINUTE })).toBe(WINDOW_MS);
  });
});

describe('an address that has failed too often', () => {
  const attempt = { address: HERE, credential: 'ab-good', at: MINUTE };

  it('has its further credentials looked at, so many of those whose hashes begin alike', async () => {
    const failures = byAddress(() => HERE);
    for (let i = 0; i < MOST_BY_PREFIX; i++) {
      expect(failures.look(attempt)).toEqual({ kind: 'despite', waitMs: WINDOW_MS });
      await failures.failed({ ...attempt, credential: `ab-bad-${i}` });
    }
    expect(failures.look(attempt)).toEqual({ kind: 'never', waitMs: WINDOW_MS });
    expect(failures.look({ ...attempt, credential: 'ac' }).kind).toBe('despite');
    expect(failures.look({ ...attempt, at: MINUTE + WINDOW_MS }).kind).toBe('now');
  });

  it('has those looked at that cost nothing, however many', async () => {
    const failures = byAddress(() => HERE);
    for (let i = 0; i < 2 * MOST_BY_PREFIX; i++) {
      await failures.failed({ ...attempt, credential: `ab-bad-${i}`, isFree: true });
    }
    expect(failures.look({ ...attempt, isFree: true }).kind).toBe('despite');
    expect(failures.look(attempt).kind).toBe('never');
  });

  it('costs the table 256 times as many looks at most, whatever it makes up', () => {
    const failures = byAddress(() => HERE);
    let looks = 0;
    for (let i = 0; i < 5_000; i++) {
      const credential = (i % 1_000).toString(16).padStart(3, '0') + i;
      if (failures.look({ ...attempt, credential }).kind === 'never') continue;
      looks++;
      void failures.failed({ ...attempt, credential });
    }
    expect(looks).toBeLessThanOrEqual(256 * MOST_BY_PREFIX);
  });
});

describe('a credential', () => {
  it('may fail so many times in a minute, wherever it comes from', () => {
    const failures = failing(
      (i) => `203.0.113.${i}`,
      MOST_BY_CREDENTIAL,
      () => 'stale',
    );
    expect(waitMs(failures, { address: HERE, credential: 'stale', at: MINUTE })).toBe(WINDOW_MS);
    expect(waitMs(failures, { address: HERE, credential: 'other', at: MINUTE })).toBe(0);
  });
});

describe('the counts', () => {
  it('are kept here when they cannot be kept for all', async () => {
    const failures = new FailedLogins({ table: noTable, service: 'config-center' });
    for (let i = 0; i < MOST_BY_ADDRESS; i++) {
      await failures.failed({ address: HERE, credential: `c${i}`, at: MINUTE });
    }
    expect(waitMs(failures, { address: HERE, credential: 'new', at: MINUTE })).toBe(WINDOW_MS);
  });

  it('are bounded: of many addresses the oldest is forgotten', () => {
    const failures = failing(
      (i) => `2001:db8:${(i >> 8).toString(16)}:${(i & 0xff).toString(16)}::`,
      6_000,
      (i) => `c${i}`,
    );
    const first = { address: '2001:db8:0:0::', credential: 'x', at: MINUTE };
    for (let i = 1; i < MOST_BY_ADDRESS; i++) void failures.failed({ ...first, credential: `again-${i}` });
    expect(waitMs(failures, first)).toBe(0);
  });

  it('let nobody wait beyond the end of the minute, nor keep out an address that failed less', () => {
    const attempts = fc.array(
      fc.record({
        from: fc.integer({ min: 1, max: 3 }),
        who: fc.integer({ min: 1, max: 60 }),
        afterMs: fc.nat(20_000),
      }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(attempts, (list) => {
        const failures = new FailedLogins();
        const counted = new Map<string, number>();
        let at = MINUTE;
        for (const { from, who, afterMs } of list) {
          const before = Math.floor(at / WINDOW_MS);
          at += afterMs;
          if (Math.floor(at / WINDOW_MS) !== before) counted.clear();
          const attempt = { address: `203.0.113.${from}`, credential: `c${who}`, at };
          const wait = waitMs(failures, attempt);
          const [ofAddress = 0, ofCredential = 0] = [counted.get(attempt.address), counted.get(attempt.credential)];
          const refused = ofAddress >= MOST_BY_ADDRESS || ofCredential >= MOST_BY_CREDENTIAL;
          expect(wait > 0).toBe(refused);
          expect(at + wait).toBeLessThanOrEqual((Math.floor(at / WINDOW_MS) + 1) * WINDOW_MS);
          if (refused) continue;
          void failures.failed(attempt);
          counted.set(attempt.address, ofAddress + 1);
          counted.set(attempt.credential, ofCredential + 1);
        }
      }),
    );
  });
});
