// schemathesis and a validator of OpenAPI documents: Python programs in a virtual environment of their own, in `.flyball`.
import { join } from 'node:path';
import { installPrograms } from '../python/programs.ts';

const FOLDER = '.flyball/schemathesis';
/** All of them by version: what is tried is then the same everywhere. */
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');

export const PYTHON = join(FOLDER, 'bin', 'python');
export const SCHEMATHESIS = join(FOLDER, 'bin', 'schemathesis');
export const CONFIG = join(import.meta.dirname, 'schemathesis.toml');

/** Installs them unless they are there. @throws {Error} saying what is missing. */
export function install(): void {
  installPrograms({ what: 'schemathesis', folder: FOLDER, requirements: REQUIREMENTS, megabytes: 100 });
}
