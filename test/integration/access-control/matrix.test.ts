// Every route × every kind of caller × scope: each cell is written down, and each is tried.
import { beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { observe } from '../../../functions/alerting/observe.ts';
import { newCheck } from '../../../functions/batch-monitor/checks/fold.ts';
import { changeAlert, type Delivery } from '../../../store/items/alerts.ts';
import { hashOfKey, revokeApiKey } from '../../../store/items/api-keys.ts';
import { createCheck } from '../../../store/items/checks.ts';
import type { Table } from '../../../store/port.ts';
import { putSilence } from '../../../store/items/silences.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { createTable } from '../table.ts';
import { controlPlane, givenKey, NOW, ROLES, type ControlPlane } from './planes.ts';
import { ALERT_KEY, NAMED, ROUTES, type Row, type Scope } from './routes.ts';

const CHECK = newCheck(
  { uuid: NAMED['{check}'] ?? '', badgeKey: '00000000-0000-4000-8000-000000000000', service: 'orders', at: NOW },
  {},
);

const OF = ['all', 'own', 'other'] as const;
type Of = (typeof OF)[number];
type Cell = 'in' | 401 | 403 | 404;

/** What a key whose role reaches is answered, by whose services it is for. */
const IN_SCOPE: Readonly<Record<Scope, Readonly<Record<Of, Cell>>>> = {
  service: { all: 'in', own: 'in', other: 403 },
  whole: { all: 'in', own: 403, other: 403 },
  filtered: { all: 'in', own: 'in', other: 'in' },
  unseen: { all: 'in', own: 'in', other: 404 },
};

const NOBODY = ['nothing', 'unknown', 'expired', 'revoked'] as const;
const SERVICES: Readonly<Record<Of, readonly string[] | undefined>> = {
  all: undefined,
  own: ['orders'],
  other: ['payments'],
};

/** Every kind of caller, and what each is answered on this route. */
function cellsOf([, , least, scope, sent]: Row): Record<string, Cell> {
  const tooLow: Cell = sent?.tooLow ?? 403;
  if (least === 'anyone') return Object.fromEntries(callers().map((caller) => [caller, 'in']));
  const reached = ROLES.indexOf(least);
  return Object.fromEntries([
    ...NOBODY.map((caller) => [caller, 401] as const),
    ...ROLES.flatMap((role, i) =>
      OF.map((of) => [`${role} ${of}`, i < reached ? tooLow : IN_SCOPE[scope][of]] as const),
    ),
  ]);
}

const callers = (): string[] => [...NOBODY, ...ROLES.flatMap((role) => OF.map((of) => `${role} ${of}`))];
const nameOf = (method: string, path: string) => `${method} ${path}`;
const filledIn = (path: string) => path.replace(/\{\w+\+?\}/g, (name) => NAMED[name] ?? name);

const GIVEN_UP: Delivery = {
  ...{ id: NAMED['{delivery}'] ?? '', seq: 1, channel: 'mail', kind: 'firing', state: 'dead', reason: 'it fires' },
  ...{ route: '/route', step: 0, group: '', severity: 'deferred', decidedAt: NOW, notBefore: NOW, attempts: 1 },
};

async function putAlertOfOrders(table: Table): Promise<void> {
  const about = { key: ALERT_KEY, kind: 'job', service: 'orders', name: 'nightly', severity: 'deferred' } as const;
  const condition = { ...about, firing: true, since: NOW, summary: 'it failed' };
  const alert = await observe({ table, clock: fakeClock(NOW) }, condition, NOW);
  if (alert)
    await changeAlert(table, alert.hash, (current) => current && { alert: { ...current, deliveries: [GIVEN_UP] } });
  const silence = { match: { service: ['orders'] }, from: NOW, until: NOW + 3_600_000, reason: 'a test', by: 'them' };
  await putSilence(table, { id: 'a-silence', ...silence });
}

describe('the control plane', () => {
  let table: Table;
  let plane: ControlPlane;
  /** By kind of caller; undefined sends nothing. */
  const bearers = new Map<string, string | undefined>([['nothing', undefined]]);

  beforeAll(async () => {
    // What AWS would be asked is not there: who may ask is the question.
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9');
    vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', 'http://127.0.0.1:9');
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', 'http://127.0.0.1:9');
    vi.stubEnv('AWS_ENDPOINT_URL_XRAY', 'http://127.0.0.1:9');
    table = (await createTable(inject('dynamodb'))).sdk;
    plane = controlPlane(table);
    await putAlertOfOrders(table);
    for (const role of ROLES) {
      for (const of of OF) {
        const services = SERVICES[of];
        const bearer = await givenKey(table, `${role}-${of}`, role, services ? { services } : {});
        bearers.set(`${role} ${of}`, bearer);
      }
    }
    bearers.set('unknown', 'fb_nobody');
    bearers.set('expired', await givenKey(table, 'expired', 'admin', { expiresAt: NOW }));
    bearers.set('revoked', await givenKey(table, 'revoked', 'admin'));
    await revokeApiKey(table, hashOfKey('fb_revoked'), NOW);
  });

  it('has no route without a line, and no line without a route', () => {
    const lines = ROUTES.map(([method, path]) => nameOf(method, path));
    expect(lines.toSorted()).toEqual(plane.routes.map(({ method, path }) => nameOf(method, path)).toSorted());
  });

  it('says of each route what its line says: the least role', () => {
    for (const { method, path, role } of plane.routes) {
      const [, , least] = ROUTES.find((row) => row[0] === method && row[1] === path) ?? [];
      expect(role ?? 'anyone', nameOf(method, path)).toBe(least);
    }
  });

  it.each(ROUTES.map((row) => [nameOf(row[0], row[1]), row] as const))('%s', async (_name, row) => {
    const [method, path, , scope, { query, body } = {}] = row;
    // Elsewhere what is not there is beside the question.
    const refusals = [401, 403, 429, 500, ...(scope === 'unseen' ? [404] : [])];
    const cells = cellsOf(row);
    expect(Object.keys(cells).toSorted()).toEqual(callers().toSorted());
    const found: Record<string, 'in' | number> = {};
    for (const [i, caller] of callers().entries()) {
      const bearer = bearers.get(caller);
      // Whoever may, deletes it.
      if (path.includes('{check}')) await createCheck(table, CHECK);
      const { status, headers } = await plane.send({
        ...{ method, path: filledIn(path) },
        ...(query ? { query } : {}),
        ...(body ? { body } : {}),
        ...(bearer === undefined ? {} : { bearer }),
        // From an address of its own: failed logins are another test's matter.
        from: `2001:db8:0:${(ROUTES.indexOf(row) * 32 + i).toString(16)}::1`,
      });
      // Each failure by the same wrong key counts against it; the next minute is another one.
      if (cells[caller] === 401) plane.clock.advance(10_000);
      found[caller] = refusals.includes(status) ? status : 'in';
      expect('www-authenticate' in headers, caller).toBe(status === 401);
    }
    expect(found).toEqual(cells);
  });
});
