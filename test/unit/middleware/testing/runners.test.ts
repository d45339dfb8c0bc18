// The kit works under other test runners than ours, and leaves nothing open that would keep a process alive.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it, vi } from 'vitest';
import { events, testGovernor } from '../../../../middleware/testing/index.ts';

it('under node:test', async () => {
  const file = new URL('runners/node-test.ts', import.meta.url).pathname;
  // Without what this runner has set, lest it takes the child for one of its own.
  const env = { PATH: process.env['PATH'] };
  const { stdout } = await promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap', file], { env });
  expect(stdout).toMatch(/^# pass 2$/m);
  expect(stdout).toMatch(/^# fail 0$/m);
});

it('under timers that a runner has faked', async () => {
  vi.useFakeTimers();
  try {
    const governor = await testGovernor({ service: 'shop', rules: { throttles: { all: { limit: '1/s', burst: 1 } } } });
    const handler = governor.governed(() => ({ statusCode: 200 }));
    expect(await governor.invoke(handler, events.httpV2())).toMatchObject({ statusCode: 200 });
    expect(await governor.invoke(handler, events.httpV2())).toMatchObject({ statusCode: 429 });
    await governor.advance('1m');
    expect(await governor.invoke(handler, events.httpV2())).toMatchObject({ statusCode: 200 });
  } finally {
    vi.useRealTimers();
  }
});
