import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { silentRecorder } from '../../../../middleware/kernel/recorder.ts';
import { LIBRARY_VERSION } from '../../../../middleware/kernel/version.ts';
import { telemetryPolicy } from '../../../../middleware/telemetry/policy.ts';
import { CountingRecorder } from '../../../../middleware/telemetry/recorder.ts';
import { loadReporting } from '../../../../middleware/telemetry/reports.ts';
import * as events from '../../../support/events.ts';
import { testInstance, testInvocation, type TestInstanceOptions } from '../../../support/instance.ts';

/** An instance whose code is all there. */
async function reported(options: TestInstanceOptions = {}) {
  await loadReporting();
  const instance = testInstance(options);
  instance.rules.register(telemetryPolicy);
  const { recorder } = instance;
  if (!(recorder instanceof CountingRecorder)) throw new Error('nothing counts');
  return { instance, recorder };
}

describe('the telemetry policy', () => {
  it('puts its recorder in place of the silent one, once for all revisions', async () => {
    const { instance, recorder } = await reported();
    telemetryPolicy.compile({ apiVersion: 'flyball/v1', service: 'orders' }, instance);
    expect(recorder).not.toBe(silentRecorder);
    expect(instance.recorder).toBe(recorder);
  });

  it('counts as slow what the revision in force calls slow', async () => {
    const { instance, recorder } = await reported({ rules: { telemetry: { slow: '200ms' } } });
    const invocation = testInvocation(instance);
    void telemetryPolicy.before?.(invocation, invocation.snapshot.of(telemetryPolicy));
    instance.recorder.invocation('default', 'ok', 199, false);
    instance.recorder.invocation('default', 'ok', 201, false);
    expect(recorder.take().resources['default']?.slow).toBe(1);
  });

  it.each([
    ['a web request by its body', { ...events.httpV2(), body: 'x'.repeat(120) }, 120],
    [
      'a body in base64 by what it stands for',
      { ...events.httpV2(), body: 'x'.repeat(120), isBase64Encoded: true },
      90,
    ],
    ['a text', 'some text', 9],
    ['what is no text, as if there were nothing', { order: 1, body: { a: 1 } }, 0],
    ['nothing', undefined, 0],
  ])('measures %s', async (_what, event, bytes) => {
    const { instance } = await reported();
    const invocation = testInvocation(instance, event);
    void telemetryPolicy.before?.(invocation, invocation.snapshot.of(telemetryPolicy));
    expect(invocation.bytesIn).toBe(bytes);
  });

  it('reports the version of the package', () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(LIBRARY_VERSION).toBe(manifest.version);
  });
});
