// Spans as the X-Ray daemon receives them, over UDP, from AWS's own SDK.
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Span } from '../../../middleware/trace/span.ts';
import { xrayTracer } from '../../../middleware/trace/xray.ts';

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
    // Read by the SDK when it is loaded.
    process.env['AWS_XRAY_DAEMON_ADDRESS'] = `127.0.0.1:${daemon.address().port}`;
  });

  afterAll(() => {
    daemon.close();
    delete process.env['AWS_XRAY_DAEMON_ADDRESS'];
  });

  it('receives the invocation and its attempts as subsegments, each complete', async () => {
    const root = new Span('aaaaaaaaaaaaaaaa', 'flyball', STARTED, false);
    root.annotations['service'] = 'orders';
    const attempt = new Span('bbbbbbbbbbbbbbbb', 'payments (eu)', STARTED + 10, true);
    attempt.end(STARTED + 60.5, 'timeout', new Error('late'));
    root.children.push(attempt);
    root.end(STARTED + 80, '429', undefined);

    const tracer = xrayTracer();
    tracer.prepare();
    await tracer.emit({ traceId: '5759e988bd862e3fe1be46a994272793', parentId: '53995c3f42cd8ad8', root });
    await expect.poll(() => received.size, { timeout: 10_000 }).toBe(2);

    expect(received.get('aaaaaaaaaaaaaaaa')).toEqual({
      id: 'aaaaaaaaaaaaaaaa',
      name: 'flyball',
      type: 'subsegment',
      trace_id: '1-5759e988-bd862e3fe1be46a994272793',
      parent_id: '53995c3f42cd8ad8',
      start_time: STARTED / 1000,
      end_time: (STARTED + 80) / 1000,
      annotations: { service: 'orders', outcome: '429' },
      notTraced: undefined,
      error: true,
      fault: false,
    });
    expect(received.get('bbbbbbbbbbbbbbbb')).toMatchObject({
      name: 'payments -eu-',
      namespace: 'remote',
      parent_id: 'aaaaaaaaaaaaaaaa',
      end_time: (STARTED + 60.5) / 1000,
      fault: true,
      annotations: { outcome: 'timeout' },
      cause: { exceptions: [{ type: 'Error', message: 'late' }] },
    });
  });
});
