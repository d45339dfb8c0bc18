// Messages that tests send, and any message that there could be.
import fc from 'fast-check';
import type { Message, Notice } from '../../../../../functions/alerting/message.ts';

/** 03:10 on a Sunday in Berlin, an hour ahead of UTC. */
export const SINCE = Date.UTC(2026, 10, 22, 2, 10, 0);
export const AT = Date.UTC(2026, 10, 22, 7, 0, 0);

export const nightly: Notice = {
  id: '9f86d081884c7d65-3',
  status: 'firing',
  severity: 'deferred',
  kind: 'job',
  service: 'settlement',
  name: 'nightly-check',
  owner: 'team-orders',
  summary: 'failed 3 times in a row, last at 03:10',
  since: SINCE,
  exception: ['TypeError: Cannot read properties of undefined', '    at settle (settle.ts:42:7)'],
  blocks: ['daily report', 'bank export'],
  because: 'payments/api: breaker open',
  changes: [{ at: SINCE - 1_200_000, what: 'rules of settlement r12 by anna' }],
  runbook: 'https://wiki.example.com/settlement',
  link: 'https://flyball.example.com/console#/alerts/9f86d081884c7d65-3',
};

export const resolved: Notice = { ...nightly, id: 'aaaa-1', status: 'resolved', endedAt: AT - 60_000 };
export const recovered: Notice = { ...nightly, id: 'bbbb-1', status: 'recovered', endedAt: AT - 60_000 };

export const message: Message = {
  id: 'b5bb9d8014a0f9b1',
  kind: 'firing',
  reason: 'held until 08:00',
  cell: '123456789012:eu-central-1:prod',
  notices: [nightly],
  more: 0,
  at: AT,
  timezone: 'Europe/Berlin',
};

const rough = fc.oneof(
  fc.string({ maxLength: 40, unit: 'binary' }),
  fc.string({ maxLength: 60, unit: 'grapheme' }),
  fc.constantFrom(
    '支付服务结算任务失败'.repeat(60),
    '👩‍👩‍👧‍👦'.repeat(200),
    '&<>"\\`*_[]()'.repeat(150),
    '@all http://www. '.repeat(100),
    'x'.repeat(100_000),
    '\n'.repeat(400),
    '\ud800',
    '',
  ),
);
const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const moments = fc.oneof(
  fc.integer({ min: 0, max: 4_102_444_800_000 }),
  fc.constantFrom(0, -1, NaN, Infinity, 8.64e15, 9e15),
);

const notices: fc.Arbitrary<Notice> = fc.record({
  id: rough,
  status: fc.constantFrom('firing', 'resolved', 'recovered'),
  severity: fc.constantFrom('realtime', 'high', 'deferred'),
  kind: fc.constantFrom('job', 'check', 'breaker', 'flyball'),
  service: rough,
  name: rough,
  owner: optional(rough),
  summary: rough,
  since: moments,
  endedAt: optional(moments),
  exception: optional(fc.array(rough, { maxLength: 30 })),
  blocks: optional(fc.array(rough, { maxLength: 30 })),
  because: optional(rough),
  changes: optional(fc.array(fc.record({ at: moments, what: rough }), { maxLength: 15 })),
  runbook: optional(fc.oneof(rough, fc.webUrl(), fc.constant(`https://a.example/${'x'.repeat(5_000)}`))),
  link: optional(fc.oneof(rough, fc.webUrl({ withQueryParameters: true, withFragments: true }))),
});

export const anyMessage: fc.Arbitrary<Message> = fc.record({
  id: rough,
  kind: fc.constantFrom('firing', 'repeat', 'escalation', 'digest', 'resolved', 'test'),
  reason: optional(rough),
  cell: rough,
  notices: fc.array(notices, { maxLength: 25 }),
  more: fc.nat(1_000_000),
  at: moments,
  timezone: fc.oneof(fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns'), rough),
});
