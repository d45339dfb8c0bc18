// Instances that serve and report as real ones do, on one clock and with a table that may fail them; what each has counted
// and stored is kept, to be compared with what becomes of it.
import { telemetryPolicy } from '../../../middleware/telemetry/index.ts';
import { loadReporting } from '../../../middleware/telemetry/reports.ts';
import type { Instance } from '../../../middleware/kernel/instance.ts';
import type { Outcome } from '../../../middleware/kernel/outcome.ts';
import { StoreUnavailable, type Item, type Table } from '../../../store/port.ts';
import type { FakeClock } from '../../support/fake-clock.ts';
import { testInstance } from '../../support/instance.ts';

export interface Counted {
  readonly at: number;
  readonly outcome: Outcome;
  readonly ms: number;
}

/** A put that reached the table, whether or not its instance heard of it. */
interface Stored {
  readonly key: string;
  readonly at: number;
  /** What was counted until then is in it. */
  readonly counted: number;
  readonly late: readonly string[];
}

const LATE_AFTER_MS = 150_000;

/** How an exchange of an instance ends: `lost` is applied, but its answer never comes. */
export type Fate = 'answered' | 'lost' | 'away';

export class Member {
  readonly id: string;
  readonly counted: Counted[] = [];
  readonly stored: Stored[] = [];
  fate: () => Fate = () => 'answered';
  readonly #instance: Instance;
  readonly #clock: FakeClock;

  constructor(service: string, id: string, table: Table, clock: FakeClock) {
    this.id = id;
    this.#clock = clock;
    this.#instance = testInstance({ service, id, clock, table: this.#over(table) });
    this.#instance.rules.register(telemetryPolicy);
  }

  /** Its resource has its own name: what becomes of what it counted can be told apart. */
  get resource(): string {
    return `of-${this.id}`;
  }

  async serve(outcome: Outcome, ms: number): Promise<void> {
    const { recorder, syncs } = this.#instance;
    syncs.startDue(this.#clock.now());
    const cold = this.counted.length === 0;
    this.counted.push({ at: this.#clock.now(), outcome, ms });
    recorder.call('payments', outcome, ms / 2);
    recorder.invocation(this.resource, outcome, ms, cold);
    await syncs.settle();
  }

  /** What it has counted and the table holds, at least and at most: what is stored late is found only once it is listed. */
  bounds(): readonly [least: number, most: number] {
    const byKey = new Map(this.stored.map((stored) => [stored.key, stored]));
    const listed = new Set(this.stored.filter((stored) => !isLate(stored)).flatMap(({ late }) => late));
    let least = 0;
    let most = 0;
    for (const stored of byKey.values()) {
      most += stored.counted;
      if (!isLate(stored) || listed.has(stored.key)) least += stored.counted;
    }
    return [least, most];
  }

  #over(table: Table): Table {
    return {
      ...table,
      get: () => Promise.resolve(undefined),
      put: async (request) => {
        const fate = this.fate();
        if (fate === 'away') throw new StoreUnavailable('connect', 'the table is away in this test');
        const written = await table.put({ ...request, signal: new AbortController().signal });
        this.#note(request.item);
        if (fate === 'lost') throw new StoreUnavailable('timeout', 'the answer is lost in this test');
        return written;
      },
    };
  }

  #note(item: Item): void {
    const resources = item['resources'] as { [name: string]: { outcomes: { [outcome: string]: number } } } | undefined;
    if (!resources) return;
    const outcomes = Object.values(resources[this.resource]?.outcomes ?? {});
    this.stored.push({
      key: new Date(Number(item['from'])).toISOString().slice(0, 16),
      at: this.#clock.now(),
      counted: outcomes.reduce((sum, count) => sum + count, 0),
      late: (item['late'] ?? []) as string[],
    });
  }
}

function isLate({ key, at }: Stored): boolean {
  return at - Date.parse(`${key}:00Z`) > LATE_AFTER_MS;
}

/** Counting begins at once: what it needs is loaded. */
export async function fleetReady(): Promise<void> {
  await loadReporting();
}
