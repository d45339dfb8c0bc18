// What a governed function loads, bundled as its users bundle it: the sizes that docs/decisions/0006-cold-start.md states.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, bytesOf, closureOf, packageIn, type Bundle } from '../../../bench/cold-start/bundle.ts';

const FUNCTIONS = join(import.meta.dirname, '../../../bench/cold-start/functions');
/** Minified KB that govern() with its store client adds to what a bare handler imports; may only be lowered. */
const MOST_AT_IMPORT_KB = 60;
/** The same with what a throttle and a breaker load; decision 0006 says what each rise has bought. */
const MOST_WITH_RULES_KB = 152;

const out = mkdtempSync(join(tmpdir(), 'flyball-bundle-'));
let governed: Bundle;
let bare: Bundle;

beforeAll(async () => {
  const library = await packageIn(join(out, 'package'));
  const entry = (name: string) => join(FUNCTIONS, `${name}.ts`);
  governed = await bundle(entry('governed'), { outdir: join(out, 'governed'), library }, false);
  bare = await bundle(entry('bare'), { outdir: join(out, 'bare') }, false);
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

/** The file of a part that is loaded later. */
function fileOf(part: string): string {
  const found = [...governed.files.keys()].filter((path) => basename(path).startsWith(`${part}-`));
  if (found.length !== 1) throw new Error(`${part} should be one file, and is ${found.length}`);
  return found[0] ?? '';
}

/** The text of a part as the package has it, not minified. */
function libraryFile(part: string): string {
  const folder = join(out, 'package/dist/chunks');
  const [name = ''] = readdirSync(folder).filter((file) => new RegExp(`^${part}-[A-Z0-9]{8}\\.js$`).test(file));
  return readFileSync(join(folder, name), 'utf8');
}

/** Where in the table of what is handed over a file looks, or puts something. */
function placesIn(text: string, way: 'taken' | 'put'): string[] {
  const pattern = way === 'taken' ? /= handed\[(\d+)\];/g : /^handed\[(\d+)\] = /gm;
  return [...text.matchAll(pattern)].map(([, place = '']) => place);
}

/** What is there before the handler can be called. */
const atImport = () => closureOf(governed.files, governed.path);

describe('a governed function', () => {
  it(`imports at most ${MOST_AT_IMPORT_KB} KB more than a bare one`, () => {
    expect((governed.entryBytes - bare.entryBytes) / 1000).toBeLessThanOrEqual(MOST_AT_IMPORT_KB);
  });

  it(`loads at most ${MOST_WITH_RULES_KB} KB more under a throttle and a breaker`, () => {
    const loaded = new Set(atImport());
    for (const part of ['throttle', 'outbound'])
      for (const path of closureOf(governed.files, fileOf(part))) loaded.add(path);
    expect((bytesOf(governed.files, loaded) - bare.entryBytes) / 1000).toBeLessThanOrEqual(MOST_WITH_RULES_KB);
  });

  it('is two files: its own, and one with all that every governed function needs', () => {
    expect(atImport().size).toBe(2);
  });

  it.each([
    'throttle',
    'quotas',
    'quota-told',
    'seldom',
    'in-turn',
    'divided',
    'peek',
    'concurrency',
    'outbound',
    'inbound',
    'keyed',
    'changed',
    'redelivery',
    'access',
    'job-run',
    'answer',
    'logs',
    'query',
    'rejections',
    'verify',
    'recorded',
    'fallback',
    'http',
    'invoking',
    'segments',
  ])('loads %s as one file when it is needed, and not before', (part) => {
    const path = fileOf(part);
    expect(atImport()).not.toContain(path);
    const more = [...closureOf(governed.files, path)].filter((each) => !atImport().has(each));
    expect(more).toEqual([path]);
  });

  it('has what is handed to a part of a part put there by the part before it', () => {
    const parents = {
      quotas: ['throttle'],
      'quota-told': ['throttle', 'quotas'],
      seldom: ['throttle'],
      'in-turn': ['throttle'],
      divided: ['throttle'],
      peek: ['throttle'],
    };
    for (const [part, before] of Object.entries(parents)) {
      const taken = placesIn(libraryFile(part), 'taken');
      expect(taken.length).toBeGreaterThan(0);
      expect(before.flatMap((each) => placesIn(libraryFile(each), 'put'))).toEqual(expect.arrayContaining(taken));
    }
  });

  it('imports nothing heavy: no schema, no SDK, no tracer, no token library, nothing of Node but timers', () => {
    const inputs = [...atImport()].flatMap((path) => [...(governed.files.get(path)?.inputs.keys() ?? [])]);
    expect(inputs.filter((input) => /node_modules\/(?!@middy\/core\/)/.test(input))).toEqual([]);
    const imported = [...atImport()].flatMap((path) => governed.files.get(path)?.imports ?? []);
    expect(imported.filter((path) => !governed.files.has(path))).toEqual(['node:timers']);
  });

  it('has not loaded HTTP, TLS, cryptography or compression when it is imported without a table', async () => {
    const script = `await import(${JSON.stringify(governed.path)}); console.log(JSON.stringify(process.moduleLoadList))`;
    const env = { PATH: process.env['PATH'], BENCH_SERVICE: 'bench' };
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env });
    const list = JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]') as string[];
    const heavy = ['http', 'https', 'tls', 'crypto', 'zlib', '_http_client'];
    expect(list.length).toBeGreaterThan(50);
    expect(list.filter((name) => heavy.includes(name.replace('NativeModule ', '')))).toEqual([]);
  });
});
