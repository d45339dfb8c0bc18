// Runs as one of many processes: governs requests of its own by the shared table, and logs what it admitted and when.
// `node probe.ts <endpoint> <table> <log> <seed> <offsetMs> <rps> <rule as JSON>`
import { openSync, writeSync } from 'node:fs';
import type { Context } from 'aws-lambda';
import { systemClock, type Clock } from '../../../middleware/kernel/clock.ts';
import { Refused } from '../../../middleware/kernel/errors.ts';
import { Instance } from '../../../middleware/kernel/instance.ts';
import { Invocation } from '../../../middleware/kernel/invocation.ts';
import type { ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { triggerOf } from '../../../middleware/kernel/trigger.ts';
import { seededRandom } from '../../../middleware/testing/random.ts';
import { provideEverything } from '../../../middleware/throttle/everything.ts';
import { throttlePolicy } from '../../../middleware/throttle/index.ts';
import { signedTable } from '../../../store/adapters/signed.ts';
import { guardedTable } from '../../../store/guard.ts';
import type { Table } from '../../../store/port.ts';
import { gapMs } from '../../simulation/load.ts';

// Rules are compiled without waiting.
provideEverything();

const [, , endpoint = '', tableName = '', logPath = '', seed = '0', offset = '0', rps = '0', rule = '{}'] =
  process.argv;
const HANDLER_MS = 2;
/** A promise that is settled sooner asked nobody. */
const LEAST_WAIT_MS = 0.5;
const SERVICE = 'processes';

// Written at once: what a killed process has admitted is known.
const log = openSync(logPath, 'a');
const note = (line: string) => void writeSync(log, `${line}\n`);
/** By the machine's one clock, µs. */
const trueUs = () => Math.round((performance.timeOrigin + performance.now()) * 1000);

const random = seededRandom(Number(seed));
const clock: Clock = { ...systemClock, now: () => Math.floor(systemClock.now() + Number(offset)) };
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const signed = signedTable({ tableName, clock, endpoint, region: 'us-east-1', credentials });
const counted: Table = {
  ...signed,
  update: (request) => {
    note('w');
    return signed.update(request);
  },
};
const table = guardedTable(counted, clock);
const nothing = () => {};
const instance = new Instance({
  ...{ service: SERVICE, id: `process-${process.pid}`, functionName: SERVICE, functionVersion: '1' },
  ...{ clock, random, table, logger: { info: nothing, warn: nothing, error: nothing } },
  storeAway: () => table.state(clock.now()) !== 'closed',
});
const throttles = throttlePolicy.compile(
  { apiVersion: 'flyball/v1', service: SERVICE, throttles: { shared: JSON.parse(rule) as ThrottleRule } },
  instance,
);
const trigger = triggerOf({});
const pause = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

/** As the kernel does; `a` and its time for an admission, `r` for a refusal, `p` before either if it had to wait. */
async function invoke(request: number): Promise<void> {
  const now = clock.now();
  const context = { awsRequestId: String(request), getRemainingTimeInMillis: () => 30_000 } as Context;
  const invocation = new Invocation(instance, instance.rules.snapshot, trigger, {}, context, now);
  instance.cold = false;
  instance.syncs.startDue(now);
  try {
    const waiting = throttlePolicy.before?.(invocation, throttles);
    if (waiting) {
      const sinceMs = performance.now();
      await waiting.finally(() => {
        if (performance.now() - sinceMs > LEAST_WAIT_MS) note('p');
      });
    }
    note(`a ${trueUs()}`);
    await pause(HANDLER_MS);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    note('r');
  }
  await throttlePolicy.after?.(invocation, throttles);
  invocation.ended = true;
  invocation.dispose();
  await instance.syncs.settle();
}

for (let request = 0; ; request++) {
  await pause(gapMs(random, Number(rps)));
  await invoke(request);
}
