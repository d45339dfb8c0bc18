// Packs the package once, as `npm pack` does, and installs it into a fresh project outside of the checkout.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder of a project that has installed the packed package. */
    project: string;
    /** What `npm pack --json` said of the package. */
    packed: Packed;
  }
}

export interface Packed {
  readonly filename: string;
  readonly version: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes. */
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number; readonly mode: number }[];
}

const root = resolve(import.meta.dirname, '../..');
const execute = promisify(execFile);
/**
 * Beside the package: its required peer, the one that a name of its own is built on, and what a TypeScript project builds
 * with. In the versions of our lock file.
 */
const BESIDE = ['@middy/core', '@aws-lambda-powertools/idempotency', '@types/node', 'esbuild', 'typescript'];

export default async function installPackage(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-package-'));
  const packed = await pack(folder);
  const installed = join(folder, 'project');
  await install(installed, join(folder, packed.filename));
  project.provide('packed', packed);
  project.provide('project', installed);
  return () => rmSync(folder, { recursive: true, force: true });
}

async function pack(folder: string): Promise<Packed> {
  const { stdout } = await npm(root, 'pack', '--json', '--pack-destination', folder);
  // The build prints before it.
  const [packed] = JSON.parse(stdout.slice(stdout.search(/^\[/m))) as readonly Packed[];
  if (!packed) throw new Error('npm pack made no package');
  return packed;
}

async function install(folder: string, tarball: string): Promise<void> {
  cpSync(join(import.meta.dirname, 'project'), folder, { recursive: true });
  const allowScripts = { esbuild: true };
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'a-user', version: '1.0.0', private: true, type: 'module', allowScripts }),
  );
  const versions = BESIDE.map((name) => `${name}@${lockedVersionOf(name)}`);
  await npm(folder, 'install', '--prefer-offline', '--no-audit', '--no-fund', '--save-exact', tarball, ...versions);
  if (!existsSync(join(folder, 'node_modules/flyball/package.json'))) throw new Error('npm installed no flyball');
}

function lockedVersionOf(name: string): string {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly version: string } | undefined>>;
  };
  const locked = lock.packages[`node_modules/${name}`];
  if (!locked) throw new Error(`${name} is not in package-lock.json`);
  return locked.version;
}

/** npm as it is on the path; what it says goes into the error when it fails. */
async function npm(cwd: string, ...args: readonly string[]): Promise<{ readonly stdout: string }> {
  // An npm that runs these tests tells its children about its own project; registry and cache are theirs too.
  const own = /^(npm_(package|lifecycle|command|config_local_prefix)|init_cwd)/i;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
  try {
    return await execute('npm', [...args], { cwd, env, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const said = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : '';
    throw new Error(`npm ${args.join(' ')} failed in ${cwd}:\n${said}`, { cause: error });
  }
}
