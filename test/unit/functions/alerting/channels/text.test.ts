// What people read: what is wrong, since when, whose it is, why it is said now, and where to go on.
import { describe, expect, it } from 'vitest';
import { plain } from '../../../../../functions/alerting/channels/dialects.ts';
import { fitted } from '../../../../../functions/alerting/channels/fit.ts';
import { lasting, moment } from '../../../../../functions/alerting/channels/moments.ts';
import { textOf, titleOf } from '../../../../../functions/alerting/channels/text.ts';
import type { Message } from '../../../../../functions/alerting/message.ts';
import { message, nightly, recovered, resolved } from './messages.ts';

const written = (of: Message, limit = 100_000) => {
  const { lines, cut } = fitted(textOf(of), limit, (line) => Buffer.byteLength(plain(line)) + 1);
  return { text: lines.map(plain).join('\n'), cut };
};

describe('the text of a message', () => {
  it('says what, since when, who owns it, what it blocks, the exception, what changed, runbook and console', () => {
    expect(written(message).text.split('\n')).toEqual([
      'Why now: held until 08:00',
      '',
      'FIRING deferred settlement/nightly-check: failed 3 times in a row, last at 03:10',
      'Since: 2026-11-22 03:10:00 +01:00, for 4 h 50 min',
      'Owner: team-orders',
      'Because of: payments/api: breaker open',
      'Blocks: daily report, bank export',
      'Runbook: https://wiki.example.com/settlement · Console: https://flyball.example.com/console#/alerts/9f86d081884c7d65-3',
      'Exception:',
      '    TypeError: Cannot read properties of undefined',
      '    at settle (settle.ts:42:7)',
      'Changed in the hour before:',
      '2026-11-22 02:50:00 +01:00 rules of settlement r12 by anna',
      '',
      'flyball 123456789012:eu-central-1:prod · 2026-11-22 08:00:00 +01:00 Europe/Berlin',
    ]);
  });

  it('has one line for what recovered while it was held, and the whole stretch of what is resolved', () => {
    const { text } = written({ ...message, kind: 'digest', notices: [recovered, resolved] });
    expect(text).toContain(
      'RECOVERED settlement/nightly-check: failed 3 times in a row, last at 03:10 (2026-11-22 03:10:00 +01:00 until 2026-11-22 07:59:00 +01:00, 4 h 49 min)\n\nRESOLVED',
    );
    expect(text).toContain('Since: 2026-11-22 03:10:00 +01:00 until 2026-11-22 07:59:00 +01:00, 4 h 49 min');
  });

  it.each([
    [{ kind: 'repeat' }, 'STILL FIRING deferred settlement/nightly-check'],
    [{ kind: 'escalation' }, 'NOBODY ACKNOWLEDGED deferred settlement/nightly-check'],
    [{ kind: 'test', notices: [] }, 'This is a test of the channel: nothing is wrong.'],
    [{ more: 3 }, 'And 3 more that are not listed here.'],
    [{ more: 1 }, 'And 1 more that is not listed here.'],
    [{ notices: [{ ...nightly, runbook: 'call Anna' }] }, 'Runbook: call Anna'],
    [{ notices: [{ ...nightly, runbook: 'javascript:alert(1)' }] }, 'Runbook: javascript:alert(1)'],
    [{ notices: [{ ...nightly, exception: ['line\r\ninjected: header\u202e'] }] }, '    line injected: header'],
  ] as const)('of %o says %s', (change, expected) => {
    expect(written({ ...message, ...change }).text).toContain(expected);
  });
});

describe('where there is little room', () => {
  const many = { ...message, notices: Array.from({ length: 8 }, (_, i) => ({ ...nightly, id: String(i) })) };

  it('says every alert first, then the facts of each, then details, and that it is shortened', () => {
    const all = written(many);
    const some = written(many, 2_400);
    const few = written(many, 700);
    expect(all.cut).toBe(false);
    expect(some.cut).toBe(true);
    expect(some.text.match(/FIRING/g)).toHaveLength(8);
    expect(some.text.match(/Since/g)?.length).toBeGreaterThan(1);
    expect(some.text.match(/TypeError/g)?.length ?? 0).toBeLessThan(some.text.match(/Since/g)?.length ?? 0);
    expect(some.text).toContain('Shortened to what this channel takes');
    expect(few.text.match(/FIRING/g)?.length).toBeLessThan(8);
    expect(few.text).toMatch(/And \d more that (is|are) not listed here/);
    expect(Buffer.byteLength(few.text)).toBeLessThanOrEqual(700);
  });
});

describe('the title', () => {
  it.each([
    [message, '[flyball prod] FIRING deferred settlement/nightly-check: failed 3 times in a row, last at 03:10'],
    [
      { ...message, notices: [nightly, resolved, recovered], more: 4 },
      '[flyball prod] 1 firing, 1 resolved, 1 recovered while held, 4 more: settlement',
    ],
    [{ ...message, kind: 'test' as const }, '[flyball prod] Test of this channel'],
  ])('is a summary by itself', (of, expected) => {
    expect(titleOf(of)).toBe(expected);
  });
});

describe('times', () => {
  it.each([
    [Date.UTC(2026, 9, 25, 0, 59), 'Europe/Berlin', '2026-10-25 02:59:00 +02:00'],
    [Date.UTC(2026, 9, 25, 1, 0), 'Europe/Berlin', '2026-10-25 02:00:00 +01:00'],
    [Date.UTC(2026, 0, 1), 'America/St_Johns', '2025-12-31 20:30:00 -03:30'],
    [Date.UTC(2026, 0, 1), 'Asia/Kathmandu', '2026-01-01 05:45:00 +05:45'],
    [Date.UTC(2026, 0, 1), 'UTC', '2026-01-01 00:00:00 +00:00'],
    [Date.UTC(2026, 0, 1), 'Not/AZone', '2026-01-01 00:00:00 +00:00'],
    [NaN, 'UTC', 'at an unknown time'],
    [9e15, 'Europe/Berlin', 'at an unknown time'],
  ])('%d in %s is %s', (ms, zone, expected) => {
    expect(moment(ms, zone)).toBe(expected);
  });

  it.each([
    [0, '0 min'],
    [59_999, '0 min'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [86_400_000, '1 d'],
    [97_200_000, '1 d 3 h'],
    [-5, '0 min'],
    [NaN, '0 min'],
  ])('%d ms last %s', (ms, expected) => {
    expect(lasting(ms)).toBe(expected);
  });
});
