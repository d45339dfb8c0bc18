// The JavaScript of the package: a handful of chunks, since a file for each module costs a function's start 30 ms.
import { chmodSync } from 'node:fs';
import { build, type BuildOptions, type Metafile } from 'esbuild';
import { coreChunk } from './core-chunk.ts';
import { ENTRIES, nameOf } from './entries.ts';

const SHARED = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  // What others wrote is the user's to have once: dependencies and peers are imported, not copied.
  packages: 'external',
  logLevel: 'warning',
  metafile: true,
} as const satisfies BuildOptions;

/** What a user imports. Without source maps: it is not minified, and no user has the files they would name. */
export async function buildLibrary(root: string, out: string): Promise<Metafile> {
  // The store stands alone: it needs none of what governs.
  const governing = Object.values(ENTRIES).filter((source) => source.startsWith('middleware/'));
  const { metafile } = await build({
    ...SHARED,
    absWorkingDir: root,
    plugins: [await coreChunk(root, governing)],
    entryPoints: Object.fromEntries(Object.entries(ENTRIES).map(([subpath, source]) => [nameOf(subpath), source])),
    outdir: out,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
  });
  return metafile;
}

/** The `flyball` command: one file that Node runs. Minified, since nobody imports it: that takes a fifth off. */
export async function buildCommand(root: string, out: string): Promise<Metafile> {
  const outfile = `${out}/cli/flyball.js`;
  const { metafile } = await build({
    ...SHARED,
    absWorkingDir: root,
    entryPoints: ['cli/flyball.ts'],
    outfile,
    minify: true,
    banner: { js: '#!/usr/bin/env node' },
  });
  chmodSync(outfile, 0o755);
  return metafile;
}
