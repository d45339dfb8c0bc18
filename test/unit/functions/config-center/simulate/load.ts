// A service's requests of which everything is known, and the record that its instances and the merge make of them.
import { GrowingRecord, MINUTE_MS, type Recorded } from '../../../../../functions/config-center/simulate/record.ts';
import { SampleChoice } from '../../../../../functions/telemetry/merge/samples.ts';
import { Slot } from '../../../../../functions/telemetry/sums/slot.ts';
import { Busiest } from '../../../../../middleware/telemetry/busiest.ts';
import { CountingRecorder } from '../../../../../middleware/telemetry/recorder.ts';
import { seededRandom } from '../../../../../middleware/testing/random.ts';
import type { BusyKey, MinuteDetail, Sample } from '../../../../../store/items/telemetry-detail.ts';
import type { TelemetryMinute } from '../../../../../store/items/telemetry.ts';

export const FROM = Date.UTC(2026, 0, 5, 12);

export interface Request {
  readonly at: number;
  readonly key: string;
  readonly ms: number;
  readonly failed: boolean;
}

export type Shape = 'even' | 'random' | 'bursts' | 'waves';

export interface Load {
  readonly seed: number;
  readonly shape: Shape;
  readonly minutes: number;
  /** On average. */
  readonly aMinute: number;
  readonly keys: number;
  readonly usualMs: number;
  readonly failing?: number;
}

/** In order of time; they begin twelve minutes before the record and end two after it. */
export function requestsOf({ seed, shape, minutes, aMinute, keys, usualMs, failing = 0 }: Load): Request[] {
  const random = seededRandom(seed);
  const [begin, end] = [FROM - 12 * MINUTE_MS, FROM + (minutes + 2) * MINUTE_MS];
  const times: number[] = [];
  const count = Math.round(((end - begin) / MINUTE_MS) * aMinute);
  const bursts = Array.from({ length: Math.max(1, Math.round(count / 80)) }, () => begin + random() * (end - begin));
  for (let i = 0; i < count; i++) {
    const anywhere = begin + random() * (end - begin);
    if (shape === 'even') times.push(begin + ((i + 0.5) * (end - begin)) / count);
    else if (shape === 'random') times.push(anywhere);
    else if (shape === 'bursts') times.push((bursts[Math.floor(random() * bursts.length)] ?? begin) + random() * 300);
    else times.push(Math.floor(anywhere / 20_000) * 20_000 + ((anywhere % 20_000) / 20_000) * 6_000);
  }
  return times
    .sort((a, b) => a - b)
    .map((at) => ({
      at,
      // A few keys are much busier than the rest.
      key: `key-${Math.floor(keys * random() ** 3)}`,
      ms: usualMs * (0.5 + random() + (random() < 0.05 ? 4 * random() : 0)),
      failed: random() < failing,
    }));
}

export interface Ruled {
  /** Whether a request at this time, of this key, is let through by the rules in force. */
  readonly admits?: (request: Request) => boolean;
  /** `policy/name` that refuses, and the keyed rule that tells of its keys. */
  readonly refusedBy?: string;
  readonly keyedRule?: string;
  readonly sampleShare?: number;
}

export interface Made {
  readonly record: Recorded;
  /** Those that are counted in the record's minutes. */
  readonly counted: ReadonlySet<Request>;
}

/** As instances tell of it: each serves one at a time, its minutes begin with its own requests. */
export function recordOf(load: Load, requests: readonly Request[], ruled: Ruled = {}): Made {
  const random = seededRandom(load.seed + 1);
  const to = FROM + load.minutes * MINUTE_MS;
  const slots = new Map<number, { readonly slot: Slot; readonly samples: SampleChoice }>();
  const counted = new Set<Request>();
  const fleet: Told[] = [];
  for (const request of requests) {
    let told = fleet.find((one) => one.freeAt <= request.at);
    if (!told) fleet.push((told = new Told(`instance-${fleet.length}`)));
    if (request.at - told.from >= MINUTE_MS) flush(told, request.at);
    const minute = Math.floor(told.from / MINUTE_MS) * MINUTE_MS;
    if (minute >= FROM && minute < to) counted.add(request);
    told.count(request, ruled, random);
  }
  for (const told of fleet) flush(told, Infinity);

  function flush(told: Told, next: number): void {
    if (told.from > 0) {
      const minute = Math.floor(told.from / MINUTE_MS) * MINUTE_MS;
      let merged = slots.get(minute);
      if (!merged) slots.set(minute, (merged = { slot: new Slot(), samples: new SampleChoice() }));
      const { item, detail } = told.minute(ruled);
      merged.slot.addMinute(item, detail);
      merged.samples.add(detail.samples);
    }
    told.begin(next);
  }

  const record = new GrowingRecord('orders', FROM, to);
  for (const [at, { slot, samples }] of slots) {
    record.minute(at, JSON.parse(JSON.stringify(slot.data())));
    if (at >= FROM && at < to) record.sampled({ samples: samples.chosen() });
  }
  return { record, counted };
}

const RESOURCE = 'create-order';

/** One instance. */
class Told {
  readonly #id: string;
  readonly #recorder = new CountingRecorder(() => undefined);
  readonly #busiest = new Busiest(32);
  #samples: Sample[] = [];
  from = 0;
  freeAt = -Infinity;

  constructor(id: string) {
    this.#id = id;
  }

  begin(at: number): void {
    this.from = at;
    this.#recorder.clear();
    this.#busiest.clear();
    this.#samples = [];
  }

  count(
    request: Request,
    { admits = () => true, refusedBy = '', keyedRule, sampleShare = 0 }: Ruled,
    random: () => number,
  ): void {
    const { at, key, ms, failed } = request;
    const admitted = admits(request);
    const outcome = !admitted ? 'refused' : failed ? 'error' : 'ok';
    this.#recorder.invocation(RESOURCE, outcome, admitted ? ms : 0, false);
    this.#recorder.call('payments', failed ? 'error' : 'ok', ms);
    this.#recorder.attempt('payments', failed ? 'error' : 'ok', ms);
    if (keyedRule !== undefined) this.#busiest.add(key, 1);
    if (!admitted) {
      const [policy, name = ''] = refusedBy.split('/');
      this.#recorder.refusal(policy as 'throttle', name, RESOURCE, 1, false);
    }
    const drawn = random() < sampleShare;
    if (drawn) {
      const sample = { at, requestId: `${this.#id}-${at}`, resource: RESOURCE, source: 'http', outcome, ms };
      this.#samples.push({
        ...sample,
        why: 'sampled',
        weight: 1 / sampleShare,
        traceId: `trace-${at}`,
        keys: { client: key },
      });
    }
    this.freeAt = at + (admitted ? ms : 0);
  }

  minute({ keyedRule }: Ruled): { item: TelemetryMinute; detail: MinuteDetail } {
    const busy = this.#busiest.read().map(({ key, count, over }): BusyKey => [key, count, over]);
    const item: TelemetryMinute = {
      ...{ service: 'orders', instance: this.#id, from: this.from, to: this.from + MINUTE_MS, revision: 1 },
      ...{ version: '0.3.0', functionName: 'orders', functionVersion: '1', cell: 'test' },
      ...this.#recorder.read(),
    };
    return {
      item,
      detail: { samples: this.#samples, ...(keyedRule === undefined ? {} : { keys: { [keyedRule]: busy } }) },
    };
  }
}
