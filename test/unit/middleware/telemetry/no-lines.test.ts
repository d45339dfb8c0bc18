// A line of metrics for each request would cost more than all that flyball does for it: there is none.
import { flyball } from 'flyball';
import { events, testGovernor } from 'flyball/testing';
import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.restoreAllMocks();
});

const rules = {
  throttles: { everyone: { limit: '1000/s' } },
  dependencies: {
    payments: { target: { function: 'payments' }, attemptTimeout: '500ms', retry: { attempts: 2 }, breaker: {} },
  },
};

it('an EMF line costs 3 to 9 µs to make and write: no request makes one, nor any other line', async () => {
  using here = await testGovernor({ service: 'shop', rules });
  here.respond('payments', { body: { accepted: true } });
  const handler = here.governed(async () => {
    await flyball.call('payments', { operation: 'charge', body: {} });
    return { statusCode: 201, body: '' };
  });
  await here.invoke(handler, events.httpV2());
  const before = { lines: here.log.length, calls: here.calls.length };
  const printed = [
    vi.spyOn(process.stdout, 'write').mockReturnValue(true),
    vi.spyOn(process.stderr, 'write').mockReturnValue(true),
    ...(['log', 'info', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level).mockReturnValue()),
  ];
  // Two and a half minutes, so that what is told once a minute is told.
  for (let i = 0; i < 150; i++) {
    await here.invoke(handler, events.httpV2());
    await here.advance('1s');
  }
  const lines = printed.map(({ mock }) => mock.calls.length);
  vi.restoreAllMocks();
  expect({ before: before.calls, after: here.calls.length }).toEqual({ before: 1, after: 151 });
  expect(lines).toEqual(lines.map(() => 0));
  expect(here.log.slice(before.lines)).toEqual([]);
});
