// Bundles functions for the cold-start benchmark, all in one way, and tells how much of a bundle is loaded when.
import { fileURLToPath } from 'node:url';
import { basename, join } from 'node:path';
import { copyFileSync } from 'node:fs';
import { build, type Metafile, type Plugin } from 'esbuild';
import { buildLibrary } from '../../infra/package/javascript.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Bundle {
  /** The entry's absolute path. */
  readonly path: string;
  /** Minified bytes of the entry and all it imports statically: what is there before the handler can be called. */
  readonly entryBytes: number;
  /** Files by absolute path, of the entry and of whatever it may load later. */
  readonly files: ReadonlyMap<string, BundledFile>;
}

export interface BundledFile {
  readonly bytes: number;
  /** The sources and packages in it, by bytes. */
  readonly inputs: ReadonlyMap<string, number>;
  /** Files and packages it imports statically. */
  readonly imports: readonly string[];
}

/** Builds the package as `npm pack` has it, and gives the folder it stands in. */
export async function packageIn(folder: string): Promise<string> {
  await buildLibrary(ROOT, join(folder, 'dist'));
  copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  return folder;
}

export interface BundleOptions {
  readonly outdir: string;
  /** Where the package stands, for functions that import it. */
  readonly library?: string;
  /** Everything in one file, as bundlers without code splitting make it. */
  readonly oneFile?: boolean;
  readonly plugins?: readonly Plugin[];
}

/** CommonJS in a bundle (the AWS SDK, X-Ray) asks for `require`; the same for all subjects, as in serverless.yml. */
const BANNER =
  "import { createRequire as benchRequire } from 'node:module'; const require = benchRequire(import.meta.url);";

/** Optional peers of flyball, which the measured functions never come to need. */
const PEERS = ['@aws-sdk/*', 'aws-xray-sdk-core'];

/** Bundles one entry. `peers` says that it is a peer that is measured: CommonJS, within the bundle. */
export async function bundle(
  entry: string,
  { outdir, library, oneFile = false, plugins = [] }: BundleOptions,
  peers: boolean,
): Promise<Bundle> {
  const { metafile } = await build({
    entryPoints: [entry],
    outdir,
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    alias: library === undefined ? {} : aliases(library),
    // Dependencies and peers of a package that stands elsewhere.
    nodePaths: [join(ROOT, 'node_modules')],
    splitting: !oneFile,
    external: peers ? [] : PEERS,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    outExtension: { '.js': '.mjs' },
    metafile: true,
    logLevel: 'warning',
    // The package's parts import each other also for their order alone, which a bundler may ignore.
    logOverride: { 'ignored-bare-import': 'silent' },
    plugins: [...plugins],
    ...(peers ? { banner: { js: BANNER } } : {}),
  });
  return described(metafile, join(outdir, `${basename(entry, '.ts')}.mjs`));
}

/** Puts a module in the place of flyball. */
export const inPlaceOfFlyball = (path: string): Plugin => ({
  name: 'in-place-of-flyball',
  setup: (building) => building.onResolve({ filter: /\/middleware\/index\.ts$/ }, () => ({ path })),
});

/** Inside the checkout the package's names mean its source; here they mean what users get. */
function aliases(library: string): Record<string, string> {
  return { flyball: join(library, 'dist/index.js'), 'flyball/store': join(library, 'dist/store.js') };
}

function described({ outputs }: Metafile, path: string): Bundle {
  const files = new Map<string, BundledFile>();
  for (const [name, { bytes, inputs, imports }] of Object.entries(outputs)) {
    files.set(join(ROOT, name), {
      bytes,
      inputs: new Map(Object.entries(inputs).map(([input, { bytesInOutput }]) => [input, bytesInOutput])),
      imports: imports
        .filter(({ kind }) => kind === 'import-statement' || kind === 'require-call')
        .map((each) => (each.external === true ? each.path : join(ROOT, each.path))),
    });
  }
  return { path, files, entryBytes: bytesOf(files, closureOf(files, path)) };
}

/** The files that importing one of them loads. */
export function closureOf(files: ReadonlyMap<string, BundledFile>, from: string): ReadonlySet<string> {
  const closure = new Set<string>();
  const waiting = [from];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = files.get(path);
    if (!file || closure.has(path)) continue;
    closure.add(path);
    waiting.push(...file.imports);
  }
  return closure;
}

export function bytesOf(files: ReadonlyMap<string, BundledFile>, paths: Iterable<string>): number {
  let bytes = 0;
  for (const path of paths) bytes += files.get(path)?.bytes ?? 0;
  return bytes;
}

/** Bytes of flyball, the function and Middy: not of peers that are loaded for what they alone do. */
export function ownBytes({ files }: Bundle): number {
  let bytes = 0;
  for (const { inputs } of files.values()) {
    for (const [input, share] of inputs) {
      if (!input.includes('node_modules/') || input.includes('node_modules/@middy/')) bytes += share;
    }
  }
  return bytes;
}
