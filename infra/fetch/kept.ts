// Where programs that were fetched or built are kept for every checkout on this machine.
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export const KEPT = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'flyball');

/** Makes a folder beside its place, so that it gets there whole or not at all. */
export function intoPlace(folder: string, make: (scratch: string) => void): void {
  mkdirSync(dirname(folder), { recursive: true });
  const scratch = mkdtempSync(join(dirname(folder), 'fetching-'));
  try {
    make(scratch);
    rmSync(folder, { recursive: true, force: true });
    renameSync(scratch, folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
