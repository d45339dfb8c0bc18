import { describe, expect, it } from 'vitest';
import { Histogram } from '../../../../middleware/telemetry/histogram.ts';
import { CountingRecorder } from '../../../../middleware/telemetry/recorder.ts';
import type { Tally } from '../../../../store/items/telemetry.ts';

function recorder(): CountingRecorder {
  return new CountingRecorder(() => {});
}

function durationsOf(tally: Tally | undefined): Histogram {
  return Histogram.decode(tally?.durations ?? new Uint8Array(), tally?.maxMs ?? 0);
}

describe('a recorder', () => {
  it('counts invocations by resource and outcome, cold and slow ones', () => {
    const counting = recorder();
    counting.slowOverMs = 100;
    counting.invocation('create-order', 'ok', 12, true);
    counting.invocation('create-order', 'ok', 250, false);
    counting.invocation('create-order', '503', 8, false);
    counting.invocation('read-order', 'ok', 3, false);
    const { resources } = counting.take();
    expect(resources['create-order']).toMatchObject({ outcomes: { ok: 2, '503': 1 }, cold: 1, slow: 1, maxMs: 250 });
    expect(durationsOf(resources['create-order']).count).toBe(3);
    expect(resources['read-order']?.outcomes).toEqual({ ok: 1 });
  });

  it('keeps what flyball refused apart from failures, and out of the durations', () => {
    const counting = recorder();
    counting.invocation('create-order', 'refused', 0.1, false);
    counting.invocation('create-order', 'ok', 40, false);
    const tally = counting.take().resources['create-order'];
    expect(tally?.outcomes).toEqual({ ok: 1, refused: 1 });
    expect(durationsOf(tally).count).toBe(1);
  });

  it('counts calls and their attempts apart', () => {
    const counting = recorder();
    counting.attempt('payments', 'timeout', 1000);
    counting.attempt('payments', 'ok', 30);
    counting.call('payments', 'ok', 1080);
    const { calls, attempts } = counting.take();
    expect(calls['payments']?.outcomes).toEqual({ ok: 1 });
    expect(attempts['payments']?.outcomes).toEqual({ timeout: 1, ok: 1 });
  });

  it('counts refusals by policy, rule and resource, those of shadow rules apart', () => {
    const counting = recorder();
    counting.refusal('throttle', 'per-client', 'create-order', 1, false);
    counting.refusal('throttle', 'per-client', 'create-order', 4, false);
    counting.refusal('breaker', 'payments', 'create-order', 1, true);
    const { refusals, shadow } = counting.take();
    expect(refusals).toEqual({ 'throttle/per-client/create-order': 5 });
    expect(shadow).toEqual({ 'breaker/payments/create-order': 1 });
  });

  it('counts transitions of breakers and events inside flyball', () => {
    const counting = recorder();
    counting.transition('payments', 'CLOSED', 'OPEN');
    counting.internal('contained:throttle');
    counting.internal('contained:throttle');
    const { transitions, internal } = counting.take();
    expect(transitions).toEqual({ 'payments/CLOSED/OPEN': 1 });
    expect(internal).toEqual({ 'contained:throttle': 2 });
  });

  it('gives away what it counted once', () => {
    const counting = recorder();
    counting.prepare({ apiVersion: 'flyball/v1', service: 'orders', resources: { 'create-order': { match: {} } } });
    counting.invocation('create-order', 'ok', 12, false);
    counting.take();
    expect(counting.take().resources).toEqual({});
  });

  it('counts what has no room of its own as other, whatever names arrive', () => {
    const counting = recorder();
    for (let i = 0; i < 1000; i++) counting.call(`host-${i}`, `business:CODE_${i}`, 1);
    const { calls } = counting.take();
    expect(Object.keys(calls)).toHaveLength(201);
    expect(Object.keys(calls['other']?.outcomes ?? {})).toHaveLength(17);
    const total = Object.values(calls).flatMap((tally) => Object.values(tally.outcomes));
    expect(total.reduce((sum, count) => sum + count, 0)).toBe(1000);
  });

  it('is not taken in by names that JavaScript gives a meaning to', () => {
    const counting = recorder();
    counting.call('__proto__', 'ok', 1);
    counting.internal('constructor');
    const { calls, internal } = counting.take();
    expect(Object.keys(calls)).toEqual(['__proto__']);
    expect(internal).toEqual(Object.fromEntries([['constructor', 1]]));
  });
});
