// A model of the other common design: every instance counts and opens alone, and one at a time is elected to probe.
import type { Table } from '../../../store/port.ts';
import { retried, tableOf, TIMEOUT_MS } from './asking.ts';
import type { Caller, FleetState, Place, Send, Subject } from './subject.ts';

/** As opossum and circuitbreaker-lambda are often set. */
const FAILURES_IN_A_ROW = 5;
const OPEN_FOR_MS = 5_000;
/** The lock's lease; whoever does not get it tries again after as long. */
const LEASE_MS = 1_000;
const KEY = { pk: 'peer#elected-prober', sk: 'lock' };

type Tell = (from: 'open' | 'closed') => void;

class ElectedProberCaller implements Caller {
  readonly #place: Place;
  readonly #table: Table;
  readonly #tell: Tell;
  #inARow = 0;
  /** Open until then; undefined while closed. */
  #untilMs: number | undefined;

  constructor(place: Place, tell: Tell) {
    this.#place = place;
    this.#table = tableOf(place);
    this.#tell = tell;
  }

  async invoke(send: Send): Promise<'sent' | 'refused'> {
    const { clock } = this.#place.sandbox;
    if (this.#untilMs === undefined) {
      this.#inARow = (await send()) ? this.#inARow + 1 : 0;
      if (this.#inARow >= FAILURES_IN_A_ROW) this.#open();
      return 'sent';
    }
    if (clock.now() < this.#untilMs) return 'refused';
    if (!(await this.#isElected())) {
      this.#untilMs = clock.now() + LEASE_MS;
      return 'refused';
    }
    if (await send()) this.#open();
    else this.#close();
    await this.#release();
    return 'sent';
  }

  settle(): undefined {
    return undefined;
  }

  #open(): void {
    if (this.#untilMs === undefined) this.#tell('open');
    this.#untilMs = this.#place.sandbox.clock.now() + OPEN_FOR_MS;
  }

  #close(): void {
    this.#untilMs = undefined;
    this.#inARow = 0;
    this.#tell('closed');
  }

  async #isElected(): Promise<boolean> {
    const now = this.#place.sandbox.clock.now();
    const values = { ':me': this.#place.id, ':now': now, ':until': now + LEASE_MS };
    const request = {
      ...{ key: KEY, update: 'SET holder = :me, heldUntil = :until', values, timeoutMs: TIMEOUT_MS },
      condition: 'attribute_not_exists(holder) OR heldUntil < :now',
    };
    try {
      return (await this.#table.update(request)).applied;
    } catch {
      return false;
    }
  }

  async #release(): Promise<void> {
    const values = { ':me': this.#place.id };
    const request = { key: KEY, update: 'REMOVE holder', condition: 'holder = :me', values, timeoutMs: TIMEOUT_MS };
    try {
      await retried(this.#place, () => this.#table.update(request));
    } catch {
      // Its lease ends by itself.
    }
  }
}

export const electedProber: Subject = {
  name: 'counters per instance, one elected prober (model)',
  fleet({ told }) {
    let [callers, open, epoch, isOpen] = [0, 0, 0, false];
    const tell: Tell = (what) => {
      open += what === 'open' ? 1 : -1;
      // There is no state of the fleet: it counts as open while more than half of it are.
      const nowOpen = 2 * open > callers;
      if (nowOpen === isOpen) return;
      isOpen = nowOpen;
      const state: FleetState = { kind: isOpen ? 'OPEN' : 'CLOSED', epoch: ++epoch };
      told(isOpen ? { ...state, openForMs: OPEN_FOR_MS } : state);
    };
    return {
      caller(place) {
        callers++;
        return new ElectedProberCaller(place, tell);
      },
      stateOf: () => undefined,
    };
  },
};
