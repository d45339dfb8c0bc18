// The kit's events: what a test gives is in them, any field can be changed, and the same call makes the same event.
import { describe, expect, it } from 'vitest';
import { headerOf, triggerOf } from '../../../../middleware/kernel/trigger.ts';
import { events } from '../../../../middleware/testing/index.ts';

const builders = Object.entries(events) as [keyof typeof events, () => unknown][];

describe('every builder', () => {
  it('needs nothing to be given, and always gives the same', () => {
    for (const [name, build] of builders) expect(build(), name).toEqual(build());
  });

  it('shares nothing with the event it gave before', () => {
    for (const [name, build] of builders) {
      const event = build() as Record<string, unknown>;
      for (const field of Object.keys(event)) delete event[field];
      expect(build(), name).not.toEqual({});
    }
  });

  it('gives what JSON can carry: an event has travelled', () => {
    for (const [name, build] of builders) expect(JSON.parse(JSON.stringify(build())), name).toEqual(build());
  });

  it('covers every trigger that flyball knows', () => {
    const kinds = new Set(builders.map(([, build]) => triggerOf(build()).kind));
    expect(kinds).toEqual(new Set(['http', 'queue', 'bucket', 'topic', 'event', 'schedule', 'stream', 'direct']));
    const faces = new Set(builders.map(([, build]) => triggerOf(build()).face));
    expect(faces).toEqual(
      new Set([
        'http-v2',
        'http-v1',
        'alb',
        'authorizer-v2',
        'authorizer-v1',
        'sqs',
        's3',
        'sns',
        'eventbridge',
        'schedule',
        'kinesis',
        'dynamodb',
        'direct',
      ]),
    );
  });
});

describe('web requests', () => {
  const request = { method: 'PUT', path: '/orders/7', query: { dry: '1' }, headers: { 'X-Team': 'a' }, body: { n: 1 } };
  const gateways = ['httpV2', 'functionUrl', 'restV1', 'alb', 'albMultiValue'] as const;

  it.each(gateways)('%s: an object is sent as JSON', (gateway) => {
    const event = events[gateway](request);
    expect(event.body).toBe('{"n":1}');
    expect(headerOf(event, 'content-type')).toBe('application/json');
    expect(headerOf(event, 'x-team')).toBe('a');
    expect(triggerOf(event)).toMatchObject({ method: 'PUT', path: '/orders/7' });
  });

  it.each(gateways)('%s: text stays as it is', (gateway) => {
    const event = events[gateway]({ ...request, body: 'a=1' });
    expect(event.body).toBe('a=1');
    expect(headerOf(event, 'content-type')).toBeUndefined();
  });

  it.each(['authorizerV2', 'authorizerV1'] as const)('%s: what is asked about, before anybody is let in', (asked) => {
    const event = events[asked]({ ...request, claims: { sub: 'ada' }, stageVariables: { service: 'shop' } });
    expect(triggerOf(event)).toMatchObject({ kind: 'http', method: 'PUT', path: '/orders/7' });
    expect(headerOf(event, 'x-team')).toBe('a');
    expect(event.stageVariables).toEqual({ service: 'shop' });
    expect(event.requestContext).not.toHaveProperty('authorizer.claims');
    expect(event.requestContext).not.toHaveProperty('authorizer.jwt');
  });

  it('tell who is calling', () => {
    const event = events.httpV2({ sourceIp: '198.51.100.9', claims: { sub: 'ada' } });
    expect(event.requestContext.http.sourceIp).toBe('198.51.100.9');
    expect(event.requestContext.authorizer.jwt.claims['sub']).toBe('ada');
  });
});

describe('batches', () => {
  it('of so many records, each with ids of its own', () => {
    const ids = [
      events.sqs(3).Records.map(({ messageId }) => messageId),
      events.sqsFifo(3).Records.map(({ messageId }) => messageId),
      events.kinesis(3).Records.map(({ kinesis }) => kinesis.sequenceNumber),
      events.dynamodbStream(3).Records.map(({ dynamodb }) => dynamodb?.SequenceNumber),
      events.s3(['a', 'b', 'c']).Records.map(({ s3 }) => s3.object.key),
    ];
    for (const of of ids) expect(new Set(of).size).toBe(3);
  });

  it('of a queue carry what their sender sent', () => {
    const [text, json] = events.sqs([{ body: 'plain' }, { body: { id: 7 }, receives: 4 }], 'jobs').Records;
    expect(text).toMatchObject({ body: 'plain', eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:jobs' });
    expect(json).toMatchObject({ body: '{"id":7}', attributes: { ApproximateReceiveCount: '4' } });
  });

  it('of a FIFO queue have groups', () => {
    const [, second] = events.sqsFifo([{}, { group: 'ada' }]).Records;
    expect(second?.attributes).toMatchObject({ MessageGroupId: 'ada', MessageDeduplicationId: 'dedup-2' });
  });

  it('of Kinesis carry data in base64', () => {
    const [record] = events.kinesis([{ data: { a: 1 }, partitionKey: 'p' }]).Records;
    expect(Buffer.from(record?.kinesis.data ?? '', 'base64').toString()).toBe('{"a":1}');
  });

  it.each([
    ['INSERT', ['NewImage']],
    ['MODIFY', ['NewImage', 'OldImage']],
    ['REMOVE', ['OldImage']],
  ] as const)('of a table show of %s: %j', (eventName, images) => {
    const [record] = events.dynamodbStream([{ eventName }]).Records;
    expect(Object.keys(record?.dynamodb ?? {}).filter((field) => field.endsWith('Image'))).toEqual(images);
  });
});

describe('what is not waited for', () => {
  it.each([
    ['a b.png', 'a+b.png'],
    ['in/Köln (1).png', 'in/K%C3%B6ln+%281%29.png'],
    ['1+1=2', '1%2B1%3D2'],
  ])('S3 encodes the key %s', (key, encoded) => {
    expect(events.s3(key).Records[0]?.s3.object.key).toBe(encoded);
  });

  it('a topic carries JSON as text', () => {
    expect(events.sns({ id: 7 }, 'orders').Records[0]?.Sns).toMatchObject({
      Message: '{"id":7}',
      TopicArn: 'arn:aws:sns:eu-central-1:000000000000:orders',
    });
  });

  it('an event has its detail, typed', () => {
    const { detail, source } = events.eventBridge({ id: 7 }, 'shop');
    expect({ id: detail.id, source }).toEqual({ id: 7, source: 'shop' });
  });
});

describe('any field can be overridden', () => {
  it('however deep, and the rest stays', () => {
    const event = events.httpV2({ path: '/a' }, { requestContext: { http: { userAgent: 'me' }, accountId: '1' } });
    expect(event.requestContext.http).toMatchObject({ path: '/a', userAgent: 'me' });
    expect(event.requestContext.accountId).toBe('1');
  });

  it('taken out, too', () => {
    expect(events.httpV2({ body: 'x' }, { body: undefined })).not.toHaveProperty('body');
  });

  it('record by record', () => {
    const { Records } = events.sqs(2, 'jobs', { Records: [{}, { messageId: 'mine' }] });
    expect(Records.map(({ messageId }) => messageId)).toEqual(['message-1', 'mine']);
  });

  it('also by null, and by a list where there was none', () => {
    expect(events.restV1({}, { headers: { cookie: undefined }, pathParameters: { id: '7' } }).pathParameters).toEqual({
      id: '7',
    });
    expect(events.httpV2({}, { cookies: ['a=1'] }).cookies).toEqual(['a=1']);
  });
});
