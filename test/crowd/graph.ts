// Who the crowd are and who calls whom: four hundred services, of which one team's seventy-five stand among queues, buckets,
// schedules and hosts on a map of a hundred nodes and three hundred edges. Pure.
export interface Crossing {
  /** As the map names them: `service:orders`, `queue:orders-sent`, `internet`. */
  readonly from: string;
  readonly to: string;
  /** Calls in five minutes. */
  readonly count: number;
  readonly typicalMs: number;
  /** Of all calls, once it has begun to fail. */
  readonly failed: number;
  readonly refused: number;
}

const NOUNS = [
  ...['orders', 'payments', 'stock', 'prices', 'users', 'carts', 'mail', 'search', 'tax', 'returns'],
  ...['labels', 'routes', 'depots', 'drivers', 'invoices', 'ledger', 'quotes', 'claims', 'risk', 'loyalty'],
  ...['coupons', 'media', 'reviews', 'catalog', 'vendors', 'offers', 'events', 'seats', 'venues', 'tickets'],
  ...['meters', 'tariffs', 'outages', 'devices', 'alarms', 'plans', 'budgets', 'audits', 'grants', 'permits'],
];
const PARTS = ['api', 'worker', 'store', 'sync', 'export', 'import', 'report', 'notify', 'archive', 'gateway'];

/** Four hundred names. */
export const SERVICES: readonly string[] = NOUNS.flatMap((noun) => PARTS.map((part) => `${noun}-${part}`));
/** Those that a key for one team's services sees. */
export const TEAM: readonly string[] = SERVICES.slice(0, 75);
const OTHERS = SERVICES.slice(TEAM.length);

/** Edges of the team's map. */
const TEAM_EDGES = 300;

export const ownerOf = (service: string): string => `team-${service.slice(0, service.indexOf('-'))}`;

/** All there are; those that touch one of the team's services are a map of their own. */
export function crossings(): readonly Crossing[] {
  const ends = new Map<string, readonly [from: string, to: string]>();
  const add = (from: string, to: string) => void ends.set(`${from} ${to}`, [from, to]);
  const team = (n: number) => `service:${TEAM[n] ?? ''}`;
  for (let n = 0; n < 15; n++) add('internet', team(n));
  for (let n = 0; n < 10; n++) {
    const queue = `queue:crowd-prod-${NOUNS[n] ?? ''}-waiting`;
    add(team(n), queue);
    add(team(n + 17), queue);
    add(queue, team(n + 50));
  }
  for (let n = 0; n < 6; n++) {
    const bucket = `bucket:crowd-prod-${NOUNS[n] ?? ''}-files`;
    add(team(n + 30), bucket);
    add(bucket, team(n + 60));
    add(team(n + 40), n % 2 === 0 ? 'host:api.card-scheme.example' : 'host:maps.example');
  }
  for (let n = 0; n < 5; n++) add(`schedule:crowd-prod-${NOUNS[n] ?? ''}-nightly`, team(n + 65));
  for (let n = 0; n < 10; n++) add(team(n * 7), 'table:crowd-prod-orders');
  for (let n = 0; ends.size < TEAM_EDGES; n++) {
    const caller = (n * 37) % 60;
    add(team(caller), team(caller + 1 + ((n * 71 + 13) % (TEAM.length - 1 - caller))));
  }
  for (const [n, name] of OTHERS.entries()) {
    add('internet', `service:${name}`);
    if (n % 2 === 1) add(`service:${name}`, `service:${OTHERS[n - 1] ?? ''}`);
  }
  return [...ends.values()].map(([from, to], n) => ({
    ...{ from, to },
    // Some are called once in five minutes, some hundreds of times a second.
    count: n % 25 === 7 ? 2 : 60 * (1 + ((n * 13) % 90)) * (n % 40 === 0 ? 40 : 1),
    typicalMs: n % 25 === 7 ? 480 : 4 + ((n * 29) % 400),
    failed: n % 24 === 5 ? 0.12 : n % 24 === 17 ? 0.02 : 0,
    refused: n % 33 === 4 ? 0.04 : 0,
  }));
}
