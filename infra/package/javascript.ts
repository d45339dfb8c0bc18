// The JavaScript of the package: a handful of chunks, since a file for each module costs a function's start 30 ms.
import { chmodSync } from 'node:fs';
import { build, type BuildOptions, type Metafile } from 'esbuild';
import { ENTRIES, nameOf } from './entries.ts';

const SHARED = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  // What others wrote is the user's to have once: dependencies and peers are imported, not copied.
  packages: 'external',
  keepNames: true,
  logLevel: 'warning',
  // Sources may name the package by its own name (tsconfig.json, paths); its files do not.
  metafile: true,
} as const satisfies BuildOptions;

/** What a user imports, with source maps that name lines and functions but carry no source. */
export async function buildLibrary(root: string, out: string): Promise<Metafile> {
  const { metafile } = await build({
    ...SHARED,
    absWorkingDir: root,
    entryPoints: Object.fromEntries(Object.entries(ENTRIES).map(([subpath, source]) => [nameOf(subpath), source])),
    outdir: out,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    sourcemap: true,
    sourcesContent: false,
  });
  return metafile;
}

/** The `flyball` command: one file that Node runs. */
export async function buildCommand(root: string, out: string): Promise<Metafile> {
  const outfile = `${out}/cli/flyball.js`;
  const { metafile } = await build({
    ...SHARED,
    absWorkingDir: root,
    entryPoints: ['cli/flyball.ts'],
    outfile,
    banner: { js: '#!/usr/bin/env node' },
  });
  chmodSync(outfile, 0o755);
  return metafile;
}
