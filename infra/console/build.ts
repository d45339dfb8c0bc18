// Builds the console: bundles the page's sources by esbuild, compresses them, and says in a manifest what there is.
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build as bundle, type OutputFile, type Plugin } from 'esbuild';
import type { BuiltFile, Manifest } from '../../functions/console/manifest.ts';
import { behind } from './behind.ts';
import { compressed, type Compressed } from './compress.ts';
import { pageOf, type Output } from './page.ts';
import { SMALLER_BY, smaller } from './smaller.ts';
import { withListsTogether, withTextsListed } from './texts.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** Where the function's package takes the console from; who packages beside somebody else names a folder of their own. */
export const CONSOLE_FOLDER = join(ROOT, process.env['FLYBALL_CONSOLE_DIR'] || '.flyball/console');
const SOURCE = join(ROOT, 'console');

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
};

/** By the names of console/jsx.ts. */
const JSX = { jsx: 'react', jsxFactory: 'createElement', jsxFragmentFactory: 'Fragment' } as const;

/**
 * Writes the console into the folder. Files have their content's hash in their names and the manifest is the last to be
 * put in place, so that a reader meets one build or the other; what the manifest no longer names is removed after it.
 * Rejects when a source cannot be bundled, and leaves what was there.
 */
export async function buildConsole(folder: string = CONSOLE_FOLDER, source: string = SOURCE): Promise<Manifest> {
  const [template, { metafile, outputFiles }] = await Promise.all([
    readFile(join(source, 'index.html'), 'utf8'),
    bundle({
      absWorkingDir: source,
      entryPoints: { main: 'main.tsx' },
      outdir: source,
      bundle: true,
      splitting: true,
      format: 'esm',
      target: 'es2023',
      // In place of the sources' own, whose JSX is that of the editor and of tests.
      tsconfigRaw: { compilerOptions: { ...JSX, useDefineForClassFields: true } },
      inject: [join(SOURCE, 'jsx.ts')],
      minify: true,
      footer: { js: SMALLER_BY },
      // Chinese as it is: escaped it would be twice as long.
      charset: 'utf8',
      legalComments: 'none',
      entryNames: '[name]-[hash]',
      chunkNames: '[name]-[hash]',
      assetNames: '[name]-[hash]',
      loader: { '.svg': 'file', '.woff2': 'file' },
      define: { 'process.env.NODE_ENV': '"production"' },
      metafile: true,
      write: false,
      logLevel: 'silent',
      plugins: [textsListed, behind(join(source, 'page.tsx'))],
    }),
  ]);
  const outputs = metafile.outputs as Readonly<Record<string, Output>>;
  const assets = await Promise.all(
    outputFiles.map(async (file) => compressed(nameOf(file), Buffer.from(await contentOf(file)))),
  );
  const page = Buffer.from(pageOf(template, outputs));
  const files = [...assets, await compressed('index.html', page, 'hashed')];
  const manifest: Manifest = {
    page: files.at(-1)?.name ?? '',
    files: Object.fromEntries(files.map((file) => [file.name, described(file)])),
  };
  await put(folder, files, manifest);
  return manifest;
}

const textsListed: Plugin = {
  name: 'texts-listed',
  setup(building) {
    building.onLoad({ filter: /[\\/]([\w-]*texts|words[\\/][\w-]+)\.ts$/ }, async ({ path }) => ({
      contents: withTextsListed(await readFile(path, 'utf8')),
      loader: 'ts',
    }));
  },
};

const contentOf = async (file: OutputFile): Promise<string | Uint8Array> =>
  file.path.endsWith('.js') ? withListsTogether(await smaller(file.text)) : file.contents;

function nameOf({ path }: OutputFile): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function described({ name, hash, identity, brotli, gzip }: Compressed): BuiltFile {
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)];
  if (type === undefined)
    throw new Error(`console: ${name} has no content type; give it one in infra/console/build.ts`);
  const sizes = { bytes: identity.length, brotliBytes: brotli.length, gzipBytes: gzip.length };
  return { type, hash, ...sizes };
}

async function put(folder: string, files: readonly Compressed[], manifest: Manifest): Promise<void> {
  await mkdir(folder, { recursive: true });
  const written = files.flatMap(({ name, identity, brotli, gzip }) => [
    [name, identity] as const,
    [`${name}.br`, brotli] as const,
    [`${name}.gz`, gzip] as const,
  ]);
  await Promise.all(written.map(([name, bytes]) => writeFile(join(folder, name), bytes)));
  const beside = join(folder, `.manifest-${String(process.pid)}`);
  await writeFile(beside, JSON.stringify(manifest, null, 2));
  await rename(beside, join(folder, 'manifest.json'));
  const kept = new Set(['manifest.json', ...written.map(([name]) => name)]);
  const left = (await readdir(folder)).filter((name) => !kept.has(name));
  await Promise.all(left.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
