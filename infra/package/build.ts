// Makes dist/, what `npm pack` takes along: `node infra/package/build.ts [folder]`.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ruleSchema } from '../../functions/config-center/schema.ts';
import { buildCommand, buildLibrary } from './javascript.ts';
import { buildTypes } from './types.ts';

const root = resolve(import.meta.dirname, '../..');

/** Builds into `out`, which is emptied first. */
export async function buildPackage(out: string): Promise<void> {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  await buildLibrary(root, out);
  await buildCommand(root, out);
  buildTypes(root, join(out, 'types'));
  writeFileSync(join(out, 'schema.json'), `${JSON.stringify(ruleSchema())}\n`);
}

if (import.meta.main) await buildPackage(resolve(process.argv[2] ?? join(root, 'dist')));
