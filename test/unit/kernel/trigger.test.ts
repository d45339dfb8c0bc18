// Events are recognised by their shape, and rules read from them only what the platform vouches for.
import { describe, expect, it } from 'vitest';
import { claimOf, clientIpOf, queryOf } from '../../../middleware/kernel/request.ts';
import { headerOf, recordsOf, triggerOf, type Trigger } from '../../../middleware/kernel/trigger.ts';
import * as events from '../../support/events.ts';

const request = { method: 'post', path: '/orders/42' };

describe('triggerOf', () => {
  it.each<[string, unknown, Partial<Trigger>]>([
    ['HTTP API', events.httpV2(request), { kind: 'http', face: 'http-v2', method: 'POST', path: '/orders/42' }],
    ['REST API', events.restV1(request), { kind: 'http', face: 'http-v1', method: 'POST', path: '/orders/42' }],
    [
      'Function URL',
      events.functionUrl(request),
      { kind: 'http', face: 'http-v2', method: 'POST', path: '/orders/42' },
    ],
    ['load balancer', events.alb(request), { kind: 'http', face: 'alb', method: 'POST', path: '/orders/42' }],
    ['load balancer, multi-value', events.albMultiValue(request), { kind: 'http', face: 'alb', method: 'POST' }],
    ['queue', events.sqs(), { kind: 'queue', face: 'sqs', source: 'settlement' }],
    ['FIFO queue', events.sqsFifo(), { kind: 'queue', face: 'sqs', source: 'settlement.fifo' }],
    ['bucket', events.s3(), { kind: 'bucket', face: 's3', source: 'uploads-bucket' }],
    ['topic', events.sns(), { kind: 'topic', face: 'sns', source: 'orders-topic' }],
    ['event bus', events.eventBridge(), { kind: 'event', face: 'eventbridge', source: 'com.example.orders' }],
    ['scheduled rule', events.schedule(), { kind: 'schedule', face: 'schedule', source: 'nightly' }],
    ['Scheduler', events.scheduler(), { kind: 'schedule', face: 'schedule', source: 'nightly' }],
    ['Kinesis', events.kinesis(), { kind: 'stream', face: 'kinesis', source: 'clicks' }],
    ['table stream', events.dynamodbStream(), { kind: 'stream', face: 'dynamodb', source: 'orders-table' }],
    ['direct invoke', events.direct(), { kind: 'direct', face: 'direct', source: '' }],
  ])('%s', (_name, event, trigger) => {
    expect(triggerOf(event)).toMatchObject(trigger);
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['text', 'ping'],
    ['a list', [1, 2]],
    ['no records', { Records: [] }],
    ['records of nothing known', { Records: [{ eventSource: 'aws:mars' }] }],
    ['records that are no objects', { Records: [null, 7] }],
    ['a request context of nothing known', { requestContext: { http: null }, version: '2.0' }],
    ['the bucket test event', { Service: 'Amazon S3', Event: 's3:TestEvent' }],
  ])('takes %s for a direct invoke', (_name, event) => {
    expect(triggerOf(event)).toMatchObject({ kind: 'direct', face: 'direct' });
  });

  it.each([
    ['a WebSocket', { requestContext: { connectionId: 'c', eventType: 'CONNECT', routeKey: '$connect' }, headers: {} }],
    ['VPC Lattice', { version: '2.0', path: '/orders', method: 'GET', headers: {}, requestContext: { region: 'r' } }],
    ['VPC Lattice, first format', { raw_path: '/orders', method: 'GET', headers: {}, query_string_parameters: {} }],
    ['Lambda@Edge', { Records: [{ cf: { config: {}, request: { method: 'GET', uri: '/orders' } } }] }],
    ['AppSync', { arguments: {}, identity: null, info: { fieldName: 'orders', parentTypeName: 'Query' } }],
    ['AppSync, several at once', [{ arguments: {}, info: { fieldName: 'orders', parentTypeName: 'Query' } }]],
    ['AppSync Events', { info: { channel: { path: '/default/a' }, operation: 'PUBLISH' }, events: [] }],
    ['an authorizer by token', { type: 'TOKEN', methodArn: 'arn:aws:execute-api:…', authorizationToken: 'x' }],
  ])('knows by whom the event of %s was written: no permission to invoke is needed', (_name, event) => {
    expect(triggerOf(event)).toMatchObject({ kind: 'direct', face: 'direct', byOutsider: true });
  });

  it.each([
    ['what flyball.call sends', { operation: 'charge', method: 'POST', path: '/charges', body: {}, headers: {} }],
    ['what somebody else sends', { orderId: '42', headers: {}, info: { note: 'x' } }],
  ])('takes %s for written by who may invoke the function', (_name, event) => {
    expect(triggerOf(event)).not.toHaveProperty('byOutsider');
  });
});

describe('what rules can name', () => {
  const web = {
    headers: { 'X-Api-Key': 'k-1' },
    query: { page: '2' },
    sourceIp: '198.51.100.9',
    claims: { sub: 'ada' },
  };
  it.each<[string, unknown]>([
    ['HTTP API', events.httpV2(web)],
    ['REST API', events.restV1(web)],
    ['load balancer', events.alb(web)],
    ['load balancer, multi-value', events.albMultiValue(web)],
  ])('%s: header in any case, query and the caller address', (_name, event) => {
    expect({
      header: headerOf(event, 'x-api-key'),
      query: queryOf(event, 'page'),
      ip: clientIpOf(triggerOf(event), event),
    }).toEqual({ header: 'k-1', query: '2', ip: '198.51.100.9' });
  });

  it('reads claims that the gateway has verified', () => {
    expect([claimOf(events.httpV2(web), 'sub'), claimOf(events.restV1(web), 'sub')]).toEqual(['ada', 'ada']);
  });

  it('never takes an address from a header a caller may write', () => {
    const event = events.httpV2({ headers: { 'x-forwarded-for': '10.0.0.1' }, sourceIp: '203.0.113.7' });
    expect(clientIpOf(triggerOf(event), event)).toBe('203.0.113.7');
  });

  it('takes of a load balancer the address it added itself', () => {
    const event = events.alb({ headers: { 'x-forwarded-for': '10.0.0.1, 203.0.113.7' } });
    expect(clientIpOf(triggerOf(event), event)).toBe('203.0.113.7');
    // A balancer may be set to keep the client's port, which another connection has another of.
    for (const [written, address] of [
      ['6.6.6.6, 203.0.113.7:49152', '203.0.113.7'],
      ['[2001:db8::1]:49152', '2001:db8::1'],
      ['2001:db8::1', '2001:db8::1'],
    ]) {
      const ported = events.alb({ headers: { 'x-forwarded-for': written ?? '' } });
      expect(clientIpOf(triggerOf(ported), ported)).toBe(address);
    }
  });

  it('has no header, query, claim or records of what is not there', () => {
    const event = events.direct();
    expect([
      headerOf(event, 'a'),
      queryOf(event, 'a'),
      claimOf(event, 'a'),
      clientIpOf(triggerOf(event), event),
    ]).toEqual(Array(4).fill(undefined));
    expect(recordsOf(event)).toEqual([]);
    expect(headerOf(events.httpV2(), 'constructor')).toBeUndefined();
  });
});
