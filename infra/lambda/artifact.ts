// The deployment packages as `serverless package` makes them, made from a copy of the sources: a world may run in this checkout.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
/** What the stack is made of. */
const SOURCES = [
  'functions',
  'console',
  'middleware',
  'store',
  'infra',
  'serverless.yml',
  'package.json',
  'tsconfig.json',
];

/** Packages the stack below `folder`; returns where its zips are, one a function. */
export function packageStack(folder: string): string {
  const copy = join(folder, 'source');
  const packages = join(folder, 'packages');
  mkdirSync(copy, { recursive: true });
  for (const source of SOURCES) cpSync(join(ROOT, source), join(copy, source), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const args = [join(ROOT, 'node_modules/.bin/serverless'), 'package', '--stage', 'prod', '--package', packages];
  execFileSync(process.execPath, args, { cwd: copy, stdio: ['ignore', 'ignore', 'inherit'] });
  return packages;
}

/** Unzips a package as the platform does into its task root. */
export function unzip(zip: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  execFileSync('unzip', ['-o', '-q', zip, '-d', folder]);
}
