// A breaker as a test of somebody's own handler sees it recover: its probes, and the ramp after them.
import { expect, it } from 'vitest';
import { flyball } from '../../../../middleware/index.ts';
import { events, testGovernor } from '../../../../middleware/testing/index.ts';

it('shows the probes that are out, and since when calls are let back in', async () => {
  const breaker = {
    window: { time: '10s', minimumCalls: 2 },
    openFor: { initial: '5s' },
    halfOpen: { probes: 2, ramp: ['50%', '100%'], rampStage: '5s' },
  } as const;
  const governor = await testGovernor({
    service: 'shop',
    rules: { dependencies: { payments: { target: { function: 'payments' }, attemptTimeout: '500ms', breaker } } },
  });
  let probesOut = 0;
  const handler = governor.governed(() => flyball.call('payments', { method: 'GET' }).catch(() => 'failed'));
  const call = () => governor.invoke(handler, events.httpV2());
  const seen = governor.breaker('payments');

  governor.fail('payments', 503);
  for (let i = 0; i < 2; i++) {
    await call();
    await governor.advance('100ms');
  }
  expect([seen.state, seen.probesOut, seen.rampFrom]).toEqual(['OPEN', 0, undefined]);

  governor.respond('payments', () => {
    probesOut = seen.probesOut;
    return { body: 'well' };
  });
  await governor.advance('5s');
  await call();
  expect(probesOut).toBe(1);
  expect([seen.state, seen.probesOut]).toEqual(['HALF_OPEN', 0]);
  await call();
  expect(seen.state).toBe('CLOSED');
  expect(seen.rampFrom).toBeGreaterThan(0);
  governor.dispose();
});
