// The breaker that an instance has for itself: the same machine as the fleet's, without a store.
import { describe, expect, it } from 'vitest';
import { InstanceGuard, type GuardTicket } from '../../../../middleware/breaker/guard.ts';
import type { Result } from '../../../../middleware/breaker/machine.ts';
import { breakerSettings } from '../../../../middleware/breaker/settings.ts';
import type { BreakerRule } from '../../../../middleware/kernel/rules/document.ts';

const NOW = 1_000_000_000_000;
const LEASE_MS = 1_500;

function guarded(rule: BreakerRule = {}) {
  const settings = breakerSettings({ consecutiveFailures: 2, ...rule }, { attemptTimeout: '500ms' });
  const changes: string[] = [];
  const guard = new InstanceGuard('payments', (from, to) => changes.push(`${from}>${to}`));
  let nowMs = NOW;
  const admit = () => guard.admit('request-1', settings, nowMs, LEASE_MS);
  return {
    changes,
    pass: (ms: number): void => {
      nowMs += ms;
    },
    admit: (): GuardTicket => {
      const decided = admit();
      if ('kind' in decided) throw new Error(`refused for ${decided.retryAfterMs} ms`);
      return decided;
    },
    retryAfterMs: (): number | undefined => {
      const decided = admit();
      return 'kind' in decided ? decided.retryAfterMs : 0;
    },
    record: (ticket: GuardTicket, result: Result, alone = false): void =>
      guard.record(ticket, result, false, settings, nowMs, alone),
  };
}

/** Opened by two failures in a row, and due. */
function due(rule?: BreakerRule) {
  const guard = guarded(rule);
  for (let i = 0; i < 2; i++) guard.record(guard.admit(), 'failure');
  expect(guard.retryAfterMs()).toBe(5_000);
  guard.pass(5_000);
  return guard;
}

describe('its probes', () => {
  it('are as many at once as the rule has', () => {
    const { admit, retryAfterMs } = due({ halfOpen: { probes: 2 } });
    const tokens = [admit().token, admit().token];
    expect(new Set(tokens).size).toBe(2);
    expect(retryAfterMs()).toBe(LEASE_MS + 1);
  });

  it('close it by their rates, not by the first success', () => {
    const { admit, record, changes } = due({ halfOpen: { probes: 3 } });
    const out = [admit(), admit(), admit()];
    for (const [i, result] of (['success', 'failure', 'success'] as const).entries()) {
      const ticket = out[i];
      if (ticket) record(ticket, result);
    }
    expect(changes).toEqual(['CLOSED>OPEN', 'OPEN>HALF_OPEN', 'HALF_OPEN>CLOSED']);
  });

  it('give their slot back when ignored', () => {
    const { admit, record, retryAfterMs } = due();
    const first = admit();
    expect(retryAfterMs()).toBeGreaterThan(0);
    record(first, 'ignored');
    expect(retryAfterMs()).toBe(0);
  });

  it('lose it when their lease is over, and their result with it', () => {
    const { admit, record, pass, changes } = due();
    const dead = admit();
    pass(LEASE_MS + 1);
    const next = admit();
    record(dead, 'failure');
    expect(changes.at(-1)).toBe('OPEN>HALF_OPEN');
    record(next, 'success');
    expect(changes.at(-1)).toBe('HALF_OPEN>CLOSED');
  });
});

describe('a late result', () => {
  it('of before it opened says nothing after it has closed again', () => {
    const guard = guarded();
    const late = [guard.admit(), guard.admit()];
    for (let i = 0; i < 2; i++) guard.record(guard.admit(), 'failure');
    guard.pass(5_000);
    guard.record(guard.admit(), 'success');
    for (const ticket of late) guard.record(ticket, 'failure');
    expect(guard.changes).toEqual(['CLOSED>OPEN', 'OPEN>HALF_OPEN', 'HALF_OPEN>CLOSED']);
    expect(guard.retryAfterMs()).toBe(0);
  });
});

describe('alone, after thousands of calls that went well', () => {
  it.each<[string, number, BreakerRule]>([
    ['opens with as many failures as make a surge', 10, {}],
    ['opens by its window where there is no surge', 2_000, { surge: 'off' }],
  ])('%s', (_what, failures, rule) => {
    const guard = guarded({ ...rule, consecutiveFailures: undefined });
    for (let i = 0; i < 2_000; i++) {
      guard.record(guard.admit(), 'success');
      guard.pass(1);
    }
    for (let i = 1; i <= failures; i++) {
      expect(guard.changes).toEqual([]);
      guard.record(guard.admit(), 'failure', true);
      guard.pass(1);
    }
    expect(guard.changes).toEqual(['CLOSED>OPEN']);
  });

  it('does not open on a tenth of failures', () => {
    const guard = guarded({ consecutiveFailures: undefined });
    for (let i = 0; i < 2_000; i++) {
      guard.record(guard.admit(), i % 10 === 0 ? 'failure' : 'success', true);
      guard.pass(50);
    }
    expect(guard.changes).toEqual([]);
  });

  it('does not add failures up that lie ten seconds apart', () => {
    const guard = guarded({ consecutiveFailures: undefined, window: { time: '30s', minimumCalls: 20 } });
    for (let i = 0; i < 30; i++) {
      guard.record(guard.admit(), 'failure', true);
      guard.pass(10_001);
    }
    expect(guard.changes).toEqual([]);
  });
});
