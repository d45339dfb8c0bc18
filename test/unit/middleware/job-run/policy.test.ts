// A job run beside its handler: what is written when, and what a store that is away may cost.
import { describe, expect, it } from 'vitest';
import { jobRunPolicy, recordCounts } from '../../../../middleware/job-run/index.ts';
import { BusinessFailure } from '../../../../middleware/kernel/errors.ts';
import type { Invocation } from '../../../../middleware/kernel/invocation.ts';
import type { Recorder } from '../../../../middleware/kernel/recorder.ts';
import { StoreUnavailable, type PutRequest, type Table, type UpdateRequest } from '../../../../store/port.ts';
import { schedule, sqs } from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { noTable, testContext, testInstance, testInvocation } from '../../../support/instance.ts';

const policy = jobRunPolicy('nightly');
const NIGHTLY = { nightly: { schedule: 'cron(0 2 * * ? *)', maxRuntime: '5m' } };

/** A table that takes every write, after refusing the first `failures` ends. */
function remembering(failures = 0) {
  const begun: PutRequest[] = [];
  const ended: UpdateRequest[] = [];
  const table: Table = {
    ...noTable,
    put: async (request) => {
      begun.push(request);
      return { applied: true, item: request.item };
    },
    update: async (request) => {
      ended.push(request);
      if (ended.length <= failures) throw new StoreUnavailable('timeout', 'no answer');
      return { applied: true, item: {} };
    },
  };
  return { table, begun, ended };
}

async function invoke(table: Table, event: unknown, outcome: (invocation: Invocation) => void = () => {}) {
  const clock = fakeClock();
  const internal: string[] = [];
  const instance = testInstance({ table, clock, rules: { jobs: NIGHTLY } });
  const { recorder } = instance;
  instance.recorder = { ...recorder, internal: (name) => internal.push(name) } satisfies Recorder;
  const invocation = testInvocation(instance, event, testContext(clock, 900_000));
  const rules = policy.compile(invocation.snapshot.document, instance);
  await policy.before?.(invocation, rules);
  clock.advance(1_500);
  invocation.outcome = 'ok';
  outcome(invocation);
  await policy.after?.(invocation, rules);
  return { internal, startedAt: invocation.startedAt };
}

describe('a run', () => {
  it('begins with what the monitor needs should nothing more be heard of it', async () => {
    const { table, begun } = remembering();
    const { startedAt } = await invoke(table, schedule());
    expect(begun[0]).toMatchObject({
      condition: 'attribute_not_exists(pk)',
      item: {
        status: 'running',
        scheduledAt: Date.UTC(2026, 0, 5, 12),
        maxRuntimeAt: startedAt + 300_000,
        limitAt: startedAt + 900_000,
        due: 'runs',
        dueAt: startedAt + 300_000,
      },
    });
  });

  it('ends once, whoever else writes', async () => {
    const { table, ended } = remembering();
    const { startedAt } = await invoke(table, schedule());
    expect(ended).toHaveLength(1);
    expect(ended[0]?.condition).toBe('attribute_not_exists(endedAt)');
    expect(ended[0]?.values).toMatchObject({
      ':status': 'succeeded',
      ':endedAt': startedAt + 1_500,
      ':durationMs': 1_500,
      ':due': 'runs',
      ':dueAt': startedAt + 1_500,
    });
  });

  it.each([
    ['ok', 'succeeded'],
    ['error', 'failed'],
    ['500', 'failed'],
    ['business:NO_ROWS', 'failed'],
    ['refused', 'skipped'],
  ] as const)('whose outcome is %s has %s', async (outcome, status) => {
    const { table, ended } = remembering();
    await invoke(table, schedule(), (invocation) => {
      invocation.outcome = outcome;
    });
    expect(ended[0]?.values).toMatchObject({ ':status': status });
  });

  it('tells by which code it failed its business, whether that was thrown or answered', async () => {
    const { table, ended } = remembering();
    await invoke(table, schedule(), (invocation) => {
      invocation.outcome = 'business:NO_ROWS';
      invocation.error = new BusinessFailure('NO_ROWS');
    });
    await invoke(table, schedule(), (invocation) => {
      invocation.outcome = 'business:NO_ROWS';
    });
    await invoke(table, schedule(), (invocation) => {
      invocation.outcome = 'error';
    });
    const codes = ended.map(({ values }) => (values?.[':error'] as { businessCode?: string }).businessCode);
    expect(codes).toEqual(['NO_ROWS', 'NO_ROWS', undefined]);
  });

  it('says which function runs it, and which schedule', async () => {
    const { table, begun } = remembering();
    await invoke(table, schedule('every-night'));
    expect(begun[0]?.item).toMatchObject({
      function: 'arn:aws:lambda:eu-central-1:000000000000:function:flyball-test',
      schedule: 'every-night',
    });
    expect(begun[0]?.item['startedBy']).toBeUndefined();
  });

  it('that somebody has started by hand says who, and is that of no slot', async () => {
    const { table, begun, ended } = remembering();
    const flyball = { startedBy: { by: 'Ada', reason: 'the file came late' } };
    await invoke(table, { ...schedule(), flyball });
    await invoke(table, { day: '2027-01-01', flyball });
    for (const { item } of begun) {
      expect(item).toMatchObject({ startedBy: flyball.startedBy });
      expect(item['scheduledAt']).toBeUndefined();
    }
    expect(ended[0]?.values).toMatchObject({ ':startedBy': flyball.startedBy });
  });

  it.each([
    ['a WebSocket', { requestContext: { connectionId: 'a' } }],
    ['a queue', sqs()],
  ])('believes nobody by %s who says to have started it', async (_what, event) => {
    const { table, begun } = remembering();
    await invoke(table, { ...event, flyball: { startedBy: { by: 'Ada' } } });
    expect(begun[0]?.item['startedBy']).toBeUndefined();
  });

  it.each([[{}], [{ startedBy: 'Ada' }], [{ startedBy: { reason: 'none' } }], ['Ada'], [{ startedBy: { by: '' } }]])(
    'was started by nobody when its event says %j',
    async (flyball) => {
      const { table, begun } = remembering();
      await invoke(table, { ...schedule(), flyball });
      expect(begun[0]?.item['startedBy']).toBeUndefined();
      expect(begun[0]?.item['scheduledAt']).toBeDefined();
    },
  );

  it('knows no slot when something other than a schedule started it', async () => {
    const { table, begun } = remembering();
    await invoke(table, sqs());
    expect(begun[0]?.item['scheduledAt']).toBeUndefined();
  });

  it('keeps its record when what it counted is no number', async () => {
    const { table, ended } = remembering();
    await invoke(table, schedule(), (invocation) => {
      recordCounts(invocation, { read: 3, written: Number.NaN });
      recordCounts(invocation, { read: 4, failed: Infinity });
    });
    expect(ended[0]?.values?.[':counts']).toEqual({ read: 7 });
  });
});

describe('a store that does not answer', () => {
  it('is asked a second time for the end, within a quarter of a second', async () => {
    const { table, ended } = remembering(1);
    const { internal } = await invoke(table, schedule());
    expect(ended.map(({ timeoutMs }) => timeoutMs)).toEqual([100, 150]);
    expect(internal).toEqual([]);
  });

  it('costs the record, which is counted, and never the function', async () => {
    const { internal } = await invoke(noTable, schedule());
    expect(internal).toEqual(['job-run:end-not-written']);
  });
});
