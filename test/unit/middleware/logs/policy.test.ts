// The level of logs follows the rules of a service, on instances that live: no deploy, and no invocation that pays for it.
import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { govern, governed, throttle } from '../../../../middleware/index.ts';
import { jsonLogger, type Logger } from '../../../../middleware/kernel/logger.ts';
import type { RuleDocument } from '../../../../middleware/kernel/rules/document.ts';
import { logsPolicy } from '../../../../middleware/logs/policy.ts';
import { loadEverything } from '../../../../middleware/slots.ts';
import { publishTo } from '../../../../middleware/testing/rules.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { memoryTable } from '../../../support/memory-table.ts';
import { silentLogger, testContext, testInstance } from '../../../support/instance.ts';

type Rules = Omit<RuleDocument, 'apiVersion' | 'service'>;
type Line = Readonly<Record<string, unknown>>;

// What is loaded later must be of these modules, not of those a test has begun anew.
beforeAll(loadEverything);

beforeEach(() => {
  vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0');
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** An instance, and its invocations under rules that may be others each time. */
function running(makeLogger: (write: (line: string) => void) => Logger) {
  const clock = fakeClock();
  const lines: Line[] = [];
  const logger = makeLogger((line) => void lines.push(JSON.parse(line) as Line));
  const table = memoryTable();
  const instance = testInstance({ clock, logger, table });
  let revision = 0;
  let requests = 0;
  const handler = governed({ service: 'orders', instance }, async () => {
    logger.debug?.("the handler's own", {});
    return { statusCode: 200 };
  });
  return {
    clock,
    instance,
    logger,
    lines,
    /** In force at once: the instance looks. */
    publish: async (rules: Rules) => {
      revision = await publishTo(
        table,
        { apiVersion: 'flyball/v1', service: 'orders', ...rules },
        revision,
        clock.now(),
      );
      await instance.rules.run(clock.now(), new AbortController().signal);
    },
    /** Invokes, and gives the messages that were logged. */
    invoke: async () => {
      lines.length = 0;
      await handler({}, testContext(clock, 30_000, `request-${++requests}`));
      return lines.map(({ level, message }) => `${String(level)} ${String(message)}`);
    },
  };
}

const flyballs = (write: (line: string) => void) => jsonLogger(fakeClock(), write, {});

function powertools(write: (line: string) => void): Logger {
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  for (const level of ['debug', 'info', 'warn', 'error'] as const) vi.spyOn(console, level).mockImplementation(write);
  return new PowertoolsLogger({ serviceName: 'mine' });
}

const GOVERNED = 'DEBUG flyball governed an invocation';
const OWN = "DEBUG the handler's own";

describe.each([
  ["flyball's own logger", flyballs],
  ['Powertools Logger', powertools],
])('the level of %s', (_name, makeLogger) => {
  it('is that of the rules from the next invocation on, and its own again without them', async () => {
    const { publish, invoke } = running(makeLogger);
    expect(await invoke()).toEqual([]);
    await publish({ logs: { level: 'DEBUG' } });
    expect(await invoke()).toEqual([OWN, GOVERNED]);
    expect(await invoke()).toEqual([OWN, GOVERNED]);
    await publish({ logs: { level: 'ERROR' } });
    expect(await invoke()).toEqual([]);
    await publish({});
    expect(await invoke()).toEqual([]);
  });

  it('is its own again from `until` on, without another revision', async () => {
    const { clock, publish, invoke, logger } = running(makeLogger);
    await publish({ logs: { level: 'DEBUG', until: '2026-01-05T12:10:00Z' } });
    expect(await invoke()).toEqual([OWN, GOVERNED]);
    clock.advance(599_999);
    expect(await invoke()).toEqual([OWN, GOVERNED]);
    clock.advance(1);
    expect(await invoke()).toEqual([]);
    expect((logger as PowertoolsLogger).getLevelName()).toBe('INFO');
  });

  it('is given back as it was deployed, whatever rules came in between', async () => {
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'WARN');
    const { publish, invoke, logger } = running((write) =>
      makeLogger === flyballs ? jsonLogger(fakeClock(), write) : makeLogger(write),
    );
    for (const level of ['DEBUG', 'ERROR', 'INFO'] as const) {
      await publish({ logs: { level } });
      await invoke();
      expect((logger as PowertoolsLogger).getLevelName()).toBe(level);
    }
    await publish({});
    await invoke();
    expect((logger as PowertoolsLogger).getLevelName()).toBe('WARN');
  });

  it('stays where Lambda holds it, and that is said once', async () => {
    vi.stubEnv('AWS_LAMBDA_LOG_LEVEL', 'WARN');
    const { publish, invoke } = running((write) =>
      makeLogger === flyballs ? jsonLogger(fakeClock(), write) : makeLogger(write),
    );
    await publish({ logs: { level: 'DEBUG' } });
    const told = 'WARN flyball cannot change the level of the logger as the rules say';
    expect((await invoke()).filter((line) => line.includes('flyball'))).toEqual([told]);
    await publish({ logs: { level: 'INFO' } });
    expect((await invoke()).filter((line) => line.includes('flyball'))).toEqual([]);
  });
});

describe('a line at DEBUG', () => {
  it('says what became of an invocation, whose it was and what it belongs to', async () => {
    const { publish, invoke, lines, clock } = running(flyballs);
    await publish({ logs: { level: 'DEBUG' } });
    await invoke();
    clock.advance(5);
    await invoke();
    expect(lines.at(-1)).toEqual({
      level: 'DEBUG',
      timestamp: '2026-01-05T12:00:00.000Z',
      message: 'flyball governed an invocation',
      governed: 'orders',
      instance: 'instance-1',
      function_request_id: 'request-2',
      xray_trace_id: '1-5759e988-bd862e3fe1be46a994272793',
      resource: 'default',
      outcome: 'ok',
      duration_ms: 0,
      revision: 1,
      cold: false,
    });
  });

  it('is written without rules where the function is deployed at DEBUG', async () => {
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG');
    vi.resetModules();
    const anew = await import('../../../../middleware/index.ts');
    const lines: string[] = [];
    const logger = jsonLogger(fakeClock(), (line) => void lines.push(line));
    const instance = testInstance({ logger, table: memoryTable() });
    const handler = anew.governed({ service: 'orders', instance }, () => 'done');
    await handler({}, testContext(instance.clock));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 'DEBUG', message: 'flyball governed an invocation', outcome: 'ok' },
    ]);
  });

  it('names the rule that refused', async () => {
    const { publish, invoke, lines } = running(flyballs);
    await publish({ logs: { level: 'DEBUG' }, throttles: { all: { limit: '1/10s', scope: 'instance' } } });
    await invoke();
    await expect(invoke()).rejects.toThrow('the throttle "all" admits 1/10s');
    expect(lines).toMatchObject([
      { outcome: 'refused', by: 'throttle', rule: 'all', function_request_id: 'request-2' },
    ]);
  });

  it('is written once, however many middlewares of flyball a stack has', async () => {
    const { instance, publish, lines, clock } = running(flyballs);
    await publish({ logs: { level: 'DEBUG' } });
    const options = { service: 'orders', instance };
    const handler = middy()
      .use(govern(options))
      .use(throttle(options))
      .handler(() => Promise.resolve('done'));
    await handler({}, testContext(clock) as never);
    expect(lines).toHaveLength(1);
  });
});

describe('a logger', () => {
  it('whose level cannot be changed is left as it is, and that is said once', async () => {
    const warnings: string[] = [];
    const { publish, invoke } = running(() => ({ ...silentLogger, warn: (message) => void warnings.push(message) }));
    for (const level of ['DEBUG', 'ERROR'] as const) {
      await publish({ logs: { level } });
      await invoke();
    }
    expect(warnings).toEqual(['flyball cannot change the level of the logger as the rules say']);
  });

  it('is asked to change once a revision, not with every invocation', async () => {
    const { publish, invoke, logger } = running(flyballs);
    const set = vi.spyOn(logger as PowertoolsLogger, 'setLogLevel');
    await publish({ logs: { level: 'WARN' } });
    for (let i = 0; i < 5; i++) await invoke();
    expect(set.mock.calls).toEqual([['WARN']]);
  });

  it('is asked with every invocation where it keeps a level for one alone', async () => {
    vi.stubEnv('AWS_LAMBDA_MAX_CONCURRENCY', '10');
    const { publish, invoke, logger } = running(flyballs);
    const set = vi.spyOn(logger as PowertoolsLogger, 'setLogLevel');
    await publish({ logs: { level: 'WARN' } });
    for (let i = 0; i < 3; i++) await invoke();
    await publish({});
    for (let i = 0; i < 3; i++) await invoke();
    expect(set.mock.calls).toEqual([['WARN'], ['WARN'], ['WARN'], ['INFO']]);
  });
});

describe("Powertools' own middleware", () => {
  // It puts the logger back to its first level with every warm invocation.
  it.each(['before', 'after'])('has no way around the rules, standing %s flyball', async (place) => {
    const { instance, publish, logger, lines, clock } = running(powertools);
    const context = injectLambdaContext(logger as PowertoolsLogger);
    const flyballs = govern({ service: 'orders', instance });
    const handler = middy()
      .use(place === 'before' ? [context, flyballs] : [flyballs, context])
      .handler(async () => logger.debug?.("the handler's own", {}));
    const told = async () => {
      lines.length = 0;
      await handler({}, testContext(clock) as never);
      return lines.map(({ level, message }) => `${String(level)} ${String(message)}`);
    };
    expect([await told(), await told()]).toEqual([[], []]);
    await publish({ logs: { level: 'DEBUG', until: '2026-01-05T12:10:00Z' } });
    expect([await told(), await told(), await told()]).toEqual(Array(3).fill([OWN, GOVERNED]));
    clock.advance(600_000);
    expect([await told(), await told()]).toEqual([[], []]);
  });

  it('has what the code itself asked for in force when the rules go', async () => {
    const { publish, invoke, logger } = running(powertools);
    await publish({ logs: { level: 'DEBUG' } });
    await invoke();
    (logger as PowertoolsLogger).setLogLevel('ERROR');
    expect(await invoke()).toEqual([OWN, GOVERNED]);
    await publish({});
    await invoke();
    expect((logger as PowertoolsLogger).getLevelName()).toBe('ERROR');
    (logger as PowertoolsLogger).setLogLevel('WARN');
    expect((logger as PowertoolsLogger).getLevelName()).toBe('WARN');
  });
});

describe('packaged rules that nobody has validated', () => {
  it.each([{ level: 'LOUD' }, { level: 'DEBUG', until: 'soon' }])('are refused with %o', (logs) => {
    const rules = { apiVersion: 'flyball/v1', service: 'orders', logs } as never;
    expect(() => logsPolicy.compile(rules, testInstance())).toThrow('is neither a level nor a time');
  });
});
