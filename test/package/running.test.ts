// Handlers governed by the installed package, run as they are and bundled: without a table, and under published rules.
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { createTable } from '../integration/table.ts';
import { limited, startCenter } from '../integration/config-center/center.ts';
import { httpV2 } from '../support/events.ts';
import { drive, inProject, withTable } from './child.ts';

const project = inject('project');
beforeAll(async () => {
  const sources = ['govern', 'governed', 'plain', 'subpaths'].map((name) => `src/${name}.ts`);
  const common = { absWorkingDir: project, entryPoints: sources, platform: 'node', target: 'node22' } as const;
  await build({ ...common, format: 'esm', outdir: 'out' });
  await build({ ...common, format: 'esm', bundle: true, outdir: 'bundled', outExtension: { '.js': '.mjs' } });
  await build({ ...common, format: 'esm', bundle: true, splitting: true, minify: true, outdir: 'split' });
  await build({
    ...common,
    format: 'cjs',
    entryPoints: ['src/commonjs.cts'],
    outdir: 'out',
    outExtension: { '.js': '.cjs' },
  });
});

/** A fleet of its own: what another has taken of a limit is gone. */
async function tableWithRules(limit: string): Promise<string> {
  const { sdk, tableName } = await createTable(inject('dynamodb'));
  const center = await startCenter(sdk);
  await center.send('PUT', '/v1/services/shop/draft', { body: limited('shop', limit) });
  await center.send('POST', '/v1/services/shop/publish', { body: {} });
  return tableName;
}

const forms: readonly [string, (source: string) => string][] = [
  ['as it is', (source) => `out/${source}.js`],
  ['bundled into one file', (source) => `bundled/${source}.mjs`],
  ['bundled, split and minified', (source) => `split/${source}.js`],
];
const orders = (times: number) => Array.from({ length: times }, () => httpV2({ method: 'POST', path: '/orders' }));
const answered = (revision: number) => ({
  statusCode: 200,
  body: JSON.stringify({ path: '/orders', rate: 1.5, service: 'shop', revision }),
});

describe.each(forms)('a handler of the package, %s', (_form, at) => {
  it.each(['govern', 'governed'])('runs ungoverned without a table (%s)', async (source) => {
    const { answers } = await drive(at(source), orders(3));
    expect(answers).toEqual([answered(0), answered(0), answered(0)].map((answer) => ({ answer })));
  });

  it('says that it is ungoverned, and why', async () => {
    const { log } = await drive(at('govern'), orders(1));
    expect(log).toContainEqual(
      expect.objectContaining({
        level: 'WARN',
        governed: 'shop',
        reason: expect.stringContaining('FLYBALL_TABLE is not set') as string,
      }),
    );
  });

  it('follows the rules that were published', async () => {
    const { answers } = await drive(at('govern'), orders(8), withTable(await tableWithRules('2/m')));
    const statuses = answers.map(({ answer }) => (answer as { readonly statusCode: number }).statusCode);
    expect(statuses).toEqual([200, 200, 429, 429, 429, 429, 429, 429]);
    expect(answers[0]).toEqual({ answer: answered(1) });
  });
});

describe('every name of the package', () => {
  it.each(forms)('works %s', async (_form, at) => {
    const script = `const { statusesByPolicy, testedWithTheKit, facts } = await import(${JSON.stringify(join(project, at('subpaths')))});
      const { version, schema, refused, plugin } = facts;
      console.log(JSON.stringify({ alone: await statusesByPolicy(), kit: await testedWithTheKit(), version, schema, refused, plugin }));`;
    const { stdout } = await inProject(process.execPath, ['--input-type=module', '-e', script]);
    const { alone, kit, ...facts } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as {
      readonly alone: Readonly<Record<string, unknown>>;
      readonly kit: unknown;
    };
    const { throttle, ...others } = alone;
    expect(throttle).toEqual([200, 429]);
    for (const [name, statuses] of Object.entries(others)) expect([name, statuses]).toEqual([name, [200, 200]]);
    expect(kit).toEqual([200, 429]);
    expect(facts).toEqual({
      version: inject('packed').version,
      schema: 'object',
      refused: 'function',
      plugin: 'object',
    });
  });

  it('is one package to all of them: what one begins the others find', async () => {
    const script = `import middy from '@middy/core';
      import { throttle } from 'flyball/throttle';
      import { flyball } from 'flyball/call';
      import { Refused } from 'flyball';
      const bootstrap = { apiVersion: 'flyball/v1', service: 'shop', throttles: { all: { limit: '1/m', scope: 'instance' } } };
      const handler = middy().use(throttle({ service: 'shop', bootstrap })).handler(async () => {
        await flyball.call('payments').catch((error) => console.log(error.name));
        return 'done';
      });
      await handler({ any: 'event' }, {});
      await handler({ any: 'event' }, {}).catch((error) => console.log(error instanceof Refused));`;
    const { stdout } = await inProject(process.execPath, ['--input-type=module', '-e', script]);
    expect(stdout.split('\n').filter((line) => line !== '' && !line.startsWith('{'))).toEqual(['Misused', 'true']);
  });
});

it('is loaded by require from CommonJS', async () => {
  const { answers } = await drive('out/commonjs.cjs', [{ name: 'Ada' }]);
  expect(answers).toEqual([{ answer: 'hello Ada' }]);
});

it('governs a handler that knows nothing of it, put in its place by name', async () => {
  const environment = { FLYBALL_HANDLER: 'out/plain.handler', FLYBALL_SERVICE: 'shop', LAMBDA_TASK_ROOT: project };
  const table = withTable(await tableWithRules('1/m'));
  const { answers } = await drive('node_modules/flyball/dist/handler.js', orders(2), { ...environment, ...table });
  expect(answers).toMatchObject([{ answer: { statusCode: 200, body: 'hello you' } }, { answer: { statusCode: 429 } }]);
});

it('brings its command', async () => {
  const { stdout } = await inProject('npx', ['flyball', '--version']);
  expect(stdout).toBe(`${inject('packed').version}\n`);
});
