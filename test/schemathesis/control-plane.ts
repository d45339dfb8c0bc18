// The control plane's description, and its own rules without limits: what is tried must not be refused for being much.
import { inject } from 'vitest';
import { request } from '../e2e/client.ts';

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
}

const OWN_SERVICES = ['config-center', 'telemetry', 'batch-monitor', 'alerting'];

export async function openApi(): Promise<OpenApi> {
  const { status, body } = await request('GET', '/openapi.json');
  if (status !== 200) throw new Error(`GET /openapi.json answers ${String(status)}: ${JSON.stringify(body)}`);
  return body as unknown as OpenApi;
}

export async function publishWithoutLimits(): Promise<void> {
  const headers = { authorization: `Bearer ${inject('world').adminToken}` };
  for (const service of OWN_SERVICES) {
    const document = { apiVersion: 'flyball/v1', service };
    await done('PUT', `/v1/services/${service}/draft`, document);
    await done('POST', `/v1/services/${service}/publish`, {});
  }

  async function done(method: string, path: string, sent: object): Promise<void> {
    const { status, body } = await request(method, path, sent, headers);
    if (status !== 200) throw new Error(`${method} ${path} answers ${String(status)}: ${JSON.stringify(body)}`);
  }
}
