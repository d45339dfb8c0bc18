// A model of circuitbreaker-lambda: state and counters read before every call and written, whole, after it.
import type { Item, Table } from '../../../store/port.ts';
import { retried, tableOf, TIMEOUT_MS } from './asking.ts';
import type { Caller, FleetState, Place, Send, StateKind, Subject } from './subject.ts';

// What follows is lib/circuitbreaker.js of 0.0.1, line by line, with its defaults.
const FAILURE_THRESHOLD = 5;
const SUCCESS_THRESHOLD = 2;
const OPEN_FOR_MS = 10_000;
const KEY = { pk: 'peer#circuitbreaker-lambda', sk: 'state' };

const KINDS: { readonly [state: string]: StateKind } = { CLOSED: 'CLOSED', OPEN: 'OPEN', HALF: 'HALF_OPEN' };

class ReadModifyWriteCaller implements Caller {
  readonly #place: Place;
  readonly #table: Table;
  #state: 'CLOSED' | 'OPEN' | 'HALF' = 'CLOSED';
  #failureCount = 0;
  #successCount = 0;
  #nextAttempt: number;

  constructor(place: Place) {
    this.#place = place;
    this.#table = tableOf(place);
    this.#nextAttempt = place.sandbox.clock.now();
  }

  async invoke(send: Send): Promise<'sent' | 'refused'> {
    try {
      this.#take(await retried(this.#place, () => this.#table.get(KEY, { timeoutMs: TIMEOUT_MS })));
    } catch {
      // `fire` throws before it has called.
      return 'refused';
    }
    if (this.#state === 'OPEN') {
      if (this.#nextAttempt > this.#place.sandbox.clock.now()) return 'refused';
      this.#state = 'HALF';
    }
    if (await send()) this.#fail();
    else this.#succeed();
    await this.#write();
    return 'sent';
  }

  settle(): undefined {
    return undefined;
  }

  #take(item: Item | undefined): void {
    if (!item) return;
    const { circuitState: state, failureCount, successCount, nextAttempt } = item;
    if (state === 'CLOSED' || state === 'OPEN' || state === 'HALF') this.#state = state;
    this.#failureCount = Number(failureCount);
    this.#successCount = Number(successCount);
    this.#nextAttempt = Number(nextAttempt);
  }

  #succeed(): void {
    if (this.#state === 'HALF' && ++this.#successCount > SUCCESS_THRESHOLD) {
      this.#state = 'CLOSED';
      this.#successCount = 0;
    }
    this.#failureCount = 0;
  }

  #fail(): void {
    if (++this.#failureCount < FAILURE_THRESHOLD) return;
    this.#state = 'OPEN';
    this.#nextAttempt = this.#place.sandbox.clock.now() + OPEN_FOR_MS;
  }

  async #write(): Promise<void> {
    const values = {
      ...{ ':st': this.#state, ':fc': this.#failureCount, ':sc': this.#successCount },
      ...{ ':na': this.#nextAttempt, ':ts': this.#place.sandbox.clock.now() },
    };
    const update = 'SET circuitState = :st, failureCount = :fc, successCount = :sc, nextAttempt = :na, stamp = :ts';
    try {
      await retried(this.#place, () => this.#table.update({ key: KEY, update, values, timeoutMs: TIMEOUT_MS }));
    } catch {
      // `updateState` logs it and goes on.
    }
  }
}

export const readModifyWrite: Subject = {
  name: 'circuitbreaker-lambda 0.0.1 (model)',
  fleet() {
    let [epoch, last] = [0, 'CLOSED'];
    return {
      caller: (place) => new ReadModifyWriteCaller(place),
      stateOf(item): FleetState | undefined {
        const state = item['circuitState'];
        const kind = typeof state === 'string' ? KINDS[state] : undefined;
        if (item['pk'] !== KEY.pk || !kind) return undefined;
        if (kind !== last) epoch++;
        last = kind;
        return { kind, epoch, ...(kind === 'OPEN' ? { openForMs: OPEN_FOR_MS } : {}) };
      },
    };
  },
};
