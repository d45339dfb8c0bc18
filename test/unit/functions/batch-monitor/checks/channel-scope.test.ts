// Which channels a key for some services may see and name.
import { describe, expect, it } from 'vitest';
import { channelsInScope, type Owned } from '../../../../../functions/batch-monitor/checks/channel-scope.ts';

const document = {
  owners: { 'team-orders': { channels: ['orders-mail'] }, 'team-payments': { channels: ['payments-mail'] } },
  channels: {},
  route: {
    channels: ['owner', 'boss'],
    routes: [
      { match: { owner: ['team-pay*'] }, channels: ['payments-chat'], escalate: [{ channels: ['payments-pager'] }] },
      {
        match: { severity: ['realtime'] },
        channels: ['pager'],
        routes: [
          { match: { service: ['billing'] }, channels: ['billing-pager'] },
          { match: { tag: ['night'] }, escalate: [{ channels: ['night-pager'] }] },
        ],
      },
      { match: { kind: ['job'] }, channels: ['jobs-chat'] },
    ],
  },
};
const ALL = [
  ...['orders-mail', 'payments-mail', 'boss', 'payments-chat', 'payments-pager', 'pager', 'billing-pager'],
  ...['night-pager', 'jobs-chat', 'nobodys'],
];
const orders: Owned = { service: 'orders', owner: 'team-orders' };

describe('the channels of a key', () => {
  it.each<[string, readonly Owned[], readonly string[]]>([
    ['a service of an owner', [orders], ['orders-mail', 'boss', 'pager', 'night-pager', 'nobodys']],
    [
      'a service of nobody',
      [{ service: 'billing', owner: undefined }],
      ['boss', 'pager', 'billing-pager', 'night-pager', 'nobodys'],
    ],
    [
      'services of two owners',
      [orders, { service: 'payments', owner: 'team-payments' }],
      [
        ...['orders-mail', 'payments-mail', 'boss', 'payments-chat', 'payments-pager', 'pager'],
        ...['night-pager', 'nobodys'],
      ],
    ],
    [
      'an owner that the document does not name',
      [{ service: 'a', owner: 'constructor' }],
      ['boss', 'pager', 'night-pager', 'nobodys'],
    ],
    ['no service', [], ['nobodys']],
  ])('for %s', (_, owned, names) => {
    expect(ALL.filter(channelsInScope(document, owned))).toEqual(names);
  });

  it.each([undefined, 'text', { route: [] }, { route: { routes: {}, channels: 'mail' }, owners: [] }])(
    'are those that nobody names where the document says nothing sound: %j',
    (unsound) => {
      expect(['mail'].filter(channelsInScope(unsound, [orders]))).toEqual(['mail']);
    },
  );
});
