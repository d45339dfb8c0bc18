// The throttles of a service: its limits, and how the fleet's bucket or window of a key stands.
import type { RuleDocument, ThrottleRule } from '../../middleware/kernel/rules/document.ts';
import { provideEverything } from '../../middleware/throttle/everything.ts';
import { Memory } from '../../middleware/throttle/memory.ts';
import { compileThrottle, fleetStateOf } from '../../middleware/throttle/rule.ts';
import { readStanding, type BucketStanding, type WindowStanding } from '../../middleware/throttle/state.ts';
import { readDocument, readHead } from '../../store/items/rules.ts';
import type { Table } from '../../store/port.ts';
import { json, notFound, route, type Route } from '../api/index.ts';
import { listThrottles, readThrottle } from './described/throttles.ts';
import type { Parts } from './parts.ts';
import { askedKey } from './throttle-key.ts';
import { readable } from './unreadable.ts';

// Rules are compiled without waiting.
provideEverything();

const THROTTLES = '/v1/services/{service}/throttles';

export function throttleRoutes({ table }: Parts): Route[] {
  return [
    route('GET', THROTTLES, 'viewer', listThrottles, async (request) => {
      const rules = await throttlesOf(table, request.params.service);
      return json({ throttles: Object.entries(rules).map(([name, rule]) => shownRule(name, rule)) });
    }),
    route('GET', `${THROTTLES}/{throttle}`, 'viewer', readThrottle, async (request) => {
      const { service, throttle: name } = request.params;
      const rules = await throttlesOf(table, service);
      const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
      if (!rule) throw unknownThrottle(service, name, Object.keys(rules));
      const asked = askedKey(request.query, rule);
      const states =
        rule.scope === 'instance'
          ? []
          : await readable(service, () =>
              Promise.all(
                asked.limits.map((override) => stateOf(table, service, name, rule, override, asked.stored, request.at)),
              ),
            );
      // Of several that may be meant, the one that has been used last is.
      const [state] = states.toSorted((a, b) => lastUsed(b.standing) - lastUsed(a.standing));
      return json({
        ...shownRule(name, rule),
        stored: asked.stored,
        ...(state ? { state: shownState(state), certain: states.length === 1 } : { state: null, reason: OWN }),
      });
    }),
  ];
}

const OWN = 'each instance counts by itself';

interface KeyState {
  readonly limit: string;
  readonly generation: string;
  /** The override's place in the rule. */
  readonly override: number | undefined;
  readonly standing: BucketStanding | WindowStanding;
}

async function stateOf(
  table: Table,
  service: string,
  name: string,
  rule: ThrottleRule,
  override: number | undefined,
  stored: string,
  nowMs: number,
): Promise<KeyState> {
  const limited = limitedBy(rule, override);
  const compiled = compileThrottle(name, limited, new Memory());
  const bucket = { ...fleetStateOf(compiled, ''), service, key: stored };
  const standing = await readStanding(table, limited, bucket, nowMs);
  return { limit: limited.limit, generation: compiled.generation, override, standing };
}

/** The rule with the limit of one of its overrides. */
function limitedBy({ overrides, ...rule }: ThrottleRule, index: number | undefined): ThrottleRule {
  const override = index === undefined ? undefined : overrides?.[index];
  return override ? { ...rule, limit: override.limit, burst: override.burst } : rule;
}

function lastUsed(standing: BucketStanding | WindowStanding): number {
  if (!standing.known) return -Infinity;
  return standing.kind === 'bucket' ? (standing.tatUs ?? 0) : standing.used;
}

/** The throttles of the published rules. @throws {Problem} 404 when nothing is published. */
async function throttlesOf(table: Table, service: string): Promise<Readonly<Record<string, ThrottleRule>>> {
  const head = await readHead(table, service, { consistent: true });
  if (!head) throw notFound(`Service "${service}" has no published rules.`);
  // Only what was validated is ever published.
  const { throttles = {} } = (await readDocument(table, service, head.revision, 0)) as RuleDocument;
  return throttles;
}

function unknownThrottle(service: string, name: string, known: readonly string[]) {
  const others = known.length > 0 ? `; it has ${known.join(', ')}` : '';
  return notFound(`The published rules of "${service}" have no throttle "${name}"${others}.`);
}

/** A rule with what it leaves to its defaults. */
function shownRule(name: string, rule: ThrottleRule) {
  return {
    name,
    ...rule,
    key: rule.key ?? [],
    algorithm: rule.algorithm ?? 'token-bucket',
    scope: rule.scope ?? 'fleet',
    mode: rule.mode ?? 'enforce',
  };
}

function shownState({ limit, generation, override, standing }: KeyState) {
  const { kind, known, remaining, moreAtMs } = standing;
  const common = {
    limit,
    override: override ?? null,
    generation,
    known,
    remaining,
    moreAt: moreAtMs === undefined ? null : iso(moreAtMs),
  };
  if (kind === 'bucket') {
    const { burst, leased, parts, tatUs, baseUs, warmAtMs } = standing;
    const warm = warmAtMs === undefined ? {} : { warmAt: iso(warmAtMs) };
    return { ...common, burst, leased, parts, ...warm, ...(tatUs === undefined ? {} : { tatUs, baseUs }) };
  }
  const { used, startMs, endMs, previous, held } = standing;
  const window = { used, start: iso(startMs), end: iso(endMs) };
  return {
    ...common,
    ...window,
    ...(previous === undefined ? {} : { previous }),
    ...(held === undefined ? {} : { held }),
  };
}

/** Rounded up: before that there certainly is no more. */
const iso = (ms: number) => new Date(Math.ceil(ms)).toISOString();
