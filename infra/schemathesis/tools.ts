// schemathesis and a validator of OpenAPI documents: Python programs in a virtual environment of their own, in `.flyball`.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = '.flyball/schemathesis';
/** All of them by version: what is tried is then the same everywhere. */
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');

export const PYTHON = join(FOLDER, 'bin', 'python');
export const SCHEMATHESIS = join(FOLDER, 'bin', 'schemathesis');
export const CONFIG = join(import.meta.dirname, 'schemathesis.toml');

/** Installs them unless they are there. @throws {Error} saying what is missing. */
export function install(): void {
  const stamp = join(FOLDER, 'requirements.txt');
  const wanted = readFileSync(REQUIREMENTS, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  rmSync(FOLDER, { recursive: true, force: true });
  console.log(`Installing schemathesis into ${FOLDER} (100 MB)`);
  try {
    execFileSync('python3', ['-m', 'venv', FOLDER], { stdio: ['ignore', 'ignore', 'inherit'] });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS];
    execFileSync(PYTHON, pip, { stdio: ['ignore', 'ignore', 'inherit'] });
  } catch (error) {
    throw new Error(
      'schemathesis could not be installed: it is a Python program and needs `python3` (3.10 or newer) with `venv` ' +
        '(Debian, Ubuntu: apt-get install python3-venv) and a way to PyPI. Mend that, then run this again.',
      { cause: error },
    );
  }
  // Last, so that half an installation is begun anew.
  writeFileSync(stamp, wanted);
}
