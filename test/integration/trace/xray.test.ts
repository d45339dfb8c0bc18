// Spans as the X-Ray daemon receives them, over UDP, from AWS's own SDK.
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import AWSXRay from 'aws-xray-sdk-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Span } from '../../../middleware/trace/span.ts';
import { xrayTracer } from '../../../middleware/trace/xray.ts';
import { sqs } from '../../support/events.ts';
import { testInstance, testInvocation } from '../../support/instance.ts';
import { SOON } from '../../support/patience.ts';

const STARTED = Date.UTC(2026, 0, 5, 12, 0, 0);

interface Document {
  readonly id: string;
  readonly [name: string]: unknown;
}

describe('the X-Ray daemon', () => {
  let daemon: Socket;
  const received = new Map<string, Document>();

  beforeAll(async () => {
    daemon = createSocket('udp4');
    daemon.on('message', (message) => {
      const document = JSON.parse(message.toString().split('\n')[1] ?? '{}') as Document;
      received.set(document.id, document);
    });
    daemon.bind(0, '127.0.0.1');
    await once(daemon, 'listening');
    // The SDK reads it from the environment when it is loaded, which another test may have done.
    AWSXRay.setDaemonAddress(`127.0.0.1:${daemon.address().port}`);
  });

  afterAll(() => {
    daemon.close();
  });

  /** What a batch of two traces had recorded, sent. */
  async function record(): Promise<void> {
    const instance = testInstance();
    const batch = sqs([{}, {}]);
    batch.Records.forEach((record, i) => {
      record.attributes.AWSTraceHeader = `Root=1-0000000${String(i)}-aaaaaaaaaaaaaaaaaaaaaaaa;Parent=${String(i + 1).repeat(16)}`;
    });
    const begun = xrayTracer().begin(
      testInvocation(instance, batch),
      'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
    );
    const keep = (text: string) => text;
    const root = new Span('aaaaaaaaaaaaaaaa', 'flyball', 'invocation', STARTED);
    root.annotations['service'] = 'orders';
    const call = new Span('cccccccccccccccc', 'payments', 'call', STARTED + 5);
    call.end(STARTED + 65, 'ok', undefined, keep);
    const attempt = new Span('bbbbbbbbbbbbbbbb', 'payments (eu)', 'attempt', STARTED + 10);
    attempt.end(STARTED + 60.5, 'timeout', new Error('late'), keep);
    call.children.push(attempt);
    root.children.push(call);
    root.end(STARTED + 80, '429', undefined, keep);
    await begun?.end(root);
  }

  it('receives the invocation, its calls and their attempts as subsegments, each complete', async () => {
    await record();
    await expect.poll(() => received.size, SOON).toBe(3);

    expect(received.get('aaaaaaaaaaaaaaaa')).toEqual({
      id: 'aaaaaaaaaaaaaaaa',
      name: 'flyball',
      type: 'subsegment',
      trace_id: '1-5759e988-bd862e3fe1be46a994272793',
      parent_id: '53995c3f42cd8ad8',
      start_time: STARTED / 1000,
      end_time: (STARTED + 80) / 1000,
      annotations: { service: 'orders', outcome: '429' },
      links: [
        linkTo('1-00000000-aaaaaaaaaaaaaaaaaaaaaaaa', '1111111111111111'),
        linkTo('1-00000001-aaaaaaaaaaaaaaaaaaaaaaaa', '2222222222222222'),
      ],
      notTraced: undefined,
      error: true,
      fault: false,
    });
    expect(received.get('cccccccccccccccc')).toMatchObject({
      name: 'payments',
      parent_id: 'aaaaaaaaaaaaaaaa',
      annotations: { outcome: 'ok' },
    });
    expect(received.get('cccccccccccccccc')).not.toHaveProperty('namespace');
    expect(received.get('bbbbbbbbbbbbbbbb')).toMatchObject({
      name: 'payments -eu-',
      namespace: 'remote',
      parent_id: 'cccccccccccccccc',
      end_time: (STARTED + 60.5) / 1000,
      fault: true,
      annotations: { outcome: 'timeout' },
      cause: { exceptions: [{ type: 'Error', message: 'late' }] },
    });
  });
});

function linkTo(trace_id: string, id: string) {
  return { trace_id, id, attributes: { 'aws.xray.reserved.reference_type': 'parent' } };
}
