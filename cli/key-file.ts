// The keys that `flyball login` has kept: one for each control plane, in a file that its owner alone can read.
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { WrongUsage } from './failure.ts';
import { isObject, textOf } from './problem.ts';
import { replaceFile } from './rules-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Kept {
  /** The address of the control plane that was logged in to last. */
  readonly url: string | undefined;
  /** By address. */
  readonly keys: Readonly<Record<string, string>>;
}

const NONE: Kept = { url: undefined, keys: {} };
const OTHERS = 0o077;

/** @throws {WrongUsage} when others can read it, or somebody has damaged it. */
export function keptKeys(env: Environment): Kept {
  const file = fileOf(env);
  const stat = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false });
  if (file === undefined || stat === undefined) return NONE;
  if (process.platform !== 'win32' && (stat.mode & OTHERS) !== 0) {
    throw new WrongUsage(`${file} holds keys and can be read by others: chmod 600 it, or have the keys revoked.`);
  }
  const value = parsed(file);
  if (!isObject(value) || !isObject(value['keys'])) {
    throw new WrongUsage(`${file} is not as flyball login wrote it: remove it and log in again.`);
  }
  const keys = Object.entries(value['keys']).flatMap(([url, key]) => (typeof key === 'string' ? [[url, key]] : []));
  return { url: textOf(value['url']), keys: Object.fromEntries(keys) as Record<string, string> };
}

/** @returns where they are kept. @throws {WrongUsage} when there is no folder for it. */
export function keepKeys(env: Environment, kept: Kept): string {
  const file = fileOf(env);
  if (file === undefined) throw new WrongUsage('There is no folder to keep a key in: set HOME or XDG_CONFIG_HOME.');
  const folder = join(file, '..');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new WrongUsage(`${folder} cannot be made, where keys are kept.`, {}, { cause: error });
  }
  replaceFile(folder, file, `${JSON.stringify(kept, undefined, 2)}\n`, 0o600);
  return file;
}

function fileOf(env: Environment): string | undefined {
  const home = textOf(env['HOME']) ?? textOf(env['USERPROFILE']);
  const folder = textOf(env['XDG_CONFIG_HOME']) ?? (home === undefined ? undefined : join(home, '.config'));
  return folder === undefined ? undefined : join(folder, 'flyball', 'keys.json');
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
