// What the build makes of a page's sources: hashed names, one page that names them, compressed files, a manifest.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../../../functions/console/manifest.ts';
import { buildConsole } from '../../../../infra/console/build.ts';

const TEMPLATE =
  '<!doctype html><html><head><!-- styles --><!-- scripts --></head><body><div id="page"></div></body></html>';

let folder: string;
let source: string;
let out: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flyball-console-'));
  source = join(folder, 'source');
  out = join(folder, 'out');
  mkdirSync(join(source, 'screens'), { recursive: true });
  write('index.html', TEMPLATE);
  write('main.css', 'body { color: black; }');
  write('screens/jobs.css', 'table { color: red; }');
  write('shared.ts', "export const mode = process.env.NODE_ENV; export const long = 'a'.repeat(3);");
  write('screens/jobs.ts', "import './jobs.css'; import { mode } from '../shared.ts'; export const jobs = mode;");
  write('page.tsx', "import { mode } from './shared.ts'; document.title = mode; void import('./screens/jobs.ts');");
  write('main.tsx', "import './main.css'; import './page.tsx';");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFileSync(join(source, name), text);
const build = () => buildConsole(out, source);
const named = ({ files }: Manifest, form: RegExp) => Object.keys(files).filter((name) => form.test(name));
const textOf = (name: string) => readFileSync(join(out, name), 'utf8');

describe('the files', () => {
  it('have the hash of their content in their names, the page too', async () => {
    const manifest = await build();
    for (const name of Object.keys(manifest.files)) expect(name).toMatch(/^[\w.]+-[0-9A-Za-z]{8,16}\.(js|css|html)$/);
    write('main.css', 'body { color: blue; }');
    const later = await build();
    expect(named(later, /^main-.*\.css$/)).not.toEqual(named(manifest, /^main-.*\.css$/));
    expect(later.page).not.toBe(manifest.page);
    expect(named(later, /^jobs-.*\.js$/)).toEqual(named(manifest, /^jobs-.*\.js$/));
  });

  it('stand there as they are and by both compressions, with their sizes in the manifest', async () => {
    const { files } = await build();
    for (const [name, { bytes, brotliBytes, gzipBytes }] of Object.entries(files)) {
      const plain = readFileSync(join(out, name));
      const [brotli, gzip] = [readFileSync(join(out, `${name}.br`)), readFileSync(join(out, `${name}.gz`))];
      expect(brotliDecompressSync(brotli).equals(plain)).toBe(true);
      expect(gunzipSync(gzip).equals(plain)).toBe(true);
      expect([plain.length, brotli.length, gzip.length]).toEqual([bytes, brotliBytes, gzipBytes]);
    }
  });

  it('are one for all that the page shares with what is loaded later, whoever of them needs what', async () => {
    write('one.ts', "export const one = 'by the page and by jobs';");
    write('other.ts', "export const other = 'by the page and by rules';");
    write(
      'screens/jobs.ts',
      "import { one } from '../one.ts'; import { mode } from '../shared.ts'; document.title = mode + one;",
    );
    write(
      'screens/rules.ts',
      "import { other } from '../other.ts'; import { mode } from '../shared.ts'; document.title = mode + other;",
    );
    write(
      'page.tsx',
      "import { one } from './one.ts'; import { other } from './other.ts'; import { mode } from './shared.ts'; document.title = one + other + mode; void import('./screens/jobs.ts'); void import('./screens/rules.ts');",
    );
    const manifest = await build();
    const scripts = named(manifest, /\.js$/).map((name) => name.replace(/-.*/, ''));
    expect(scripts.sort()).toEqual(['chunk', 'jobs', 'main', 'rules']);
  });

  it('have JSX as calls with children as arguments, and the library of that where there is any JSX', async () => {
    expect(
      named(await build(), /\.js$/)
        .map(textOf)
        .join(''),
    ).not.toMatch(/children|vnode/);
    write('page.tsx', 'document.title = JSON.stringify(<><b class="one">two{3}</b></>);');
    const scripts = named(await build(), /\.js$/)
      .map(textOf)
      .join('');
    expect(scripts).toMatch(/null,\w+\("b",\{class:"one"\},"two",3\)/);
    expect(scripts).toContain('vnode');
  });

  it('have their texts as lists, which the bundler has left whole', async () => {
    write('text.ts', 'export const texts = (...lists: unknown[]) => lists;');
    write(
      'one-texts.ts',
      "import { texts } from './text.ts'; export const one = texts({ on: 'It is on', off: 'It is \"off\"' }, { on: '开', off: '关' });",
    );
    write(
      'other-texts.ts',
      "import { texts } from './text.ts'; export const other = texts({ up: 'It is up' }, { up: '正常' });",
    );
    write(
      'page.tsx',
      "import { one } from './one-texts.ts'; import { other } from './other-texts.ts'; document.title = String(one) + String(other);",
    );
    const script = named(await build(), /\.js$/)
      .map(textOf)
      .join('');
    expect(script).toMatch(/^let listsOfTexts=\[.It is on~It is "off".,"It is up","开~关","正常"\];/);
  });

  it('have a type each', async () => {
    const { files } = await build();
    expect(new Set(Object.values(files).map(({ type }) => type))).toEqual(
      new Set(['text/html; charset=utf-8', 'text/css; charset=utf-8', 'text/javascript; charset=utf-8']),
    );
  });

  it('are built for production, and no source map is beside them', async () => {
    const manifest = await build();
    const all = named(manifest, /\.js$/).map(textOf).join('');
    expect(all).toContain('production');
    expect(all).not.toMatch(/sourceMappingURL|process\.env/);
    expect(readdirSync(out).filter((name) => name.includes('.map'))).toEqual([]);
  });
});

describe('the page', () => {
  it('names the entry, what the entry imports at once, and every stylesheet, its own first', async () => {
    const manifest = await build();
    const page = textOf(manifest.page);
    const scripts = [...page.matchAll(/<script type="module" src="\/console\/assets\/([^"]+)"><\/script>/g)];
    const preloads = [...page.matchAll(/<link rel="modulepreload" href="\/console\/assets\/([^"]+)" \/>/g)];
    const styles = [...page.matchAll(/<link rel="stylesheet" href="\/console\/assets\/([^"]+)" \/>/g)];
    expect(scripts.map(([, name]) => name)).toEqual(named(manifest, /^main-.*\.js$/));
    expect(preloads).toHaveLength(1);
    expect(preloads.map(([, name]) => name)).toEqual(named(manifest, /^chunk-.*\.js$/));
    expect(styles.map(([, name]) => name)).toEqual([
      ...named(manifest, /^main-.*\.css$/),
      ...named(manifest, /^jobs-.*\.css$/),
    ]);
  });

  it('has no script of its own', async () => {
    const { page } = await build();
    expect(textOf(page)).not.toMatch(/<script(?![^>]* src=)/);
  });

  it.each(['<!-- styles -->', '<!-- scripts -->'])('cannot be made of a template without %s', async (place) => {
    write('index.html', TEMPLATE.replace(place, ''));
    await expect(build()).rejects.toThrow(`index.html has no ${place}`);
  });
});

describe('a build over another', () => {
  it('leaves nothing of the one before', async () => {
    await build();
    write('main.css', 'body { color: blue; }');
    const manifest = await build();
    const expected = Object.keys(manifest.files).flatMap((name) => [name, `${name}.br`, `${name}.gz`]);
    expect(readdirSync(out).sort()).toEqual([...expected, 'manifest.json'].sort());
    expect(JSON.parse(textOf('manifest.json'))).toEqual(manifest);
  });

  it('that fails leaves it as it was', async () => {
    const manifest = await build();
    write('main.tsx', 'import { nothing } from ');
    await expect(build()).rejects.toThrow(/main\.tsx/);
    expect(JSON.parse(textOf('manifest.json'))).toEqual(manifest);
  });
});
