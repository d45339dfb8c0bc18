// A table that is asked again when it has no answer. For calls that may be repeated: all that the merge makes.
import { sleep, type Clock, type Random } from '../../../middleware/kernel/clock.ts';
import { StoreUnavailable, type Table } from '../../../store/port.ts';

const TRIES = 4;
const FIRST_WAIT_MS = 100;
/** A page of a megabyte takes its time. */
const LONGEST_MS = 5_000;

/** Waits between tries for a while drawn from twice as long each time; nothing is tried again without `timeLeft`. */
export function patientTable(table: Table, clock: Clock, random: Random, timeLeft: () => boolean): Table {
  async function patiently<T>(ask: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof StoreUnavailable) || tries === TRIES || !timeLeft()) throw error;
        await sleep(clock, random() * FIRST_WAIT_MS * 2 ** tries);
      }
    }
  }
  const timeoutMs = LONGEST_MS;
  return {
    get: (key, options) => patiently(() => table.get(key, { timeoutMs, ...options })),
    put: (request) => patiently(() => table.put({ timeoutMs, ...request })),
    update: (request) => patiently(() => table.update({ timeoutMs, ...request })),
    delete: (request) => patiently(() => table.delete({ timeoutMs, ...request })),
    query: (request) => patiently(() => table.query({ timeoutMs, ...request })),
  };
}
