// What is wrong with options is said where they are written, and not passed over.
import middy from '@middy/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { access, govern, governed, jobRun, Misused, throttle, type GovernOptions } from '../../../middleware/index.ts';
import { testGovernor } from '../../../middleware/testing/index.ts';
import { silentLogger, testContext } from '../../support/instance.ts';
import { fakeClock } from '../../support/fake-clock.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

let services = 0;
/** A service that no other test has asked for: instances live as long as the process. */
const newService = () => `service-${++services}`;

function written(): string[] {
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  return lines;
}

describe('an option that means nothing', () => {
  it.each([
    ['boostrap', 'there is no option "boostrap": did you mean bootstrap?'],
    ['maxstale', 'there is no option "maxstale": did you mean maxStale?'],
    ['acess', 'there is no option "acess": did you mean access?'],
    ['timeout', 'there is no option "timeout": write one of service, bootstrap, maxStale, flush, logger, access,'],
  ])('%s is refused, with what was probably meant', (name, message) => {
    const options = { service: newService(), [name]: 'x' } as GovernOptions;
    expect(() => govern(options)).toThrow(Misused);
    expect(() => throttle(options)).toThrow(message);
    expect(() => governed(options, () => 'done')).toThrow(message);
  });

  it('does not stop a stack whose middlewares share the options of all of them', () => {
    const options = { service: newService(), access: 'required', job: 'nightly', logger: silentLogger } as const;
    expect(middy().use([access(options), throttle(options), jobRun(options), govern(options)])).toBeTypeOf('function');
  });

  it('is refused by the test kit too', async () => {
    const options = { service: 'shop', rule: {} } as never;
    await expect(testGovernor(options)).rejects.toThrow('there is no option "rule": did you mean rules?');
  });
});

describe("a service's second middleware", () => {
  const rules = (service: string, timeout = '5s') => ({
    apiVersion: 'flyball/v1',
    service,
    resources: { all: { match: {}, deadline: { timeout } } },
  });

  it.each<[string, Omit<GovernOptions, 'service'>, Omit<GovernOptions, 'service'>, string]>([
    ['maxStale', { maxStale: '5s' }, { maxStale: '1s' }, '"5s", and now "1s"'],
    ['maxStale', {}, { maxStale: '1s' }, 'none, and now "1s"'],
    ['flush', {}, { flush: 'after-response' }, '"before-response", and now "after-response"'],
  ])('is refused another %s', (name, first, second, difference) => {
    written();
    const service = newService();
    govern({ service, ...first });
    expect(() => govern({ service, ...second })).toThrow(Misused);
    expect(() => govern({ service, ...second })).toThrow(
      `the service "${service}" is governed with another ${name} already (${difference})`,
    );
  });

  it('is refused other packaged rules, and takes equal ones', () => {
    written();
    const service = newService();
    const bootstrap = rules(service);
    govern({ service, bootstrap });
    expect(govern({ service, bootstrap: rules(service) })).toHaveProperty('before');
    expect(() => throttle({ service, bootstrap: rules(service, '1s') })).toThrow('with another bootstrap already');
  });

  it('may leave out what the first was given', () => {
    written();
    const service = newService();
    govern({ service, bootstrap: rules(service), maxStale: '5s', flush: 'before-response', logger: silentLogger });
    expect(throttle({ service })).toHaveProperty('before');
  });

  it('is told that its logger is not the one flyball logs with', () => {
    const service = newService();
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
    govern({ service, logger });
    govern({ service, logger });
    warnings.length = 0;
    govern({ service, logger: silentLogger });
    expect(warnings).toEqual(['flyball goes on logging with the logger that it was given first']);
  });
});

describe('without a table', () => {
  it('a function says once that it has no live rules, and how to get them', async () => {
    const lines = written();
    const service = newService();
    const handler = governed({ service }, () => 'done');
    for (let i = 0; i < 3; i++) await handler({}, testContext(fakeClock()));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      {
        level: 'WARN',
        message: 'flyball runs without live rules',
        governed: service,
        reason: 'FLYBALL_TABLE is not set; it takes the name of the table that rules are published to',
      },
    ]);
  });
});
