// One order, one trace: through a call, a queue and whoever takes from it.
import { describe, expect, it } from 'vitest';
import { SOON } from '../support/patience.ts';
import { admin, order } from './client.ts';

interface Segment {
  readonly name: string;
  readonly annotations?: Readonly<Record<string, unknown>>;
  readonly children: readonly Segment[];
}

const TRACE = '1-65a0b1c2-bd862e3fe1be46a994272793';

/** The path of services from the root to each invocation that flyball recorded. */
function pathsOf(segments: readonly Segment[], above: readonly string[] = []): string[] {
  return segments.flatMap(({ annotations, children }) => {
    const service = annotations?.['service'];
    const path = typeof service === 'string' ? [...above, service] : above;
    return [...(path === above ? [] : [path.join(' → ')]), ...pathsOf(children, path)];
  });
}

describe('an order', () => {
  it('is one trace from the request to its settlement', async () => {
    const made = await order({ 'x-amzn-trace-id': `Root=${TRACE};Sampled=1` });
    expect(made.status).toBe(201);
    const trace = async () => (await admin('GET', `/v1/telemetry/traces/${TRACE}`)).body;
    await expect.poll(async () => (await trace())['services'], SOON).toEqual(['orders', 'payments', 'settlement']);
    const { tree, outcome } = await trace();
    expect(outcome).toBe('ok');
    expect(pathsOf(tree as readonly Segment[])).toEqual(
      expect.arrayContaining(['orders', 'orders → payments', 'settlement']),
    );
  });

  it('is found by its service, newest first', async () => {
    const { body } = await admin('GET', '/v1/telemetry/traces?service=settlement&limit=200');
    const traces = body['traces'] as readonly { id: string; at: string }[];
    expect(traces.map(({ id }) => id)).toContain(TRACE);
    const times = traces.map(({ at }) => at);
    expect(times).toEqual([...times].sort().reverse());
  });
});
