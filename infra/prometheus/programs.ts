// Debian's Prometheus and its promtool: those that are installed, or else taken out of the package, which installs nothing.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const FOLDER = resolve(import.meta.dirname, '../../.flyball/prometheus');

export interface Programs {
  readonly prometheus: string;
  readonly promtool: string;
}

/** Throws an Error that says what to do when there are none and none can be fetched. */
export function prometheusPrograms(): Programs {
  if (isInstalled('prometheus') && isInstalled('promtool')) return { prometheus: 'prometheus', promtool: 'promtool' };
  const programs = { prometheus: join(FOLDER, 'usr/bin/prometheus'), promtool: join(FOLDER, 'usr/bin/promtool') };
  if (!existsSync(programs.promtool)) fetchPackage();
  return programs;
}

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Made beside its place, so that it gets there whole or not at all. */
function fetchPackage(): void {
  const parent = resolve(FOLDER, '..');
  mkdirSync(parent, { recursive: true });
  const scratch = mkdtempSync(join(parent, 'fetching-'));
  process.stdout.write(`Fetching Debian's package prometheus (19 MB) into ${FOLDER}\n`);
  try {
    execFileSync('apt-get', ['download', '-qq', 'prometheus'], { cwd: scratch, stdio: ['ignore', 'ignore', 'pipe'] });
    const archive = readdirSync(scratch).find((name) => name.endsWith('.deb')) ?? '';
    execFileSync('dpkg-deb', ['--extract', archive, 'out'], { cwd: scratch, stdio: ['ignore', 'ignore', 'pipe'] });
    rmSync(FOLDER, { recursive: true, force: true });
    renameSync(join(scratch, 'out'), FOLDER);
  } catch (cause) {
    const hint =
      'Install Prometheus (Debian, Ubuntu: apt-get update && apt-get install prometheus; macOS: brew install';
    throw new Error(
      `There is no prometheus on the path, and none could be fetched. ${hint} prometheus), then run this again.`,
      {
        cause,
      },
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
