// The stand-in for the X-Ray daemon, as AWS's own SDK and a reader over HTTP find it.
import { createSocket } from 'node:dgram';
import AWSXRay from 'aws-xray-sdk-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startXRayDaemon, type XRayDaemon } from '../../../infra/local/xray/daemon.ts';
import { KeptTraces, type TracePage } from '../../../infra/local/xray/kept-traces.ts';
import { Span } from '../../../middleware/trace/span.ts';
import { xrayTracer } from '../../../middleware/trace/xray.ts';
import { direct } from '../../support/events.ts';
import { testInstance, testInvocation } from '../../support/instance.ts';
import { SOON } from '../../support/patience.ts';

const TRACE = '1-5759e988-bd862e3fe1be46a994272793';

describe('the stand-in for the X-Ray daemon', () => {
  let daemon: XRayDaemon;

  beforeAll(async () => {
    daemon = await startXRayDaemon(0, new KeptTraces());
    // The SDK reads it from the environment when it is loaded, which another test may have done.
    AWSXRay.setDaemonAddress(daemon.address);
  });

  afterAll(async () => {
    await daemon.stop();
  });

  const traces = async (query = '') => (await (await fetch(`${daemon.url}/traces${query}`)).json()) as TracePage;

  it('keeps what the SDK sends, and gives it back as a trace', async () => {
    const invocation = testInvocation(testInstance(), direct({}));
    const begun = xrayTracer().begin(invocation, `Root=${TRACE};Parent=53995c3f42cd8ad8;Sampled=1`);
    const root = new Span('aaaaaaaaaaaaaaaa', 'flyball', 'invocation', Date.UTC(2026, 0, 5));
    root.note('service', 'orders');
    root.end(Date.UTC(2026, 0, 5) + 10, 'ok', undefined, (text) => text);
    await begun?.end(root);
    await expect
      .poll(async () => (await traces()).traces, SOON)
      .toMatchObject([
        {
          id: TRACE,
          startedAt: Date.UTC(2026, 0, 5),
          documents: [{ id: 'aaaaaaaaaaaaaaaa', parent_id: '53995c3f42cd8ad8', annotations: { service: 'orders' } }],
        },
      ]);
    expect(await (await fetch(`${daemon.url}/traces/${TRACE}`)).json()).toMatchObject({ id: TRACE });
    expect(await traces('?to=1000')).toEqual({ traces: [] });
  });

  it('says that a trace is not there', async () => {
    expect((await fetch(`${daemon.url}/traces/1-00000000-aaaaaaaaaaaaaaaaaaaaaaaa`)).status).toBe(404);
    expect((await fetch(`${daemon.url}/elsewhere`)).status).toBe(404);
  });

  it('drops what is no segment', async () => {
    const before = (await traces()).traces.length;
    const socket = createSocket('udp4');
    const [host, port] = daemon.address.split(':');
    const send = (text: string) =>
      new Promise<void>((resolve) => socket.send(text, Number(port), host, () => resolve()));
    for (const text of ['', 'nonsense', '{"format":"json"}\nnonsense', '{"format":"other"}\n{}']) await send(text);
    await send(
      `{"format":"json","version":1}\n{"id":"b","trace_id":"1-00000001-aaaaaaaaaaaaaaaaaaaaaaaa","start_time":1}`,
    );
    socket.close();
    await expect.poll(async () => (await traces()).traces.length, SOON).toBe(before + 1);
  });

  it('does not begin on a port that is taken', async () => {
    await expect(startXRayDaemon(Number(new URL(daemon.url).port), new KeptTraces())).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
