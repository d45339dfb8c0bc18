// Installs the counting recorder on an instance and has its minutes put beside handlers.
import type { Instance } from '../kernel/instance.ts';
import type { Policy } from '../kernel/policy.ts';
import type { RuleDocument } from '../kernel/rules/document.ts';
import { parseDuration } from '../kernel/units.ts';
import { Minutes } from './minutes.ts';
import { CountingRecorder } from './recorder.ts';

const OWNER = {};

export interface TelemetryRules {
  readonly recorder: CountingRecorder;
  readonly slowOverMs: number;
}

/** The instance's recorder, installed with its minutes the first time it is asked for. */
export function recorderOf(instance: Instance): CountingRecorder {
  return instance.state(OWNER, () => createRecorder(instance));
}

function createRecorder(instance: Instance): CountingRecorder {
  const recorder = new CountingRecorder(() => minutes.begin(instance.clock));
  const minutes = new Minutes(instance, recorder, process.env['FLYBALL_CELL'] ?? '');
  instance.recorder = recorder;
  instance.syncs.add(minutes);
  return recorder;
}

export const telemetryPolicy: Policy<TelemetryRules> = {
  name: 'telemetry',
  compile(rules: RuleDocument, instance) {
    const recorder = recorderOf(instance);
    recorder.prepare(rules);
    const slow = rules.telemetry?.slow;
    return { recorder, slowOverMs: slow === undefined ? Infinity : parseDuration(slow) };
  },
  before(_invocation, { recorder, slowOverMs }) {
    recorder.slowOverMs = slowOverMs;
  },
};
