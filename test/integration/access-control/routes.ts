// Who may do what: every route of the control plane, one line each. A route without a line here fails the matrix.
import { hashOfCondition } from '../../../store/alert-keys.ts';
import type { Method, Role } from '../../../functions/api/index.ts';

/**
 * What a key for some services may do on a route that its role reaches:
 * `service`: on its own services alone; `whole`: nothing, since it concerns all; `filtered`: it is shown its own alone;
 * `unseen`: on its own alone, and of others' it is not told that they are there.
 */
export type Scope = 'service' | 'whole' | 'filtered' | 'unseen';

/** What is sent: the least that gets as far as the question of who may. The service is `orders` wherever one is named. */
export interface Sent {
  /** What a key is answered whose role does not reach: 403, but of an API that is somebody else's. */
  readonly tooLow?: 401;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
}

export type Row = readonly [method: Method, path: string, least: Role | 'anyone', scope: Scope, sent?: Sent];

const SERVICE = '/v1/services/{service}';
const CONFIG = `${SERVICE}/config`;
const APOLLO = '{service}/{cluster}/{namespace}';
const WATCHED = { appId: 'orders', notifications: '[{"namespaceName":"application","notificationId":-1}]' };
const ORDERS = { query: { service: 'orders' } };
const PAUSE = { priority: 'sheddable', for: '1m', reason: 'a test' };

const ALERT = '/v1/alerts/{alert}';
const SILENCE = { match: { service: ['orders'] }, until: '2099-01-01T00:00:00Z', reason: 'a test' };
const CHECKS = '/api/{version}/checks/';
/** healthchecks.io takes a key that may only read for none where something is changed. */
const FOREIGN = { tooLow: 401 } as const;

export const ROUTES: readonly Row[] = [
  ['GET', '/v1/services', 'viewer', 'filtered'],
  ['GET', `${SERVICE}/draft`, 'viewer', 'service'],
  ['PUT', `${SERVICE}/draft`, 'editor', 'service'],
  ['POST', `${SERVICE}/draft/validate`, 'viewer', 'service'],
  ['POST', `${SERVICE}/draft/simulate`, 'viewer', 'service'],
  ['GET', `${SERVICE}/draft/approvals`, 'viewer', 'service'],
  ['POST', `${SERVICE}/draft/approve`, 'publisher', 'service'],
  ['POST', `${SERVICE}/publish`, 'publisher', 'service'],
  ['POST', `${SERVICE}/rollback`, 'publisher', 'service'],
  ['GET', `${SERVICE}/rules`, 'viewer', 'service'],
  ['DELETE', `${SERVICE}/rules`, 'publisher', 'service'],
  ['GET', `${SERVICE}/revisions`, 'viewer', 'service'],
  ['GET', `${SERVICE}/revisions/{revision}`, 'viewer', 'service'],
  ['GET', `${SERVICE}/diff`, 'viewer', 'service'],
  ['POST', `${SERVICE}/diff`, 'viewer', 'service'],

  ['GET', `${SERVICE}/gray`, 'viewer', 'service'],
  ['POST', `${SERVICE}/gray/promote`, 'publisher', 'service'],
  ['POST', `${SERVICE}/gray/abort`, 'publisher', 'service'],
  ['POST', '/v1/apply', 'editor', 'service', { body: [{ apiVersion: 'flyball/v1', service: 'orders' }] }],

  ['GET', CONFIG, 'viewer', 'service'],
  ['GET', `${CONFIG}/{namespace}`, 'viewer', 'service'],
  ['GET', `${CONFIG}/{namespace}/draft`, 'viewer', 'service'],
  ['PUT', `${CONFIG}/{namespace}/draft`, 'editor', 'service'],
  ['POST', `${CONFIG}/{namespace}/draft/validate`, 'viewer', 'service'],
  ['GET', `${CONFIG}/{namespace}/draft/approvals`, 'viewer', 'service'],
  ['POST', `${CONFIG}/{namespace}/draft/approve`, 'publisher', 'service'],
  ['POST', `${CONFIG}/{namespace}/publish`, 'publisher', 'service'],
  ['POST', `${CONFIG}/{namespace}/rollback`, 'publisher', 'service'],
  ['GET', `${CONFIG}/{namespace}/revisions`, 'viewer', 'service'],
  ['GET', `${CONFIG}/{namespace}/revisions/{revision}`, 'viewer', 'service'],
  ['GET', `${CONFIG}/{namespace}/diff`, 'viewer', 'service'],
  ['GET', `${CONFIG}/{namespace}/gray`, 'viewer', 'service'],
  ['POST', `${CONFIG}/{namespace}/gray/promote`, 'publisher', 'service'],
  ['POST', `${CONFIG}/{namespace}/gray/abort`, 'publisher', 'service'],

  ['GET', `${SERVICE}/access-keys`, 'viewer', 'service'],
  ['POST', `${SERVICE}/access-keys`, 'publisher', 'service', { body: { name: 'one more' } }],
  ['DELETE', `${SERVICE}/access-keys/{id}`, 'publisher', 'service'],
  ['GET', `/configs/${APOLLO}`, 'viewer', 'service'],
  ['GET', `/configfiles/${APOLLO}`, 'viewer', 'service'],
  ['GET', `/configfiles/json/${APOLLO}`, 'viewer', 'service'],
  ['GET', `/configfiles/raw/${APOLLO}`, 'viewer', 'service'],
  ['GET', '/notifications/v2', 'viewer', 'service', { query: WATCHED }],

  ['GET', '/v1/baseline', 'viewer', 'filtered'],
  ['GET', '/v1/baseline/draft', 'viewer', 'filtered'],
  ['PUT', '/v1/baseline/draft', 'editor', 'whole'],
  ['POST', '/v1/baseline/draft/validate', 'viewer', 'whole'],
  ['GET', '/v1/baseline/draft/approvals', 'viewer', 'filtered'],
  ['POST', '/v1/baseline/draft/approve', 'admin', 'whole'],
  ['POST', '/v1/baseline/publish', 'admin', 'whole'],
  ['POST', '/v1/baseline/rollback', 'admin', 'whole'],
  ['GET', '/v1/baseline/revisions', 'viewer', 'filtered'],
  ['GET', '/v1/baseline/revisions/{revision}', 'viewer', 'filtered'],
  ['GET', '/v1/baseline/diff', 'viewer', 'filtered'],
  ['GET', '/v1/baseline/violations', 'viewer', 'whole'],

  ['GET', `${SERVICE}/fleet`, 'viewer', 'service'],

  ['GET', `${SERVICE}/breakers`, 'viewer', 'service'],
  ['GET', `${SERVICE}/breakers/{breaker}`, 'viewer', 'service'],
  ['GET', `${SERVICE}/breakers/{breaker}/transitions`, 'viewer', 'service'],
  ['POST', `${SERVICE}/breakers/{breaker}/force`, 'publisher', 'service'],
  ['GET', `${SERVICE}/throttles`, 'viewer', 'service'],
  ['GET', `${SERVICE}/throttles/{throttle}`, 'viewer', 'service'],
  ['GET', `${SERVICE}/concurrency`, 'viewer', 'service'],
  ['GET', `${SERVICE}/usage`, 'viewer', 'service'],
  ['GET', `${SERVICE}/usage/signals`, 'viewer', 'service'],

  ['GET', `${SERVICE}/clients`, 'viewer', 'service'],
  ['POST', `${SERVICE}/clients`, 'publisher', 'service'],
  ['DELETE', `${SERVICE}/clients/{id}`, 'publisher', 'service'],

  ['GET', '/v1/shed', 'viewer', 'filtered'],
  ['POST', '/v1/shed', 'publisher', 'whole', { body: PAUSE }],
  ['DELETE', '/v1/shed', 'publisher', 'whole'],
  ['GET', '/v1/faults', 'viewer', 'filtered'],
  ['POST', '/v1/faults/stop', 'publisher', 'whole', { body: { reason: 'a test' } }],
  ['POST', '/v1/faults/resume', 'publisher', 'whole', { body: { reason: 'a test' } }],

  ['GET', '/v1/keys', 'admin', 'filtered'],
  ['POST', '/v1/keys', 'admin', 'service', { body: { name: 'one more', role: 'viewer', services: ['orders'] } }],
  ['GET', '/v1/keys/{id}', 'admin', 'filtered'],
  ['DELETE', '/v1/keys/{id}', 'admin', 'filtered'],
  ['POST', '/v1/keys/{id}/revoke', 'admin', 'filtered'],

  ['GET', '/v1/me', 'pinger', 'filtered'],

  ['GET', '/v1/audit', 'viewer', 'service', ORDERS],
  ['GET', '/v1/health', 'anyone', 'filtered'],
  ['GET', '/v1/schema/rules', 'anyone', 'filtered'],
  ['GET', '/v1/schema/baseline', 'anyone', 'filtered'],
  ['GET', '/openapi.json', 'anyone', 'filtered'],

  ['GET', '/v1/jobs', 'viewer', 'filtered'],
  ['GET', '/v1/jobs/{job}', 'viewer', 'service'],
  ['GET', '/v1/jobs/{job}/runs', 'viewer', 'service'],
  ['GET', '/v1/jobs/{job}/events', 'viewer', 'service'],
  ['GET', '/v1/jobs/{job}/next', 'viewer', 'service'],
  ['POST', '/v1/jobs/{job}/start', 'publisher', 'service'],
  ['POST', '/v1/jobs/{job}/pause', 'editor', 'service', { body: { reason: 'a test' } }],
  ['POST', '/v1/jobs/{job}/resume', 'editor', 'service'],
  ['POST', '/v1/jobs/{job}/acknowledge', 'editor', 'service', { body: { reason: 'a test' } }],

  ['GET', '/ping/{key}', 'anyone', 'filtered'],
  ['HEAD', '/ping/{key}', 'anyone', 'filtered'],
  ['POST', '/ping/{key}', 'anyone', 'filtered'],
  ['GET', '/ping/{key}/', 'anyone', 'filtered'],
  ['HEAD', '/ping/{key}/', 'anyone', 'filtered'],
  ['POST', '/ping/{key}/', 'anyone', 'filtered'],
  ['GET', '/ping/{key}/{slug}', 'anyone', 'filtered'],
  ['HEAD', '/ping/{key}/{slug}', 'anyone', 'filtered'],
  ['POST', '/ping/{key}/{slug}', 'anyone', 'filtered'],
  ['GET', '/ping/{key}/{slug}/{action}', 'anyone', 'filtered'],
  ['HEAD', '/ping/{key}/{slug}/{action}', 'anyone', 'filtered'],
  ['POST', '/ping/{key}/{slug}/{action}', 'anyone', 'filtered'],
  ['GET', CHECKS, 'viewer', 'service', { ...ORDERS, ...FOREIGN }],
  ['POST', CHECKS, 'editor', 'service', { ...ORDERS, ...FOREIGN }],
  ['OPTIONS', CHECKS, 'anyone', 'filtered'],
  ['GET', `${CHECKS}{check}`, 'viewer', 'service', FOREIGN],
  ['POST', `${CHECKS}{check}`, 'editor', 'service', FOREIGN],
  ['DELETE', `${CHECKS}{check}`, 'editor', 'service', FOREIGN],
  ['OPTIONS', `${CHECKS}{check}`, 'anyone', 'filtered'],
  ['POST', `${CHECKS}{check}/pause`, 'editor', 'service', FOREIGN],
  ['OPTIONS', `${CHECKS}{check}/pause`, 'anyone', 'filtered'],
  ['POST', `${CHECKS}{check}/resume`, 'editor', 'service', FOREIGN],
  ['OPTIONS', `${CHECKS}{check}/resume`, 'anyone', 'filtered'],
  ['GET', `${CHECKS}{check}/pings/`, 'editor', 'service', FOREIGN],
  ['OPTIONS', `${CHECKS}{check}/pings/`, 'anyone', 'filtered'],
  ['GET', `${CHECKS}{check}/pings/{n}/body`, 'editor', 'service', FOREIGN],
  ['OPTIONS', `${CHECKS}{check}/pings/{n}/body`, 'anyone', 'filtered'],
  ['GET', `${CHECKS}{check}/flips/`, 'viewer', 'service', FOREIGN],
  ['OPTIONS', `${CHECKS}{check}/flips/`, 'anyone', 'filtered'],
  ['GET', '/api/{version}/channels/', 'editor', 'filtered', FOREIGN],
  ['OPTIONS', '/api/{version}/channels/', 'anyone', 'filtered'],
  ['GET', '/api/{version}/badges/', 'viewer', 'service', { ...ORDERS, ...FOREIGN }],
  ['GET', '/b/{states}/{file}', 'anyone', 'filtered'],
  ['GET', '/badge/{key}/{file}', 'anyone', 'filtered'],
  ['GET', '/badge/{key}/{signature}/{file}', 'anyone', 'filtered'],

  ['GET', '/v1/alerts', 'viewer', 'filtered'],
  ['GET', ALERT, 'viewer', 'unseen'],
  ['GET', `${ALERT}/why`, 'viewer', 'unseen'],
  ['POST', `${ALERT}/ack`, 'editor', 'unseen'],
  ['DELETE', `${ALERT}/ack`, 'editor', 'unseen'],
  ['POST', `${ALERT}/send-now`, 'editor', 'unseen', { body: { reason: 'a test' } }],
  ['GET', '/v1/alerts/deliveries', 'viewer', 'filtered'],
  ['POST', '/v1/alerts/deliveries/{delivery}/retry', 'editor', 'unseen'],
  ['GET', '/v1/alerts/report', 'viewer', 'filtered'],
  ['GET', '/v1/alerts/silences', 'viewer', 'filtered'],
  ['POST', '/v1/alerts/silences', 'editor', 'service', { body: SILENCE }],
  ['DELETE', '/v1/alerts/silences/{silence}', 'editor', 'unseen'],
  ['GET', '/v1/alerts/routing', 'viewer', 'whole'],
  ['PUT', '/v1/alerts/routing', 'publisher', 'whole'],
  ['POST', '/v1/alerts/routing/validate', 'viewer', 'whole'],
  ['GET', '/v1/alerts/routing/revisions', 'viewer', 'whole'],
  ['GET', '/v1/alerts/routing/revisions/{revision}', 'viewer', 'whole'],
  ['POST', '/v1/alerts/routing/rollback', 'publisher', 'whole'],
  ['POST', '/v1/alerts/channels/{channel}/test', 'publisher', 'whole'],

  ['POST', '/v1/schedules/preview', 'viewer', 'filtered', { body: { schedule: '0 2 * * *' } }],

  ['GET', '/console', 'anyone', 'filtered'],
  ['GET', '/console/config.json', 'anyone', 'filtered'],
  ['GET', '/console/assets/{asset}', 'anyone', 'filtered'],
  ['GET', '/console/{rest+}', 'anyone', 'filtered'],

  ['GET', '/v1/telemetry/series', 'viewer', 'service', ORDERS],
  ['GET', '/metrics', 'viewer', 'filtered'],
  ['GET', '/v1/telemetry/samples', 'viewer', 'service', ORDERS],
  ['GET', '/v1/telemetry/slo', 'viewer', 'service', ORDERS],
  ['GET', '/v1/telemetry/topology', 'viewer', 'filtered'],
  ['GET', '/v1/telemetry/traces', 'viewer', 'service', ORDERS],
  ['GET', '/v1/telemetry/traces/{id}', 'viewer', 'filtered'],
  ['GET', '/v1/telemetry/saturation', 'viewer', 'service', ORDERS],
  ['GET', '/v1/telemetry/coverage', 'viewer', 'filtered'],
];

/** Of the alert that there is, of `orders`. */
export const ALERT_KEY = 'job/orders/nightly';
const ALERT_ID = `${hashOfCondition(ALERT_KEY)}-1`;

/** What stands for the names in braces. */
export const NAMED: Readonly<Record<string, string>> = {
  '{service}': 'orders',
  '{namespace}': 'application',
  '{asset}': 'main.js',
  '{rest+}': 'services/orders',
  '{cluster}': 'default',
  '{revision}': '1',
  '{breaker}': 'payments',
  '{throttle}': 'everyone',
  '{job}': 'orders:nightly',
  '{id}': '0123456789abcdef',
  '{alert}': ALERT_ID,
  '{delivery}': `${ALERT_ID}-1`,
  '{silence}': 'a-silence',
  '{channel}': 'mail',
  '{version}': 'v3',
  '{check}': '5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278',
  '{n}': '1',
  '{key}': 'fb_pinger-own',
  '{slug}': 'backup',
  '{action}': 'start',
  '{states}': '2',
  '{signature}': 'AAAAAAAA',
  '{file}': '123e4567-e89b-12d3-a456-426614174000.json',
};

/** Of an API that is somebody else's: any page may ask it, and it says in its own way what is wrong. */
export const isForeign = (path: string) => /^\/(api\/\{version\}|ping|badge|b)\//.test(path);
