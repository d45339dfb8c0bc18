// Queues, jobs, fleets and tokens in the test kit: what flyball does around a handler, seen from a test.
import { describe, expect, it } from 'vitest';
import { events, testGovernor } from '../../../../middleware/testing/index.ts';

const settlement = {
  resources: {
    settlement: {
      match: { trigger: 'queue', source: 'settlement' },
      redelivery: { attempts: 3, backoff: { initial: '10s', factor: 3, jitter: 'none' } },
    },
  },
} as const;

describe('queue records', () => {
  const failing = (ids: readonly string[]) => (event: ReturnType<typeof events.sqs>) => ({
    batchItemFailures: event.Records.filter(({ messageId }) => ids.includes(messageId)).map(({ messageId }) => ({
      itemIdentifier: messageId,
    })),
  });

  it('that fail come back later and later', async () => {
    const governor = await testGovernor({ service: 'shop', rules: settlement });
    const handler = governor.governed(failing(['message-2']));
    const event = events.sqs([{}, { receives: 2 }, {}]);
    expect(await governor.invoke(handler, event)).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-2' }] });
    expect(governor.queues.delayed).toEqual([{ queue: 'settlement', receiptHandle: 'receipt-2', seconds: 30 }]);
  });

  it('go to the dead-letter queue after their attempts', async () => {
    const governor = await testGovernor({ service: 'shop', rules: settlement });
    const handler = governor.governed(failing(['message-1']));
    expect(await governor.invoke(handler, events.sqs([{ receives: 3, body: { id: 7 } }]))).toEqual({
      batchItemFailures: [],
    });
    expect(governor.queues.deadLetters).toMatchObject([
      { queue: 'settlement-dlq', body: '{"id":7}', attributes: { 'flyball-attempts': '3' } },
    ]);
  });

  it('of a FIFO queue have a dead-letter queue of their kind', async () => {
    const rules = {
      resources: { settlement: { ...settlement.resources.settlement, match: { trigger: 'queue' as const } } },
    };
    const governor = await testGovernor({ service: 'shop', rules });
    await governor.invoke(governor.governed(failing(['message-1'])), events.sqsFifo([{ receives: 3 }]));
    expect(governor.queues.deadLetters.map(({ queue }) => queue)).toEqual(['settlement-dlq.fifo']);
  });

  it('beyond a throttle are deferred, not failed', async () => {
    const rules = { ...settlement, throttles: { everyone: { limit: '1/s', burst: 2 } } };
    const governor = await testGovernor({ service: 'shop', rules });
    const seen: string[] = [];
    const handler = governor.governed((event: ReturnType<typeof events.sqs>) => {
      seen.push(...event.Records.map(({ messageId }) => messageId));
    });
    const answer = await governor.invoke(handler, events.sqs(4));
    expect(seen).toEqual(['message-1', 'message-2']);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-3' }, { itemIdentifier: 'message-4' }] });
    expect(governor.throttle('everyone').refused).toBe(2);
  });
});

describe('a fleet', () => {
  it('shares a throttle', async () => {
    const first = await testGovernor({
      service: 'shop',
      rules: { throttles: { everyone: { limit: '3/s', burst: 3 } } },
    });
    const second = await first.another();
    const statuses: number[] = [];
    for (const member of [first, second, first, second]) {
      const handler = member.governed(() => ({ statusCode: 200 }));
      statuses.push((await member.invoke(handler, events.httpV2())).statusCode);
    }
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect([first.throttle('everyone').refused, second.throttle('everyone').refused]).toEqual([0, 1]);
    expect(first.options.instance.id).not.toBe(second.options.instance.id);
  });
});

describe('a job', () => {
  it('notes its run in the store', async () => {
    const rules = { jobs: { nightly: { schedule: 'rate(1 day)' } } };
    const governor = await testGovernor({ service: 'shop', rules });
    const handler = governor.governed(() => 'done', { job: 'nightly' });
    expect(await governor.invoke(handler, events.schedule())).toBe('done');
    const runs = governor.store.requests.filter(({ pk }) => pk === 'run#shop#job#nightly').map(({ kind }) => kind);
    expect(runs).toEqual(['put', 'update']);
  });
});

describe('tokens', () => {
  const rules = {
    access: {
      require: ['jwt' as const],
      jwt: { issuer: 'https://id.example.com/', audience: 'shop', jwksUri: 'https://id.example.com/jwks.json' },
    },
  };
  const bearer = (token: string) => events.httpV2({ headers: { authorization: `Bearer ${token}` } });

  it('of the rules’ issuer are let in, others are not', async () => {
    const governor = await testGovernor({ service: 'shop', rules });
    const handler = governor.governed(() => ({ statusCode: 200 }));
    expect(await governor.invoke(handler, events.httpV2())).toMatchObject({ statusCode: 401 });
    expect(await governor.invoke(handler, bearer(await governor.token()))).toEqual({ statusCode: 200 });
    expect(await governor.invoke(handler, bearer(await governor.token({ aud: 'another' })))).toMatchObject({
      statusCode: 401,
    });
    const stranger = await testGovernor({ service: 'shop', rules });
    expect(await governor.invoke(handler, bearer(await stranger.token()))).toMatchObject({ statusCode: 401 });
  });

  it('age with the test’s clock', async () => {
    const governor = await testGovernor({ service: 'shop', rules });
    const handler = governor.governed(() => ({ statusCode: 200 }));
    const event = bearer(await governor.token());
    expect(await governor.invoke(handler, event)).toEqual({ statusCode: 200 });
    await governor.advance('10m');
    expect(await governor.invoke(handler, event)).toMatchObject({ statusCode: 401 });
  });

  it('are of the algorithm that the rules name', async () => {
    const jwt = { ...rules.access.jwt, algorithms: ['EdDSA' as const] };
    const governor = await testGovernor({ service: 'shop', rules: { access: { ...rules.access, jwt } } });
    const handler = governor.governed(() => ({ statusCode: 200 }));
    expect(await governor.invoke(handler, bearer(await governor.token()))).toEqual({ statusCode: 200 });
  });

  it('need rules that verify any', async () => {
    const governor = await testGovernor({ service: 'shop' });
    await expect(governor.token()).rejects.toThrow('the rules verify no tokens');
  });
});
