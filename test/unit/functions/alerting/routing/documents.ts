// Routing documents and alerts that tests of routing start from.
import { compileRouting } from '../../../../../functions/alerting/routing/compile.ts';
import type { Routed, Routing } from '../../../../../functions/alerting/routing/document.ts';
import { routingDocument } from '../../../../../functions/alerting/routing/schema.ts';

export const nightlyFailed: Routed = {
  key: 'job/settlement/nightly',
  kind: 'job',
  service: 'settlement',
  name: 'nightly',
  severity: 'deferred',
  owner: 'team-orders',
};

const topic = (name: string) => ({ type: 'sns', topic: `arn:aws:sns:eu-central-1:123456789012:${name}` });

/** A document that uses all there is. */
export const whole = {
  apiVersion: 'flyball/v1',
  owners: {
    'team-orders': { timezone: 'Europe/Berlin', deferUntil: '08:00', failures: 3, channels: ['orders-mail'] },
    'team-payments': {},
  },
  channels: { 'orders-mail': topic('orders'), pager: topic('pager'), boss: topic('boss'), chat: topic('chat') },
  windows: {
    nights: { timezone: 'owner', times: [{ from: '22:00', to: '07:00' }] },
    lunch: { times: [{ days: ['mon-fri'], from: '12:00', to: '13:00' }] },
  },
  route: {
    channels: ['owner'],
    routes: [
      {
        match: { severity: ['realtime'] },
        channels: ['pager', 'owner'],
        escalate: [{ after: '15m', channels: ['boss'] }],
      },
      { match: { kind: ['breaker'] }, channels: ['chat'], continue: true },
      {
        match: { kind: ['breaker', 'slo'] },
        groupBy: ['service', 'kind'],
        groupWait: '30s',
        repeat: '1h',
        routes: [{ match: { severity: ['high'], kind: ['slo'] }, mute: ['nights', 'lunch'] }],
      },
    ],
  },
  inhibit: [{ when: { kind: ['breaker'] }, mutes: { kind: ['rule', 'slo'] } }],
};

export function routingOf(document: unknown = whole): Routing {
  return compileRouting(routingDocument.parse(document));
}
