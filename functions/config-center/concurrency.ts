// The limits of concurrency of a service as its fleet has them: how many permits there are, and how many are taken.
import { limitNow } from '../../middleware/concurrency/adaptive.ts';
import { isTaken, termAt } from '../../middleware/concurrency/lease.ts';
import { boundsOf } from '../../middleware/concurrency/rule.ts';
import { shardsOf } from '../../middleware/concurrency/slots.ts';
import type { ConcurrencyRule, RuleDocument } from '../../middleware/kernel/rules/document.ts';
import { UnreadableItem } from '../../store/items/fields.ts';
import { readPermits, type PermitRecord } from '../../store/items/permits.ts';
import { readDocument, readHead } from '../../store/items/rules.ts';
import { keys } from '../../store/keys.ts';
import type { Table } from '../../store/port.ts';
import { json, notFound, route, type Route } from '../api/index.ts';
import { readConcurrency } from './described/throttles.ts';
import type { Parts } from './parts.ts';
import { readable } from './unreadable.ts';

export function concurrencyRoutes({ table }: Parts): Route[] {
  return [
    route('GET', '/v1/services/{service}/concurrency', 'viewer', readConcurrency, async (request) => {
      const { service } = request.params;
      const rules = await concurrencyOf(table, service);
      const named = Object.entries(rules).sort(([a], [b]) => (a < b ? -1 : 1));
      const shown = await readable(service, () =>
        Promise.all(named.map(([name, rule]) => shownRule(table, service, name, rule, request.at))),
      );
      return json({ concurrency: shown });
    }),
  ];
}

/** @throws {Problem} 404 when nothing is published. */
async function concurrencyOf(table: Table, service: string): Promise<NonNullable<RuleDocument['concurrency']>> {
  const head = await readHead(table, service, { consistent: true });
  if (!head) throw notFound(`Service "${service}" has no published rules.`);
  // Only what was validated is ever published.
  const { concurrency = {} } = (await readDocument(table, service, head.revision, 0)) as RuleDocument;
  return concurrency;
}

async function shownRule(table: Table, service: string, name: string, rule: ConcurrencyRule, nowMs: number) {
  const { resources, mode = 'enforce', scope = 'fleet', limit: asked } = rule;
  const common = { name, mode, scope, ...(resources ? { resources } : {}) };
  if (scope === 'instance') return { ...common, limit: asked, held: null, reason: 'each instance counts by itself' };
  const bounds = boundsOf(rule);
  const first = await readPermits(table, service, name, 0, { consistent: true });
  const adaptive = first?.adaptive;
  const limit = bounds ? (adaptive ? limitNow(adaptive, bounds) : bounds.floor) : Number(asked);
  const most = bounds ? bounds.ceiling : limit;
  const others = await Promise.all(
    Array.from({ length: shardsOf(most) - 1 }, (_, i) =>
      readPermits(table, service, name, i + 1, { consistent: true }),
    ),
  );
  const held = [first, ...others].reduce((sum, record) => sum + heldIn(record, nowMs), 0);
  return {
    ...common,
    limit,
    held,
    ...(bounds ? { adaptive: { ...bounds, ...measured(adaptive, service, name) } } : {}),
  };
}

/** Slots above a limit that was lowered count as long as somebody holds them. */
function heldIn(record: PermitRecord | undefined, nowMs: number): number {
  const term = termAt(nowMs);
  return [...(record?.expiries.values() ?? [])].filter((expiry) => isTaken(expiry, term)).length;
}

function measured(adaptive: PermitRecord['adaptive'], service: string, rule: string) {
  if (!adaptive) return { phase: null, latencyMs: null, measuredAt: null };
  const { phase, baseMs, measuredAt } = adaptive;
  const at = new Date(measuredAt);
  if (Number.isNaN(at.getTime())) {
    const { pk, sk } = keys.permits(service, rule, 0);
    throw new UnreadableItem(
      `Item ${JSON.stringify([pk, sk])} says that latency was measured at a time that no clock has`,
    );
  }
  return { phase, latencyMs: Math.round(baseMs * 10) / 10, measuredAt: at.toISOString() };
}
