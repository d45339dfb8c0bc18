// A breaker as a test sees and sets it: the fleet's state in the table, changed as an operator would.
import { forceBreaker, forcedAt } from '../../store/items/breaker.ts';
import { recordOf, type BreakerState, type ForcedState } from '../../store/items/breaker-record.ts';
import { keys } from '../../store/keys.ts';
// Not by its folder's index.ts: it would bring in all of the breaker.
import { lookAgain } from '../breaker/kept.ts';
import type { Fleet } from './fleet.ts';

export interface TestBreaker {
  /** The fleet's state. An instance that cannot reach the store goes by what it sees itself. */
  readonly state: BreakerState['kind'] | ForcedState['state'];
  /** While half-open: probes of the fleet that are out. */
  readonly probesOut: number;
  /** When it closed onto its ramp, epoch ms; undefined without a ramp, and while it is not closed. */
  readonly rampFrom: number | undefined;
  /** Forces it as an operator does; in force from the next call on. */
  force(state: 'OPEN' | 'CLOSED'): Promise<void>;
  /** Lifts what was forced: it goes on from the state beneath. Does nothing where nothing is. */
  release(): Promise<void>;
}

/** `key`: of a rule with a key, the value as it is stored. */
export function testBreaker(fleet: Fleet, name: string, key?: string): TestBreaker {
  const { service, table, clock } = fleet;

  async function set(state: ForcedState['state'] | null): Promise<void> {
    await forceBreaker(table, { service, name, key, state, reason: 'a test', by: 'test', nowMs: clock.now() });
    for (const instance of fleet.instances) lookAgain(instance);
  }

  const record = () => recordOf(table.item(keys.breaker(service, name, key)));

  return {
    get state() {
      const now = record();
      return forcedAt(now, clock.now())?.state ?? now.state.kind;
    },
    get probesOut() {
      const { state } = record();
      return state.kind === 'HALF_OPEN' ? state.probes.filter(({ until }) => clock.now() <= until).length : 0;
    },
    get rampFrom() {
      const { state } = record();
      return state.kind === 'CLOSED' ? state.ramp?.from : undefined;
    },
    force: (state) => set(state === 'OPEN' ? 'FORCED_OPEN' : 'FORCED_CLOSED'),
    release: async () => (forcedAt(record(), clock.now()) ? set(null) : undefined),
  };
}
