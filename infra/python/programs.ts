// Installs Python programs that tests need, each with a virtual environment of its own.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Programs {
  /** Its name, for messages. */
  readonly what: string;
  /** Where the environment is made. */
  readonly folder: string;
  /** pip's list, by version. */
  readonly requirements: string;
  /** What it takes on the disk, about. */
  readonly megabytes: number;
}

/** Installs them unless just these are there. @throws {Error} saying what is missing. */
export function installPrograms({ what, folder, requirements, megabytes }: Programs): void {
  const stamp = join(folder, 'requirements.txt');
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  rmSync(folder, { recursive: true, force: true });
  console.log(`Installing ${what} into ${folder} (${String(megabytes)} MB)`);
  try {
    execFileSync('python3', ['-m', 'venv', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
    // Python compiles what it is asked for, which is little of all this.
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-compile', '--disable-pip-version-check'];
    execFileSync(join(folder, 'bin', 'python'), [...pip, '-r', requirements], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } catch (error) {
    throw new Error(
      `${what} could not be installed: it is a Python program and needs \`python3\` (3.10 or newer) with \`venv\` ` +
        '(Debian, Ubuntu: apt-get install python3-venv) and a way to PyPI. Mend that, then run this again.',
      { cause: error },
    );
  }
  // Last, so that half an installation is begun anew.
  writeFileSync(stamp, wanted);
}
