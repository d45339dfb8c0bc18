// Which lines flyball's own logger writes, by the environment variables that Powertools Logger goes by.
import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { jsonLogger, type Logger } from '../../../middleware/kernel/logger.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** The levels whose lines are written; all in one order, the most talkative first. */
function writtenBy(logger: Required<Logger>, lines: readonly string[]): unknown[] {
  for (const level of LEVELS) logger[level]('a line', {});
  return lines.map((line) => (JSON.parse(line) as { level: unknown }).level);
}

function ofFlyball(env: Readonly<Record<string, string>>, set?: string): unknown[] {
  const lines: string[] = [];
  const logger = jsonLogger(fakeClock(), (line) => void lines.push(line), env);
  if (set !== undefined) logger.setLogLevel(set);
  return writtenBy(logger, lines);
}

function ofPowertools(env: Readonly<Record<string, string>>, set?: string): unknown[] {
  // Its own console cannot be watched; in development it uses the one everybody has.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const lines: string[] = [];
  const logger = new PowertoolsLogger({ serviceName: 'mine' });
  if (set !== undefined) logger.setLogLevel(set as 'DEBUG');
  for (const level of LEVELS) vi.spyOn(console, level).mockImplementation((line: string) => void lines.push(line));
  return writtenBy(logger, lines);
}

describe.each([
  ["flyball's own logger", ofFlyball],
  ['Powertools Logger', ofPowertools],
])('%s', (_name, written) => {
  it.each([
    [{}, ['INFO', 'WARN', 'ERROR']],
    [{ POWERTOOLS_LOG_LEVEL: 'DEBUG' }, ['DEBUG', 'INFO', 'WARN', 'ERROR']],
    [{ POWERTOOLS_LOG_LEVEL: 'WARN' }, ['WARN', 'ERROR']],
    [{ LOG_LEVEL: 'ERROR' }, ['ERROR']],
    [{ POWERTOOLS_LOG_LEVEL: 'WARN', LOG_LEVEL: 'DEBUG' }, ['WARN', 'ERROR']],
    [{ POWERTOOLS_LOG_LEVEL: 'SILENT' }, []],
    [{ POWERTOOLS_LOG_LEVEL: 'loud' }, ['INFO', 'WARN', 'ERROR']],
    [{ AWS_LAMBDA_LOG_LEVEL: 'ERROR', POWERTOOLS_LOG_LEVEL: 'DEBUG' }, ['ERROR']],
    [{ AWS_LAMBDA_LOG_LEVEL: 'TRACE' }, ['DEBUG', 'INFO', 'WARN', 'ERROR']],
    [{ AWS_LAMBDA_LOG_LEVEL: 'FATAL' }, []],
  ])('under %o writes %j', (env, expected) => {
    expect(written(env)).toEqual(expected);
  });

  it.each([
    [{}, 'DEBUG', ['DEBUG', 'INFO', 'WARN', 'ERROR']],
    [{ POWERTOOLS_LOG_LEVEL: 'DEBUG' }, 'ERROR', ['ERROR']],
    [{ AWS_LAMBDA_LOG_LEVEL: 'WARN' }, 'DEBUG', ['WARN', 'ERROR']],
    [{ AWS_LAMBDA_LOG_LEVEL: 'WARN' }, 'ERROR', ['WARN', 'ERROR']],
  ])('under %o and set to %s writes %j', (env, set, expected) => {
    expect(written(env, set)).toEqual(expected);
  });
});
