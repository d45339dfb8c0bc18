// The kit under node:test, in a process of its own: it needs no test runner of a certain kind.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { flyball } from '../../../../../middleware/index.ts';
import { events, testGovernor } from '../../../../../middleware/testing/index.ts';

const rules = {
  throttles: { everyone: { limit: '1/s', burst: 1 } },
  dependencies: { payments: { target: { function: 'payments' }, retry: { attempts: 2 }, attemptTimeout: '5s' } },
} as const;

void test('a throttle refuses, and time passes', async () => {
  using governor = await testGovernor({ service: 'shop', rules });
  const handler = governor.governed(() => ({ statusCode: 200 }));
  assert.equal((await handler(events.httpV2())).statusCode, 200);
  assert.equal((await handler(events.httpV2())).statusCode, 429);
  await governor.advance('2s');
  assert.equal((await handler(events.httpV2())).statusCode, 200);
});

void test('calls are answered under the timers that the runner has mocked', async () => {
  mock.timers.enable();
  try {
    using governor = await testGovernor({ service: 'shop', rules });
    governor.respond('payments', { fail: 'timeout' }, { body: 'paid' });
    const handler = governor.governed(() => flyball.call('payments', { method: 'GET' }));
    assert.equal(await governor.invoke(handler, events.httpV2()), 'paid');
  } finally {
    mock.timers.reset();
  }
});
