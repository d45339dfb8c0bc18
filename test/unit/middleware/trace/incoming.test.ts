import { describe, expect, it } from 'vitest';
import { triggerOf } from '../../../../middleware/kernel/trigger.ts';
import { carriedBy, incomingTrace, linkedTraces } from '../../../../middleware/trace/incoming.ts';
import { direct, httpV2, restV1, s3, sqs } from '../../../support/events.ts';

const ROOT = '1-5759e988-bd862e3fe1be46a994272793';
const TRACE = '5759e988bd862e3fe1be46a994272793';
const XRAY = `Root=${ROOT};Parent=53995c3f42cd8ad8;Sampled=1`;
const OTHER_TRACE = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = `00-${OTHER_TRACE}-b7ad6b7169203331-01`;
const RUNTIME = 'Root=1-aaaaaaaa-bbbbbbbbbbbbbbbbbbbbbbbb;Parent=cccccccccccccccc;Sampled=1';

const incoming = (event: unknown, runtime?: string) => incomingTrace(triggerOf(event), event, runtime);
const attribute = (value: string) => ({ stringValue: value, dataType: 'String' as const });

function queueOf(...headers: (string | undefined)[]) {
  const batch = sqs(headers.map(() => ({})));
  batch.Records.forEach((record, i) => {
    const header = headers[i];
    if (header !== undefined) record.attributes.AWSTraceHeader = header;
  });
  return batch;
}

describe('the trace an invocation belongs to', () => {
  it.each([
    ['an HTTP request', httpV2({ headers: { 'X-Amzn-Trace-Id': XRAY } })],
    ['a REST request, whatever the case', restV1({ headers: { 'X-AMZN-Trace-ID': XRAY } })],
    ['the headers of a direct invoke', direct({ operation: 'charge', headers: { 'x-amzn-trace-id': XRAY } })],
    ['a queue message', queueOf(XRAY)],
    ['all messages of a batch alike', queueOf(XRAY, XRAY)],
  ])('comes with %s', (_what, event) => {
    expect(incoming(event)?.xray).toEqual({ traceId: TRACE, parentId: '53995c3f42cd8ad8', sampled: true });
  });

  it.each([
    ['an HTTP request', httpV2({ headers: { traceparent: TRACEPARENT, tracestate: 'vendor=1' } })],
    [
      'attributes of a queue message',
      sqs([{ messageAttributes: { traceparent: attribute(TRACEPARENT), tracestate: attribute('vendor=1') } }]),
    ],
  ])('comes in W3C words with %s', (_what, event) => {
    expect(incoming(event)).toMatchObject({ w3c: { traceId: OTHER_TRACE }, tracestate: 'vendor=1' });
  });

  it.each([
    ['a request without one', httpV2()],
    ['a header that is none', httpV2({ headers: { 'x-amzn-trace-id': 'Root=nonsense', traceparent: 'x' } })],
    ['a batch of several traces', queueOf(XRAY, XRAY.replace('5759e988', '5759e989'))],
    ['a batch of which only some have one', queueOf(XRAY, undefined)],
    ['a bucket event', s3()],
    ['an event that is nothing', null],
  ])('is none for %s', (_what, event) => {
    expect(incoming(event)).toBeUndefined();
  });

  it("is Lambda's own where the runtime says one, beside the W3C trace that came", () => {
    const found = incoming(httpV2({ headers: { 'x-amzn-trace-id': XRAY, traceparent: TRACEPARENT } }), RUNTIME);
    expect(found?.xray?.traceId).toBe('aaaaaaaabbbbbbbbbbbbbbbbbbbbbbbb');
    expect(found?.w3c?.traceId).toBe(OTHER_TRACE);
  });
});

describe('what is carried on', () => {
  const carried = (event: unknown, spanId?: string) => {
    const trace = incoming(event);
    if (!trace) throw new Error('no trace');
    return carriedBy(
      trace,
      spanId === undefined ? undefined : { traceId: TRACE, id: spanId },
      () => 'eeeeeeeeeeeeeeee',
    );
  };

  it('is what came, where no span is recorded, in the words of both', () => {
    expect(carried(httpV2({ headers: { 'x-amzn-trace-id': XRAY } }))).toEqual({
      'x-amzn-trace-id': XRAY,
      traceparent: `00-${TRACE}-53995c3f42cd8ad8-01`,
    });
  });

  it('hangs under the span that calls', () => {
    expect(carried(httpV2({ headers: { 'x-amzn-trace-id': XRAY } }), 'dddddddddddddddd')).toEqual({
      'x-amzn-trace-id': `Root=${ROOT};Parent=dddddddddddddddd;Sampled=1`,
      traceparent: `00-${TRACE}-dddddddddddddddd-01`,
    });
  });

  it('hangs under the calling span in the trace that knows it, and not in another that came along', () => {
    const both = httpV2({ headers: { 'x-amzn-trace-id': XRAY, traceparent: TRACEPARENT } });
    expect(carried(both, 'dddddddddddddddd')).toEqual({
      'x-amzn-trace-id': `Root=${ROOT};Parent=dddddddddddddddd;Sampled=1`,
      traceparent: TRACEPARENT,
    });
  });

  it('gives a W3C trace to X-Ray too, with its vendors’ state', () => {
    expect(carried(httpV2({ headers: { traceparent: TRACEPARENT, tracestate: 'vendor=1' } }))).toEqual({
      'x-amzn-trace-id': `Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331;Sampled=1`,
      traceparent: TRACEPARENT,
      tracestate: 'vendor=1',
    });
  });

  it('keeps two traces that came side by side apart', () => {
    expect(carried(httpV2({ headers: { 'x-amzn-trace-id': XRAY, traceparent: TRACEPARENT } }))).toEqual({
      'x-amzn-trace-id': XRAY,
      traceparent: TRACEPARENT,
    });
  });

  it('makes up a span for W3C where a gateway sent a root alone', () => {
    expect(carried(httpV2({ headers: { 'x-amzn-trace-id': `Root=${ROOT}` } }))).toEqual({
      'x-amzn-trace-id': `Root=${ROOT}`,
      traceparent: `00-${TRACE}-eeeeeeeeeeeeeeee-00`,
    });
  });

  it('leaves out a state longer than anybody has to keep', () => {
    const headers = { traceparent: TRACEPARENT, tracestate: 'v='.padEnd(600, 'x') };
    expect(carried(httpV2({ headers }))).not.toHaveProperty('tracestate');
  });

  it.each(['v=ж', 'v=1\n', 'v=\u0000', 'v=é', ''])('leaves out vendors’ words that are no header: %j', (tracestate) => {
    const headers = { traceparent: TRACEPARENT, tracestate };
    expect(carried(httpV2({ headers }))).not.toHaveProperty('tracestate');
    expect(carried(httpV2({ headers }))).toHaveProperty('traceparent');
  });
});

describe('the traces that a batch comes from', () => {
  const linked = (event: unknown) =>
    linkedTraces(triggerOf(event), event).map(({ xray, w3c }) => (w3c ?? xray)?.traceId);

  it('are those of its messages, each place once', () => {
    const other = XRAY.replace('5759e988', '5759e989');
    expect(linked(queueOf(XRAY, undefined, other, XRAY))).toEqual([TRACE, TRACE.replace('5759e988', '5759e989')]);
  });

  it('are no more than anybody follows', () => {
    const headers = Array.from({ length: 150 }, (_, i) => XRAY.replace('5759e988', `5759e${String(100 + i)}`));
    expect(linked(queueOf(...headers))).toHaveLength(100);
  });

  it('are none of a request', () => {
    expect(linked(httpV2({ headers: { 'x-amzn-trace-id': XRAY } }))).toEqual([]);
  });
});
