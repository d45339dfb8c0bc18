// Minutes on their way to an OpenTelemetry collector, which here is a server that keeps what it gets.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { otlpExport } from '../../../functions/telemetry/otlp/export.ts';
import type { Logger } from '../../../middleware/kernel/logger.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';

const TEN = Date.UTC(2026, 0, 5, 10);
const SLOT = { subjects: { 'resource#create-order': { outcomes: { ok: 7 } } } };

interface Got {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly resourceMetrics: readonly unknown[] };
}

describe('the export to OpenTelemetry', () => {
  let collector: Server;
  let endpoint: string;
  let got: Got[];
  let status: number;
  let warned: unknown[];
  const clock = fakeClock(TEN);
  const logger: Logger = { ...silentLogger, warn: (...said: unknown[]) => void warned.push(said) };

  beforeEach(async () => {
    [got, status, warned] = [[], 200, []];
    collector = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Got['body'];
        got.push({ url: request.url ?? '', headers: request.headers, body });
        response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((listening) => collector.listen(0, '127.0.0.1', listening));
    endpoint = `http://127.0.0.1:${String((collector.address() as AddressInfo).port)}`;
  });

  afterEach(async () => {
    collector.closeAllConnections();
    await new Promise((closed) => collector.close(closed));
  });

  const exportTo = (environment: Record<string, string>) => otlpExport({ environment, clock, logger });

  it('is off unless an endpoint is set', () => {
    expect(exportTo({})).toBeUndefined();
    expect(exportTo({ FLYBALL_OTLP_ENDPOINT: '' })).toBeUndefined();
  });

  it('posts a minute as JSON, with the headers it was given', async () => {
    const exportMinute = exportTo({
      FLYBALL_OTLP_ENDPOINT: `${endpoint}/otlp/`,
      FLYBALL_OTLP_HEADERS: 'Api-Key=a%2Cb%3D, x-tenant = orders',
      FLYBALL_CELL: 'a-cell',
    });
    await exportMinute?.('orders', TEN, SLOT);
    expect(got).toMatchObject([
      {
        url: '/otlp/v1/metrics',
        headers: { 'content-type': 'application/json', 'api-key': 'a,b=', 'x-tenant': 'orders' },
        body: { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'flyball.requests' }] }] }] },
      },
    ]);
    expect(warned).toEqual([]);
  });

  it('sends a minute that failed never again, and the next ones not before a pause', async () => {
    const exportMinute = exportTo({ FLYBALL_OTLP_ENDPOINT: endpoint });
    status = 503;
    await exportMinute?.('orders', TEN, SLOT);
    await exportMinute?.('payments', TEN, SLOT);
    expect([got.length, warned.length]).toEqual([1, 1]);
    status = 200;
    clock.advance(31_000);
    await exportMinute?.('orders', TEN + 60_000, SLOT);
    expect([got.length, warned.length]).toEqual([2, 1]);
  });

  it('does not reject when nobody answers', async () => {
    const exportMinute = exportTo({ FLYBALL_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    await exportMinute?.('orders', TEN, SLOT);
    expect(warned).toHaveLength(1);
  });

  it.each([
    [{ FLYBALL_OTLP_ENDPOINT: 'collector' }, 'FLYBALL_OTLP_ENDPOINT is no URL'],
    [{ FLYBALL_OTLP_ENDPOINT: 'http://c:4318', FLYBALL_OTLP_HEADERS: 'a=1,secret' }, 'part 2 is not written as'],
  ])('says what is wrong with %j', (environment, reason) => {
    expect(() => exportTo(environment)).toThrow(reason);
  });
});
