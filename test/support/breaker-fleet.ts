// Several instances of one service with one breaker between them, on one clock and one table.
import { breakerOutbound } from '../../middleware/breaker/index.ts';
import type { Instance } from '../../middleware/kernel/instance.ts';
import type { Call, Reply, Send, Stage } from '../../middleware/kernel/outbound.ts';
import { silentRecorder } from '../../middleware/kernel/recorder.ts';
import type { BreakerRule, DependencyRule } from '../../middleware/kernel/rules/document.ts';
import { recordOf, type BreakerRecord } from '../../store/items/breaker-record.ts';
import { keys } from '../../store/keys.ts';
import type { Table } from '../../store/port.ts';
import { fakeClock, type FakeClock } from './fake-clock.ts';
import { testContext, testInstance, testInvocation } from './instance.ts';
import { dependency, testCall } from './outbound.ts';

export const START = Date.UTC(2026, 0, 5, 12, 0, 0);

export interface AttemptOptions {
  readonly remainingMs?: number;
  readonly requestId?: string;
  readonly call?: Partial<Call>;
}

export interface Member {
  readonly instance: Instance;
  /** What the recorder was told: `CLOSED>OPEN` of the fleet's breaker. */
  readonly transitions: string[];
  readonly refusals: string[];
  readonly internals: string[];
  /** One attempt in an invocation of its own, with everything beside it settled. */
  attempt(given: Reply | Send, options?: AttemptOptions): Promise<Reply>;
  /** The same, but leaves the invocation open: the test settles it. */
  begin(given: Reply | Send, options?: AttemptOptions): { readonly reply: Promise<Reply>; readonly call: Call };
}

export interface Fleet {
  readonly clock: FakeClock;
  readonly members: readonly Member[];
  readonly member: (index: number) => Member;
}

export function breakerFleet(
  size: number,
  table: Table,
  breaker: BreakerRule = {},
  rule: Partial<DependencyRule> = { attemptTimeout: '500ms' },
  clock: FakeClock = fakeClock(START),
): Fleet {
  const members = Array.from({ length: size }, (_, i) => memberOf(`instance-${i}`, table, { ...rule, breaker }, clock));
  return {
    clock,
    members,
    member(index) {
      const member = members[index];
      if (!member) throw new RangeError(`the fleet has ${size} instances`);
      return member;
    },
  };
}

function memberOf(id: string, table: Table, rule: DependencyRule, clock: FakeClock): Member {
  const instance = testInstance({ id, table, clock });
  const transitions: string[] = [];
  const refusals: string[] = [];
  const internals: string[] = [];
  instance.recorder = {
    ...silentRecorder,
    transition: (_breaker, from, to) => transitions.push(`${from}>${to}`),
    refusal: (by, name, _resource, _count, shadow) => refusals.push(`${by} ${name}${shadow ? ' (shadow)' : ''}`),
    internal: (event) => internals.push(event),
  };
  const stage: Stage | undefined = breakerOutbound.stage('payments', rule, instance);
  const start = (given: Reply | Send, { remainingMs, requestId, call: overrides }: AttemptOptions) => {
    const invocation = testInvocation(instance, {}, testContext(clock, remainingMs, requestId));
    const call = testCall(invocation, { signal: new AbortController().signal, ...overrides });
    const next = typeof given === 'function' ? given : dependency(given).send;
    return { reply: stage ? stage(call, next) : next(call), call };
  };
  return {
    instance,
    transitions,
    refusals,
    internals,
    begin: (given, options = {}) => start(given, options),
    async attempt(given, options = {}) {
      const ended = await start(given, options).reply;
      await instance.syncs.settle();
      return ended;
    },
  };
}

export async function storedBreaker(table: Table, service = 'orders', name = 'payments'): Promise<BreakerRecord> {
  return recordOf(await table.get(keys.breaker(service, name), { consistent: true }));
}
