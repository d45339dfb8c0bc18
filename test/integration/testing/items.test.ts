// Everything flyball stores is read and changed alike in the test kit's table and in the emulated DynamoDB.
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { breakerStore, forceBreaker, readBreaker, type BreakerAnswer } from '../../../store/items/breaker.ts';
import type { BreakerState } from '../../../store/items/breaker-record.ts';
import { countDeferral, readDeferrals } from '../../../store/items/deferrals.ts';
import { declareJobs, listDueJobs, listJobs, readJob } from '../../../store/items/jobs.ts';
import { beginRun, endRun, listDueRuns, listRuns, noteMissed, settleRun } from '../../../store/items/job-runs.ts';
import { appendAudit, readAudit } from '../../../store/items/audit.ts';
import { bookPlaces } from '../../../store/items/lines.ts';
import { findApiKey, hashOfKey, putApiKey, revokeApiKey } from '../../../store/items/api-keys.ts';
import { listRevisions, publishRevision, readDocument, readHead, readRevision } from '../../../store/items/rules.ts';
import { listServices, readDraft, writeDraft } from '../../../store/items/rules.ts';
import { readPolled } from '../../../store/items/pause.ts';
import { pauseService, readCellPause, readServicePause, writeCellPause } from '../../../store/items/pauses.ts';
import { quotaCounter, readQuota } from '../../../store/items/quota.ts';
import { putUsageKey, putUsageWindow, readUsageKeys, readUsageWindows } from '../../../store/items/usage.ts';
import { putUsageSignal, readUnlistedSignals, readUsageSignals } from '../../../store/items/usage-signals.ts';
import { putMinute, readMinutes } from '../../../store/items/telemetry.ts';
import { readSliding, slidingStore } from '../../../store/items/sliding-window.ts';
import { bucketStore, readBucket } from '../../../store/items/throttle.ts';
import { keys } from '../../../store/keys.ts';
import type { Table } from '../../../store/port.ts';
import { sameOfBoth } from './both.ts';

const AT = Date.UTC(2026, 0, 5, 12);
const small = fc.integer({ min: 0, max: 12 });

type Step = (table: Table, name: string) => Promise<unknown>;
const sequence = (step: fc.Arbitrary<Step>) => fc.array(step, { minLength: 1, maxLength: 15 });

describe('a throttle', () => {
  const bucket = (table: Table, service: string) =>
    bucketStore(table, { service, rule: 'r', algorithm: 'token-bucket', generation: 'g', key: '' });

  it('has the same bucket', async () => {
    const burst = fc.oneof(fc.constantFrom('full' as const, undefined), fc.record({ baseUs: small, roomUs: small }));
    const busy = fc.record({ sinceUs: small, costUs: small, roomUs: small, burst, expiration: small });
    const gap = fc.record({ idleUs: small, sinceUs: small, tatUs: small, baseUs: small, expiration: small });
    const idle = fc.record(
      { idleUs: small, baseUs: small, tatUs: small, fullUs: small, expiration: small, warmingSinceUs: small },
      { requiredKeys: ['idleUs', 'baseUs', 'tatUs', 'fullUs', 'expiration'] },
    );
    const step = fc.oneof<fc.Arbitrary<Step>[]>(
      busy.map((take) => (table, service) => bucket(table, service).takeBusy(take)),
      gap.map((take) => (table, service) => bucket(table, service).takeGap(take)),
      idle.map((take) => (table, service) => bucket(table, service).takeIdle(take)),
      fc.tuple(small, small).map(
        ([from, to]) =>
          (table, service) =>
            bucket(table, service).undo(from, to),
      ),
    );
    const read: Step = (table, service) =>
      readBucket(table, { service, rule: 'r', algorithm: 'token-bucket', generation: 'g', key: '' });
    await fc.assert(
      fc.asyncProperty(sequence(step), (steps) => sameOfBoth([...steps, read])),
      { numRuns: 40 },
    );
  });
});

describe('a window that slides', () => {
  const name = (service: string) => ({ service, rule: 'r', algorithm: 'sliding-window', generation: 'g', key: '' });
  const window = (table: Table, service: string) => slidingStore(table, name(service));

  it('has the same counts', async () => {
    const on = fc.record({ tokens: small, startMs: small, previous: small, most: small, expiration: small });
    const next = fc.record({ tokens: small, startMs: small, lastMs: small, most: small, expiration: small });
    const first = fc.record({ tokens: small, startMs: small, lastMs: small, expiration: small });
    const step = fc.oneof<fc.Arbitrary<Step>[]>(
      on.map((take) => (table, service) => window(table, service).takeOn(take)),
      next.map((take) => (table, service) => window(table, service).takeNext(take)),
      first.map((take) => (table, service) => window(table, service).takeFirst(take)),
      fc.tuple(small, small).map(
        ([tokens, startMs]) =>
          (table, service) =>
            window(table, service).giveBack(tokens, startMs),
      ),
    );
    const begin: Step = (table, service) =>
      window(table, service).takeFirst({ tokens: 3, startMs: 4, lastMs: 2, expiration: 9 });
    const read: Step = (table, service) => readSliding(table, name(service));
    await fc.assert(
      fc.asyncProperty(sequence(step), (steps) => sameOfBoth([begin, ...steps, read])),
      { numRuns: 40 },
    );
  });
});

describe('a line', () => {
  it('has the same places', async () => {
    const line = fc.constantFrom('fresh' as const, 'returning' as const);
    const step = fc
      .record({ line, fromUs: small, lengthUs: small })
      .map<Step>(
        (booking) => (table, service) => bookPlaces(table, { service, rule: 'r', generation: 'g', key: '' }, booking),
      );
    await fc.assert(
      fc.asyncProperty(sequence(step), (steps) => sameOfBoth(steps)),
      { numRuns: 30 },
    );
  });
});

describe('a quota', () => {
  const name = (service: string) => ({ service, rule: 'r', algorithm: 'fixed-window', generation: 'g', key: 'k' });
  const counter = (table: Table, service: string) => quotaCounter(table, name(service), AT);

  it('has the same counter', async () => {
    const lease = fc.record({ leased: small, spent: small, returned: small, untilMs: small });
    const common = { tokens: small, most: small, limit: small, nowMs: small, expiration: small };
    const take = fc.record({ ...common, lease }, { requiredKeys: ['tokens', 'most', 'limit', 'nowMs', 'expiration'] });
    const percent = fc.constantFrom(80, 100);
    /** What its functions tell, too. */
    const plain = (record: Awaited<ReturnType<typeof readQuota>>) =>
      record && { ...record, reachedMs: [80, 100].map(record.reachedMs), told: [80, 100].map(record.told) };
    const step = fc.oneof<fc.Arbitrary<Step>[]>(
      take.map((asked) => async (table, service) => {
        const { applied, record } = await counter(table, service).take(asked);
        return { applied, record: plain(record) };
      }),
      fc
        .record({ spent: small, returned: small })
        .map((report) => (table, service) => counter(table, service).settle(report)),
      small.map((tokens) => (table, service) => counter(table, service).giveBack(tokens)),
      fc.tuple(percent, small).map(([share, nowMs]) => async (table, service) => {
        const { applied, record } = await counter(table, service).reach(share, nowMs);
        return { applied, record: plain(record) };
      }),
      percent.map((share) => (table, service) => counter(table, service).tell(share)),
      fc.constant((table, service) => counter(table, service).list()),
    );
    const read: Step = async (table, service) => plain(await readQuota(table, name(service), AT));
    await fc.assert(
      fc.asyncProperty(sequence(step), (steps) => sameOfBoth([...steps, read])),
      { numRuns: 40 },
    );
  });

  it('has the same users and signals', async () => {
    const window = (service: string) => ({ service, rule: 'r', generation: 'g', startMs: AT, endMs: AT + 3_600_000 });
    const signal = (service: string, key: string) => ({ ...window(service), key, percent: 80, atMs: AT + 5, limit: 9 });
    await sameOfBoth([
      (table, service) => readUsageKeys(table, window(service), { limit: 3 }),
      (table, service) => putUsageWindow(table, window(service), AT),
      (table, service) => putUsageWindow(table, window(service), AT),
      (table, service) => readUsageWindows(table, window(service), AT, AT + 1),
      ...['d', 'a', 'c', 'b', 'a'].map(
        (key): Step =>
          (table, service) =>
            putUsageKey(table, window(service), key, AT),
      ),
      (table, service) => readUsageKeys(table, window(service), { limit: 3 }),
      (table, service) => readUsageKeys(table, window(service), { limit: 3, after: { key: 'c', generation: 'g' } }),
      ...['a', 'b', 'a'].map(
        (key): Step =>
          (table, service) =>
            putUsageSignal(table, signal(service, key)),
      ),
      (table, service) =>
        pages((from) => readUsageSignals(table, service, { fromMs: AT, toMs: AT + 9, limit: 1, ...from })),
      (table, service) => readUnlistedSignals(table, service, AT, AT + 9, 5),
    ]);
  });
});

describe('a breaker', () => {
  const state = fc.oneof<fc.Arbitrary<BreakerState>[]>(
    fc.constant({ kind: 'CLOSED' }),
    fc.record({ kind: fc.constant('CLOSED' as const), ramp: fc.record({ from: small, openForMs: small }) }),
    fc.record({ kind: fc.constant('OPEN' as const), until: small, openForMs: small }),
    fc.record({
      kind: fc.constant('HALF_OPEN' as const),
      openForMs: small,
      successes: small,
      failed: small,
      slowed: small,
      probes: fc.uniqueArray(
        fc.record({ by: fc.constant('i'), token: fc.constantFrom('i/1', 'i/2', 'i/3'), until: small }),
        { maxLength: 3, selector: ({ token }) => token },
      ),
      turn: fc.integer({ min: 1, max: 2 }),
    }),
  );
  const bucket = fc.record({ index: small, widthMs: fc.constant(1_000), calls: small, failures: small, slow: small });
  const buckets = fc.uniqueArray(bucket, { maxLength: 3, selector: ({ index }) => index });
  const epoch = fc.integer({ min: 0, max: 2 });

  /** An item's attributes, and so its buckets, come in any order. */
  const sorted = ({ applied, record }: BreakerAnswer) => ({
    applied,
    record: { ...record, buckets: record.buckets.toSorted((a, b) => a.index - b.index) },
  });

  it('has the same item', async () => {
    const seen = fc.record({ epoch, state }, { requiredKeys: ['epoch'] });
    const step = fc.oneof<fc.Arbitrary<Step>[]>(
      fc.tuple(epoch, buckets, buckets).map(
        ([of, deltas, stale]) =>
          async (table, service) =>
            sorted(await breakerStore(table, service, 'b').publish(of, deltas, stale)),
      ),
      fc.tuple(seen, epoch, state, buckets).map(
        ([found, next, to, drop]) =>
          async (table, service) =>
            sorted(await breakerStore(table, service, 'b').move(found, { epoch: next, state: to }, drop)),
      ),
      fc
        .constantFrom('FORCED_OPEN' as const, 'FORCED_CLOSED' as const, null)
        .map(
          (forced) => (table, service) =>
            forceBreaker(table, { service, name: 'b', state: forced, until: AT + 5, reason: 'r', by: 'b', nowMs: AT }),
        ),
    );
    const read: Step = (table, service) => readBreaker(table, service, 'b', AT);
    await fc.assert(
      fc.asyncProperty(sequence(step), (steps) => sameOfBoth([...steps, read])),
      { numRuns: 40 },
    );
  });
});

/** Every page of a list, as pages. */
async function pages<Page extends { readonly cursor?: string }>(
  list: (cursor: { readonly cursor?: string }) => Promise<Page>,
): Promise<Omit<Page, 'cursor'>[]> {
  const found: Omit<Page, 'cursor'>[] = [];
  let cursor: string | undefined;
  do {
    const { cursor: next, ...page } = await list(cursor === undefined ? {} : { cursor });
    found.push(page);
    cursor = next;
  } while (cursor !== undefined);
  return found;
}

describe('rules', () => {
  const publication = (service: string, expectedSeq: number) => ({
    service,
    document: { apiVersion: 'flyball/v1', service },
    source: 'text',
    author: 'ana',
    note: '',
    at: AT,
    expectedSeq,
  });

  it('are published, read and listed', async () => {
    const draft = { author: 'ana', at: AT };
    await sameOfBoth([
      (table, service) => readHead(table, service),
      (table, service) => publishRevision(table, publication(service, 0)),
      (table, service) => publishRevision(table, { ...publication(service, 1), needs: '9.9.9' }),
      (table, service) => publishRevision(table, publication(service, 1)),
      (table, service) => publishRevision(table, publication(service, 2)),
      (table, service) => readHead(table, service, { consistent: true }),
      (table, service) => readDocument(table, service, 2, 7),
      (table, service) => readRevision(table, service, 1),
      (table, service) => pages((from) => listRevisions(table, service, { limit: 2, ...from })),
      (table, service) => writeDraft(table, { ...draft, service, source: 'one', ifMatch: null }),
      (table, service) => writeDraft(table, { ...draft, service, source: 'one', ifMatch: null }),
      (table, service) => writeDraft(table, { ...draft, service, source: 'two', ifMatch: 'another' }),
      (table, service) => readDraft(table, service),
      async (table, service) => (await listServices(table)).services.filter((entry) => entry.service === service),
    ]);
  });
});

describe('jobs and runs', () => {
  const run = (service: string, id: string, startedAt: number) => ({
    service,
    job: 'nightly',
    run: id,
    startedAt,
    instance: 'i',
    requestId: 'q',
    limitAt: startedAt + 1_000,
  });
  const end = { status: 'succeeded', endedAt: AT + 5, durationMs: 5 } as const;
  const due = (table: Table) => pages((from) => listDueRuns(table, AT + 90_000, { limit: 1, ...from }));

  it('begin, end, are watched and listed', async () => {
    const jobs = { nightly: { schedule: 'rate(5 minutes)' }, hourly: { schedule: 'rate(1 hour)' } };
    await sameOfBoth([
      (table, service) => declareJobs(table, { service, jobs, atMs: AT }),
      (table, service) => declareJobs(table, { service, jobs: { nightly: jobs.nightly }, atMs: AT + 1 }),
      (table, service) => readJob(table, service, 'nightly'),
      (table, service) => readJob(table, service, 'hourly'),
      (table, service) => pages((from) => listJobs(table, { service, limit: 1, ...from })),
      (table) => listDueJobs(table, AT + 3_600_000, { limit: 5 }),
      (table, service) => beginRun(table, run(service, 'b', AT + 2)),
      (table, service) => beginRun(table, run(service, 'b', AT + 2)),
      (table, service) => beginRun(table, run(service, 'a', AT)),
      (table, service) => endRun(table, run(service, 'a', AT), end),
      (table, service) => endRun(table, run(service, 'a', AT), end),
      (table, service) => endRun(table, run(service, 'c', AT + 1), { ...end, endedAt: AT + 6 }),
      due,
      async (table, service) => {
        const { runs } = await listRuns(table, { service, job: 'nightly' }, { limit: 10, consistent: true });
        for (const seen of runs) await settleRun(table, seen, { status: 'lost', dueAt: undefined });
      },
      due,
      (table, service) => noteMissed(table, { service, job: 'nightly' }, AT),
      (table, service) => noteMissed(table, { service, job: 'nightly' }, AT),
      (table, service) => pages((from) => listRuns(table, { service, job: 'nightly' }, { limit: 2, ...from })),
    ]);
  });
});

describe('the rest', () => {
  it('deferrals, telemetry, API keys and the audit log', async () => {
    const minute = {
      from: AT,
      to: AT + 1,
      revision: 1,
      version: '0.2.0',
      functionName: 'f',
      functionVersion: '1',
      cell: '',
      resources: { default: { outcomes: { ok: 2 }, durations: new Uint8Array([1, 2]), maxMs: 1.5 } },
      calls: {},
      attempts: {},
      refusals: { 'throttle/everyone/default': 1 },
      shadow: {},
      transitions: {},
      internal: {},
    };
    const entry = { at: AT, actor: 'ana', action: 'rules.publish', detail: { revision: 1, more: undefined } };
    await sameOfBoth([
      (table, service) => readDeferrals(table, service, 'm'),
      (table, service) => countDeferral(table, service, 'm', AT),
      (table, service) => countDeferral(table, service, 'm', AT),
      (table, service) => readDeferrals(table, service, 'm'),
      (table, service) => putMinute(table, { ...minute, service, instance: 'b' }),
      (table, service) => putMinute(table, { ...minute, service, instance: 'a' }),
      (table, service) => readMinutes(table, service, '2026-01-05T12:00'),
      (table, key) => putApiKey(table, { key, role: 'viewer', name: 'n', createdAt: AT, expiresAt: AT + 10 }),
      (table, key) => putApiKey(table, { key, role: 'admin', name: 'n', createdAt: AT }),
      (table, key) => findApiKey(table, key, AT),
      (table, key) => revokeApiKey(table, hashOfKey(key), AT + 1),
      (table, key) => revokeApiKey(table, hashOfKey(`${key}-another`), AT + 1),
      (table, key) => findApiKey(table, key, AT + 2),
      (table) => appendAudit(table, { ...entry, id: 'a' }),
      (table) => appendAudit(table, { ...entry, id: 'a' }),
      (table) => appendAudit(table, { ...entry, id: 'b' }),
      (table) => pages((from) => readAudit(table, { from: AT - 1, to: AT + 1, limit: 1, ...from })),
    ]);
  });
});

describe('a pause', () => {
  const pause = fc.record({
    priority: fc.constantFrom('sheddable' as const, 'normal' as const),
    until: small,
    reason: fc.string({ maxLength: 5 }),
    by: fc.constantFrom('ada', 'bob'),
    at: small,
  });

  it('lies alike on a service, published or not', async () => {
    const step = fc.oneof<fc.Arbitrary<Step>[]>(
      pause.map((laid) => (table, service) => pauseService(table, service, laid)),
      fc.constant((table, service) => readServicePause(table, service)),
      small.map(
        (expectedSeq) => (table, service) =>
          publishRevision(table, {
            ...{ service, document: {}, source: '{}', author: 'ada', note: '', at: AT },
            expectedSeq: expectedSeq % 3,
          }),
      ),
    );
    const read: Step = (table, service) => readPolled(table, service);
    await fc.assert(
      fc.asyncProperty(sequence(step), (steps) => sameOfBoth([...steps, read])),
      { numRuns: 20 },
    );
  });

  it('lies alike on the cell, for the first who has seen the one before', async () => {
    const step = fc.oneof<fc.Arbitrary<Step>[]>(
      fc.tuple(pause, fc.option(small, { nil: undefined })).map(
        ([laid, seen]) =>
          (table) =>
            writeCellPause(table, laid, seen),
      ),
      fc.constant((table) => readCellPause(table)),
    );
    // There is one cell, whatever the services.
    const forget: Step = (table) => table.delete({ key: keys.pause() }).then(() => undefined);
    await fc.assert(
      fc.asyncProperty(sequence(step), (steps) => sameOfBoth([forget, ...steps])),
      { numRuns: 20 },
    );
  });
});
