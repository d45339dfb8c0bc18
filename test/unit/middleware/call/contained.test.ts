// A stage with a bug costs its effect and not the call, whether it fails at once or later, before it passes on or after.
import { describe, expect, it } from 'vitest';
import { compilePipelines } from '../../../../middleware/call/pipeline.ts';
import type { Call, Reply, Send, Stage } from '../../../../middleware/kernel/outbound.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';
import { reply, testCall } from '../../../support/outbound.ts';

const bug = () => new Error('a bug in this test');

const STAGES: Readonly<Record<string, { readonly stage: Stage; readonly contained: boolean }>> = {
  'passes on at once': { stage: (call, next) => next(call), contained: false },
  'passes on what it looked at': { stage: async (call, next) => ({ ...(await next(call)) }), contained: false },
  'throws before it passes on': {
    stage: () => {
      throw bug();
    },
    contained: true,
  },
  'rejects before it passes on': { stage: () => Promise.reject(bug()), contained: true },
  'throws after it has passed on': {
    stage: (call, next) => {
      void next(call);
      throw bug();
    },
    contained: true,
  },
  'rejects after it has passed on': {
    stage: async (call, next) => {
      await next(call);
      throw bug();
    },
    contained: true,
  },
};

function world(stages: readonly Stage[]) {
  const instance = testInstance({ rules: { dependencies: { payments: {} } } });
  const contained: string[] = [];
  instance.recorder = { ...instance.recorder, internal: (event) => contained.push(event) };
  const policies = stages.map((stage, i) => ({ name: `stage-${String(i)}`, stage: () => stage }));
  const pipeline = compilePipelines(instance.rules.snapshot.document, policies, instance).get('payments');
  if (!pipeline) throw new Error('there is no pipeline');
  const sent: Call[] = [];
  const send: Send = (call) => {
    sent.push(call);
    return Promise.resolve(reply('ok', { value: 42 }));
  };
  const through = (): Promise<Reply> => pipeline.through(testCall(testInvocation(instance)), send);
  return { through, sent, contained };
}

describe.each(Object.entries(STAGES))('a stage that %s', (_what, { stage, contained }) => {
  it.each([
    ['alone', [stage], 1],
    ['outside of another', [stage, (call: Call, next: Send) => next(call)], 1],
    ['inside of another', [async (call: Call, next: Send) => next(call), stage], 1],
    ['twice', [stage, stage], 2],
  ])('%s: the call is sent once, and its reply is given', async (_where, stages, bugs) => {
    const { through, sent, contained: events } = world(stages);
    expect(await through()).toMatchObject({ outcome: 'ok', value: 42 });
    expect(sent).toHaveLength(1);
    expect(events).toHaveLength(contained ? bugs : 0);
  });
});

describe('repeated', () => {
  it('a stage inside of a repeating one is passed anew with each attempt, also when it fails after the first', async () => {
    let calls = 0;
    const failing: Stage = (call, next) => {
      calls += 1;
      if (calls === 2) throw bug();
      return next(call);
    };
    const twice: Stage = async (call, next) => {
      await next(call);
      return next({ ...call, attempt: 2 });
    };
    const { through, sent } = world([twice, failing]);
    await through();
    expect(sent.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it('errors in a row switch a stage off, and calls go by it', async () => {
    const { through, sent, contained } = world([() => Promise.reject(bug())]);
    for (let calls = 0; calls < 50; calls++) await through();
    expect(sent).toHaveLength(50);
    expect(contained.length).toBeLessThan(50);
  });
});
