import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../middleware/kernel/clock.ts';
import { shimmed } from '../../../../middleware/handler/shim.ts';
import { httpV2 } from '../../../support/events.ts';
import { testContext } from '../../../support/instance.ts';

const APP = `
exports.handler = async (event) => ({ statusCode: 200, body: event.rawPath });
exports.plain = () => ({ statusCode: 200 });
exports.counting = (...args) => ({ statusCode: 200, body: String(args.length) });
exports.calling = (event, context, callback) => callback(null, 1);
exports.streaming = async () => {};
exports.streaming[Symbol.for('aws.lambda.runtime.handler.streaming')] = 'response';
exports.failing = async () => { throw new RangeError('out of range'); };
exports.odd = async () => { throw 'no error at all'; };
`;

const RULES = { apiVersion: 'flyball/v1', service: 'shimmed', throttles: { one: { limit: '1/h', scope: 'instance' } } };

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'flyball-shim-'));
  writeFileSync(join(root, 'app.cjs'), APP);
  writeFileSync(join(root, 'rules.json'), JSON.stringify(RULES));
});

afterAll(() => rmSync(root, { recursive: true }));

async function shim(variables: Record<string, string>) {
  const said: string[] = [];
  const say = (message: string, fields: Record<string, unknown>) =>
    void said.push(`${message} ${JSON.stringify(fields)}`);
  const handler = await shimmed({ LAMBDA_TASK_ROOT: root, ...variables }, { info: say, warn: say, error: say });
  return { handler, said };
}

const context = () => testContext(systemClock);
const NOT = 'flyball does not govern this function';

describe('a function behind the shim', () => {
  it.each(['app.handler', 'app.plain'])('%s answers as it did', async (name) => {
    const { handler, said } = await shim({ FLYBALL_HANDLER: name, FLYBALL_SERVICE: 'some-service' });
    expect(await handler(httpV2({ path: '/here' }), context())).toMatchObject({ statusCode: 200 });
    expect(said.filter((line) => line.startsWith(NOT))).toEqual([]);
  });

  it('is governed: packaged rules refuse its second request', async () => {
    const path = join(root, 'rules.json');
    const { handler } = await shim({
      FLYBALL_HANDLER: 'app.handler',
      FLYBALL_SERVICE: 'shimmed',
      FLYBALL_BOOTSTRAP: path,
    });
    expect(await handler(httpV2(), context())).toMatchObject({ statusCode: 200 });
    expect(await handler(httpV2(), context())).toMatchObject({ statusCode: 429 });
  });

  it('is given its event and its context, and nothing more', async () => {
    const { handler } = await shim({ FLYBALL_HANDLER: 'app.counting', FLYBALL_SERVICE: 'counting' });
    expect(await handler(httpV2(), context())).toMatchObject({ body: '2' });
  });

  it.each([
    ['app.failing', { name: 'RangeError', message: 'out of range' }],
    ['app.odd', 'no error at all'],
  ])('%s throws what it threw', async (name, thrown) => {
    const { handler } = await shim({ FLYBALL_HANDLER: name, FLYBALL_SERVICE: 'failing' });
    const outcome = await Promise.resolve(handler(httpV2(), context())).catch((error: unknown) => error);
    if (typeof thrown === 'string') expect(outcome).toBe(thrown);
    else expect(outcome).toMatchObject(thrown);
  });

  it.each([
    ['takes a callback', { FLYBALL_HANDLER: 'app.calling', FLYBALL_SERVICE: 'calls' }, 'it takes a callback'],
    ['streams', { FLYBALL_HANDLER: 'app.streaming', FLYBALL_SERVICE: 'streams' }, 'its response is a stream'],
    ['has no service', { FLYBALL_HANDLER: 'app.handler' }, 'FLYBALL_SERVICE is missing'],
    ['has no such service', { FLYBALL_HANDLER: 'app.handler', FLYBALL_SERVICE: 'No Such' }, 'names no service'],
    [
      'has no such rules',
      { FLYBALL_HANDLER: 'app.handler', FLYBALL_SERVICE: 'unruled', FLYBALL_BOOTSTRAP: 'nowhere.json' },
      'nowhere.json cannot be read',
    ],
    [
      'flushes at no such moment',
      { FLYBALL_HANDLER: 'app.handler', FLYBALL_SERVICE: 'flushed', FLYBALL_FLUSH: 'later' },
      'before-response or after-response',
    ],
  ])('that %s is run as it is, and it is said why', async (_what, variables: Record<string, string>, reason) => {
    const { handler, said } = await shim(variables);
    const { handler: bare } = await shim({ ...variables, FLYBALL_DISABLED: '1' });
    expect(handler).toBe(bare);
    const [line, ...more] = said.filter((text) => text.startsWith(NOT));
    expect(line).toContain(reason);
    expect(more).toEqual([]);
  });

  it('cannot be the shim itself', async () => {
    const name = '/opt/flyball/handler.handler';
    await expect(shim({ FLYBALL_HANDLER: name, _HANDLER: name })).rejects.toThrow("the layer's own handler");
  });
});

describe('FLYBALL_ACCESS=required', () => {
  const required = { FLYBALL_ACCESS: 'required', FLYBALL_SERVICE: 'guarded-shim' };

  it('lets nobody in while no access rules are in force, also with everything else switched off', async () => {
    for (const more of [{}, { FLYBALL_DISABLED: '1' }]) {
      const { handler } = await shim({ ...required, ...more, FLYBALL_HANDLER: 'app.handler' });
      expect(await handler(httpV2({ path: '/here' }), context())).toMatchObject({ statusCode: 503 });
    }
  });

  it.each<[string, Record<string, string>]>([
    ['no service', { FLYBALL_SERVICE: '' }],
    ['a service that cannot be', { FLYBALL_SERVICE: 'X Bad' }],
    ['rules that are not there', { FLYBALL_BOOTSTRAP: 'nope.json', FLYBALL_SERVICE: 'guarded-two' }],
    ['a stream', { FLYBALL_HANDLER: 'app.streaming' }],
    ['a callback', { FLYBALL_HANDLER: 'app.calling' }],
    ['another word', { FLYBALL_ACCESS: 'yes' }],
  ])('with %s the function does not start', async (_what, more) => {
    await expect(shim({ FLYBALL_HANDLER: 'app.handler', ...required, ...more })).rejects.toMatchObject({
      name: 'Misused',
    });
  });
});
