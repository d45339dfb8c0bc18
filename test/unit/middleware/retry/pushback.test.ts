// Who has given up, and why, is seen by whoever called: over HTTP, by invokes and queues; and in telemetry, errors and log.
import { describe, expect, it } from 'vitest';
import { DependencyFailed, flyball, Refused } from '../../../../middleware/index.ts';
import { replyOfOutput } from '../../../../middleware/call/lambda-target.ts';
import type { GaveUp } from '../../../../middleware/kernel/outbound.ts';
import { events, testGovernor, type TestGovernor } from '../../../../middleware/testing/index.ts';

const target = { url: 'https://payments.example' };
const rules = {
  dependencies: { payments: { target, retry: { attempts: 3, backoff: { initial: '10ms' } } } },
};

async function down(answer: Parameters<TestGovernor['respond']>[1], given: object = rules): Promise<TestGovernor> {
  const governor = await testGovernor({ service: 'orders', rules: given });
  governor.respond('payments', answer);
  return governor;
}

const read = () => flyball.call('payments', { method: 'GET' });
type Web = { readonly statusCode: number; readonly headers: Record<string, string>; readonly body: string };

describe('an answer over HTTP', () => {
  it('says never once this layer has had its attempts, with which and why in the problem', async () => {
    const governor = await down({ status: 503 });
    const answer = (await governor.invoke(governor.governed(read), events.httpV2())) as Web;
    expect(answer.headers['x-flyball-retry']).toBe('never');
    expect(JSON.parse(answer.body)).toMatchObject({ dependency: 'payments', attempts: 2, gaveUp: 'budget' });
  });

  it('says never when its own callee does, also of a dependency that no rule retries', async () => {
    const governor = await down(
      { status: 503, headers: { 'x-flyball-retry': 'never' } },
      { dependencies: { payments: { target } } },
    );
    const answer = (await governor.invoke(governor.governed(read), events.httpV2())) as Web;
    expect(answer.headers['x-flyball-retry']).toBe('never');
    expect(governor.calls).toHaveLength(1);
  });

  it('says nothing of what this layer would not repeat: its caller may know better', async () => {
    const governor = await down({ status: 503 });
    const write = () => flyball.call('payments', { method: 'POST' });
    const answer = (await governor.invoke(governor.governed(write), events.httpV2())) as Web;
    expect(answer.headers).not.toHaveProperty('x-flyball-retry');
    expect(JSON.parse(answer.body)).toMatchObject({ attempts: 1, gaveUp: 'unsafe' });
  });

  it('hands on when the callee will have it', async () => {
    const governor = await down({ status: 503, headers: { 'retry-after': '90' } });
    const answer = (await governor.invoke(governor.governed(read), events.httpV2())) as Web;
    expect(answer.headers).toMatchObject({ 'retry-after': '90', 'x-flyball-retry': 'never' });
    expect(JSON.parse(answer.body)).toMatchObject({ gaveUp: 'deadline' });
  });
});

describe('a direct invoke', () => {
  const invoked = async (governor: TestGovernor, event: object): Promise<Error> =>
    governor.invoke(governor.governed(read), event).then(
      () => new Error('it did not fail'),
      (error: unknown) => error as Error,
    );
  /** What the caller reads of an error that Lambda has written down. */
  const replyFor = ({ name, message }: Error) =>
    replyOfOutput(
      { FunctionError: 'Unhandled', Payload: Buffer.from(JSON.stringify({ errorType: name, errorMessage: message })) },
      0,
    );

  it('fails with what tells its caller not to start over', async () => {
    const error = await invoked(await down({ status: 503 }), events.direct());
    expect(error).toBeInstanceOf(DependencyFailed);
    expect(replyFor(error)).toMatchObject({ outcome: 'error', never: true });
  });

  it('of somebody who repeats is not repeated below', async () => {
    const governor = await down({ status: 503 });
    await invoked(governor, { headers: { 'x-flyball-attempt': '2' } });
    expect(governor.calls).toHaveLength(1);
    expect(governor.calls[0]?.headers).toMatchObject({ 'x-flyball-attempt': '2', 'x-flyball-retry': 'never' });
    expect(governor.recorded.internal).toEqual(expect.arrayContaining(['repeated:default', 'retry:repeated:payments']));
  });

  it('that was not sent on says never in the words of a refusal', () => {
    const refused = new Refused({ by: 'shed', rule: 'payments', statusCode: 503, message: 'not sent' });
    refused.message += ' (x-flyball-retry: never)';
    expect(replyFor(refused)).toMatchObject({ outcome: 'throttled', never: true });
    expect(
      replyFor(new Refused({ by: 'shed', rule: 'payments', statusCode: 503, message: 'not sent' })),
    ).not.toHaveProperty('never');
  });

  it('refused for good within says so in its message', async () => {
    const governor = await testGovernor({ service: 'orders' });
    const handler = governor.governed(() => {
      const refused = new Refused({ by: 'shed', rule: 'payments', statusCode: 503, message: 'not sent' });
      refused.headers['x-flyball-retry'] = 'never';
      throw refused;
    });
    await expect(governor.invoke(handler, events.direct())).rejects.toThrow('(x-flyball-retry: never)');
  });
});

it("a message of one's own queue that says never is not repeated below", async () => {
  const governor = await down(
    { status: 503 },
    { ...rules, resources: { settlement: { match: { trigger: 'queue', source: 'settlement' } } } },
  );
  const never = { stringValue: 'never', dataType: 'String' as const };
  const handler = governor.governed(() => read().catch((error: unknown) => error));
  await governor.invoke(handler, events.sqs([{ messageAttributes: { 'x-flyball-retry': never } }]));
  expect(governor.calls).toHaveLength(1);
  expect(governor.recorded.internal).toContain('retry:repeated:payments');
});

describe('why a call was not tried again is counted, and told by its error', () => {
  it.each<[GaveUp, Parameters<TestGovernor['respond']>[1], object]>([
    ['attempts', { status: 503 }, { attempts: 1 }],
    ['never', { status: 503, headers: { 'x-flyball-retry': 'never' } }, { attempts: 3 }],
    ['deadline', { status: 503, headers: { 'retry-after': '3600' } }, { attempts: 3 }],
    ['budget', { status: 503 }, { attempts: 3, budget: '1%' }],
  ])('%s', async (gaveUp, answer, retry) => {
    const governor = await down(answer, { dependencies: { payments: { target, retry } } });
    let thrown: unknown;
    const handler = governor.governed(() => read().catch((error: unknown) => (thrown = error)));
    await governor.invoke(handler, events.httpV2());
    expect(thrown).toMatchObject({ gaveUp });
    expect((thrown as Error).message).toContain(`(no further one: ${gaveUp})`);
    expect(governor.recorded.internal.filter((event) => event.startsWith('retry:'))).toEqual([
      `retry:${gaveUp}:payments`,
    ]);
  });

  it('nothing is said of an answer that is not retried at all', async () => {
    const governor = await down({ status: 404 });
    let thrown: unknown;
    const handler = governor.governed(() => read().catch((error: unknown) => (thrown = error)));
    await governor.invoke(handler, events.httpV2());
    expect(thrown).toMatchObject({ outcome: '404', gaveUp: undefined });
    expect(governor.recorded.internal.filter((event) => event.startsWith('retry:'))).toEqual([]);
  });
});

it('a call that a handler has left behind is not repeated in the next invocation', async () => {
  const governor = await down(
    { status: 503 },
    {
      dependencies: {
        payments: { target, retry: { attempts: 3, budget: '100%', backoff: { initial: '5s', jitter: 'none' } } },
      },
    },
  );
  const handler = governor.governed(async () => {
    read().catch(() => undefined);
    for (let i = 0; i < 200; i++) await Promise.resolve();
  });
  await governor.invoke(handler, events.httpV2());
  expect(governor.calls).toHaveLength(1);
  expect(governor.clock.timers).toBe(0);
  await governor.advance('1m');
  expect(governor.calls).toHaveLength(1);
});

describe('a breaker outside retry lets attempts go on after it opened, and makes one probe into three calls; ours is inside', () => {
  const breaking = {
    dependencies: {
      payments: {
        target,
        retry: { attempts: 3, budget: '100%', backoff: { initial: '10ms' } },
        breaker: { consecutiveFailures: 1, openFor: { initial: '5s' } },
      },
    },
  };

  it('so that a call ends as the breaker opens, and a probe is one attempt', async () => {
    const governor = await down({ status: 503 }, breaking);
    const thrown: unknown[] = [];
    const handler = governor.governed(() => read().catch((error: unknown) => thrown.push(error)));
    await governor.invoke(handler, events.httpV2());
    expect(thrown[0]).toMatchObject({ outcome: '503', attempts: 1, gaveUp: 'breaker', response: { status: 503 } });
    expect(governor.calls).toHaveLength(1);
    await governor.advance('6s');
    await governor.invoke(handler, events.httpV2());
    expect(thrown[1]).toMatchObject({ outcome: '503', attempts: 1, gaveUp: 'breaker' });
    expect(governor.calls).toHaveLength(2);
  });
});
