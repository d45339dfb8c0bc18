// What a refusal becomes, one test a trigger, through a real Middy stack.
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { BusinessFailure, DeadlineExceeded, Refused } from '../../../middleware/kernel/errors.ts';
import { middlewareOf } from '../../../middleware/kernel/middleware.ts';
import type { Policy } from '../../../middleware/kernel/policy.ts';
import * as events from '../../support/events.ts';
import { testContext, testInstance } from '../../support/instance.ts';

const refusal = () =>
  new Refused({
    by: 'throttle',
    rule: 'per-client',
    retryAfterMs: 1_500,
    message: 'the throttle "per-client" admits 5/10s; come back in 2 s',
    statusCode: 429,
    headers: { 'ratelimit-policy': '"per-client";q=5;w=10', ratelimit: '"per-client";r=0;t=2' },
  });

/** Runs an event into a stack whose only policy throws; the handler must never be reached. */
async function refuse(event: unknown, error: Error = refusal()): Promise<unknown> {
  const instance = testInstance();
  const refusing: Policy<undefined> = {
    name: 'refusing',
    compile: () => undefined,
    before: () => {
      throw error;
    },
  };
  const stack = middy<unknown, unknown>()
    .use(middlewareOf(instance, [refusing]))
    .handler(() => {
      throw new Error('the handler was reached');
    });
  return stack(event, testContext(instance.clock) as Context & { flyball: never });
}

const problem = {
  type: 'about:blank',
  title: 'Too Many Requests',
  status: 429,
  detail: 'the throttle "per-client" admits 5/10s; come back in 2 s',
  code: 'FLYBALL_REFUSED',
  rule: 'per-client',
  by: 'throttle',
  retryAfterMs: 1_500,
};
const headers = {
  'content-type': 'application/problem+json',
  'x-flyball-instance': 'instance-1',
  'retry-after': '2',
  'ratelimit-policy': '"per-client";q=5;w=10',
  ratelimit: '"per-client";r=0;t=2',
};
const bodyOf = (response: unknown): unknown => JSON.parse((response as { body: string }).body);

describe('over HTTP', () => {
  it.each([
    ['an HTTP API', events.httpV2()],
    ['a REST API', events.restV1()],
    ['a Function URL', events.functionUrl()],
  ])('%s answers 429 with a problem and when to come back', async (_name, event) => {
    const response = await refuse(event);
    expect(response).toEqual({ statusCode: 429, headers, body: expect.any(String) as string });
    expect(bodyOf(response)).toEqual(problem);
  });

  it('a load balancer also gets a status description', async () => {
    const response = await refuse(events.alb());
    expect(response).toMatchObject({
      statusCode: 429,
      statusDescription: '429 Too Many Requests',
      headers,
      isBase64Encoded: false,
    });
    expect(bodyOf(response)).toEqual(problem);
  });

  it('a load balancer that sends lists of headers gets lists back', async () => {
    const response = await refuse(events.albMultiValue());
    expect(response).toMatchObject({
      multiValueHeaders: { 'retry-after': ['2'], 'content-type': ['application/problem+json'] },
    });
    expect(response).not.toHaveProperty('headers');
  });

  it('names the code of a business failure beside its words', async () => {
    const response = await refuse(events.httpV2(), new BusinessFailure('CARD_DECLINED', 'The card was declined.'));
    expect(bodyOf(response)).toMatchObject({
      status: 422,
      businessCode: 'CARD_DECLINED',
      detail: 'The card was declined.',
    });
  });

  it('never shows a cause', async () => {
    const cause = new Error('password=hunter2');
    const response = await refuse(events.httpV2(), new DeadlineExceeded('too late', { cause }));
    expect(bodyOf(response)).toMatchObject({ status: 504, detail: 'too late' });
    expect(JSON.stringify(response)).not.toContain('hunter2');
  });
});

describe('a queue', () => {
  it('gets every record back', async () => {
    expect(await refuse(events.sqs([{ messageId: 'a' }, { messageId: 'b' }]))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: 'b' }],
    });
  });

  it('gets every record of a FIFO batch back, in order', async () => {
    expect(await refuse(events.sqsFifo([{ messageId: 'b' }, { messageId: 'a' }]))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'b' }, { itemIdentifier: 'a' }],
    });
  });

  it('is never given an empty identifier, which would fail the whole batch', async () => {
    expect(await refuse(events.sqs([{ messageId: '' }, { messageId: 'b' }]))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'b' }],
    });
  });
});

describe('a stream stops at its first record', () => {
  it('Kinesis', async () => {
    expect(await refuse(events.kinesis([{ sequenceNumber: '101' }, { sequenceNumber: '102' }]))).toEqual({
      batchItemFailures: [{ itemIdentifier: '101' }],
    });
  });
  it('DynamoDB', async () => {
    expect(await refuse(events.dynamodbStream([{ sequenceNumber: '7' }, { sequenceNumber: '8' }]))).toEqual({
      batchItemFailures: [{ itemIdentifier: '7' }],
    });
  });
});

describe('a schedule is skipped, and says so', () => {
  it.each([
    ['of an EventBridge rule', events.schedule()],
    ['of EventBridge Scheduler', events.scheduler()],
  ])('%s', async (_name, event) => {
    expect(await refuse(event)).toEqual({ skipped: true, rule: 'per-client' });
  });
});

describe('the platform sees the error itself, and tries again or dead-letters', () => {
  it.each([
    ['a bucket', events.s3()],
    ['a topic', events.sns()],
    ['an event bus', events.eventBridge()],
    ['a direct invoke', events.direct()],
  ])('%s', async (_name, event) => {
    await expect(refuse(event)).rejects.toMatchObject({
      name: 'Refused',
      code: 'FLYBALL_REFUSED',
      rule: 'per-client',
      message: expect.stringContaining('FLYBALL_REFUSED') as string,
    });
  });
});
