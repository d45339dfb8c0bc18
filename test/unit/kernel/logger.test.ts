// What flyball's own log lines look like, in its own logger and in one that keeps some names for itself.
import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { jsonLogger } from '../../../middleware/kernel/logger.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { noTable, testInstance } from '../../support/instance.ts';

/** The lines that a logger wrote, parsed. */
function written() {
  const lines: Record<string, unknown>[] = [];
  return { lines, write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe("flyball's own logger", () => {
  it('writes a JSON line with the field names of Powertools', () => {
    const { lines, write } = written();
    jsonLogger(fakeClock(), write).warn('flyball could not sync', { sync: 'rules' });
    expect(lines).toEqual([
      { level: 'WARN', timestamp: '2026-01-05T12:00:00.000Z', message: 'flyball could not sync', sync: 'rules' },
    ]);
  });
});

describe('the logger of an instance', () => {
  it('says on every line which service it governs and which instance it is', async () => {
    const { lines, write } = written();
    const logger = jsonLogger(fakeClock(), write);
    for (const id of ['a', 'b']) {
      const instance = testInstance({ id, logger, table: noTable });
      instance.contain('throttle', 'before', new TypeError('a bug'));
      await instance.syncs.start('rules', () => Promise.reject(new Error('no answer')));
      await instance.rules.run(0, new AbortController().signal).catch(() => {});
      instance.rules.preload();
      await instance.rules.awaitIfStale(0);
    }
    expect(lines.map(({ message, governed, instance }) => [instance, governed, message])).toEqual(
      ['a', 'b'].flatMap((id) => [
        [id, 'orders', 'flyball contained an error'],
        [id, 'orders', 'flyball could not sync'],
        [id, 'orders', 'flyball could not load rules during init'],
      ]),
    );
  });

  it('uses no name that Powertools keeps for itself, so that nothing is dropped', async () => {
    // Its own console cannot be watched; in development it uses the one everybody has.
    vi.stubEnv('POWERTOOLS_DEV', 'true');
    const { lines, write } = written();
    vi.spyOn(console, 'warn').mockImplementation(write);
    const logger = new PowertoolsLogger({ serviceName: 'mine' });
    const instance = testInstance({ logger });
    instance.rules.preload();
    await instance.rules.awaitIfStale(instance.clock.now());
    expect(lines).toMatchObject([
      {
        service: 'mine',
        governed: 'orders',
        instance: 'instance-1',
        message: 'flyball could not load rules during init',
      },
    ]);
    expect(lines[0]).toHaveProperty('timestamp');
  });
});
