// The console of a local world: built with it, built anew with its sources, and never in the world's way.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startConsole } from '../../../../infra/local/console.ts';
import type { Service } from '../../../../infra/local/serverless.ts';
import { SOON } from '../../../support/patience.ts';

let root: string;
let source: string;
let folder: string;
const log: string[] = [];
let stop: (() => void) | undefined;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'flyball-console-'));
  [source, folder] = [join(root, 'source'), join(root, 'built')];
  mkdirSync(join(source, 'screens'), { recursive: true });
  writeFileSync(join(source, 'index.html'), '<head><!-- styles --><!-- scripts --></head>');
  writeFileSync(join(source, 'main.tsx'), "import { title } from './screens/now.ts'; document.title = title;");
  writeFileSync(join(source, 'screens/now.ts'), "export const title = 'now';");
  log.length = 0;
});
afterEach(() => {
  stop?.();
  stop = undefined;
  rmSync(root, { recursive: true, force: true });
});

function service(): Service {
  const console = { name: 'console', handler: 'x', environment: { FLYBALL_STAGE: 'local' }, events: [] };
  return { service: 'flyball', provider: { region: 'x', stage: 'local' }, custom: {}, functions: { console } };
}
const pageNow = () => (JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { page: string }).page;
const say = (message: string) => void log.push(message);

it('is built where its function is told to look', async () => {
  const of = service();
  stop = await startConsole({ service: of, folder, source, watched: false, log: say });
  expect(of.functions['console']?.environment).toEqual({ FLYBALL_STAGE: 'local', FLYBALL_CONSOLE: folder });
  expect(pageNow()).toMatch(/^index-/);
});

it('is built anew when a source changes, however deep', async () => {
  stop = await startConsole({ service: service(), folder, source, watched: true, log: say });
  const before = pageNow();
  writeFileSync(join(source, 'screens/now.ts'), "export const title = 'then';");
  await vi.waitFor(() => expect(pageNow()).not.toBe(before), SOON);
});

it('that cannot be built is said in the log, and comes once it can', async () => {
  writeFileSync(join(source, 'screens/now.ts'), 'export const title = ');
  stop = await startConsole({ service: service(), folder, source, watched: true, log: say });
  expect(log).toEqual([expect.stringContaining('the console cannot be built')]);
  writeFileSync(join(source, 'screens/now.ts'), "export const title = 'now';");
  await vi.waitFor(() => expect(pageNow()).toMatch(/^index-/), SOON);
});
