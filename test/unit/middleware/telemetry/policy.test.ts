import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recorderOf, telemetryPolicy } from '../../../../middleware/telemetry/policy.ts';
import { LIBRARY_VERSION } from '../../../../middleware/kernel/version.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';

describe('the telemetry policy', () => {
  it('puts its recorder in place of the silent one, once for all revisions', () => {
    const instance = testInstance();
    const silent = instance.recorder;
    instance.rules.register(telemetryPolicy);
    const installed = instance.recorder;
    telemetryPolicy.compile({ apiVersion: 'flyball/v1', service: 'orders' }, instance);
    expect(installed).not.toBe(silent);
    expect(instance.recorder).toBe(installed);
  });

  it('counts as slow what the revision in force calls slow', () => {
    const instance = testInstance({ rules: { telemetry: { slow: '200ms' } } });
    instance.rules.register(telemetryPolicy);
    const invocation = testInvocation(instance);
    void telemetryPolicy.before?.(invocation, invocation.snapshot.of(telemetryPolicy));
    instance.recorder.invocation('default', 'ok', 199, false);
    instance.recorder.invocation('default', 'ok', 201, false);
    expect(recorderOf(instance).take().resources['default']?.slow).toBe(1);
  });

  it('reports the version of the package', () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(LIBRARY_VERSION).toBe(manifest.version);
  });
});
