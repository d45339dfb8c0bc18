// AWS's Lambda runtime interface emulator and its Node runtime client, fetched once from where AWS publishes them.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { intoPlace, KEPT } from '../fetch/kept.ts';

/** AWS ships the emulator's released binaries in the wheel of its SAM CLI, of which nothing else is needed. */
const WHEEL = { name: 'aws-sam-cli', version: '1.170.0' };
const CLIENT = { name: 'aws-lambda-ric', version: '4.0.2' };
/** What is compiled is so for one platform and one version of Node's own interface. */
const BUILT_FOR = `${process.platform}-${process.arch}-node${process.versions.modules}`;

export interface Emulator {
  /** The emulator's program. */
  readonly program: string;
  /** The runtime client's entry, to be run by Node with the handler's name. */
  readonly client: string;
}

/** Throws an Error that says what to do when something is missing on this machine. */
export function fetchedEmulator(): Emulator {
  return { program: fetchedProgram(), client: fetchedClient() };
}

function fetchedProgram(): string {
  const folder = join(KEPT, `lambda-emulator-${WHEEL.version}`);
  const program = join(folder, 'samcli/local/rapid', `aws-lambda-rie-${process.arch === 'arm64' ? 'arm64' : 'x86_64'}`);
  if (existsSync(program)) return program;
  say(`Fetching AWS's Lambda emulator (${WHEEL.name}@${WHEEL.version} of PyPI, 8 MB) into ${folder}`);
  intoPlace(folder, (scratch) => {
    const python = join(scratch, 'python/bin/python');
    run(
      'python3',
      ['-m', 'venv', join(scratch, 'python')],
      'Install Python 3 with venv (apt-get install python3-venv).',
    );
    const wheel = `${WHEEL.name}==${WHEEL.version}`;
    const download = [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--dest',
      scratch,
    ];
    run(python, [...download, wheel], 'The package registry must be in reach.');
    const file = `${WHEEL.name.replaceAll('-', '_')}-${WHEEL.version}-py3-none-any.whl`;
    run(python, ['-m', 'zipfile', '--extract', join(scratch, file), scratch], 'The wheel is not what it was.');
    rmSync(join(scratch, 'python'), { recursive: true });
    rmSync(join(scratch, file));
  });
  chmodSync(program, 0o755);
  return program;
}

function fetchedClient(): string {
  const folder = join(KEPT, `lambda-client-${CLIENT.version}-${BUILT_FOR}`);
  const entry = join(folder, 'node_modules', CLIENT.name, 'index.mjs');
  if (existsSync(entry)) return entry;
  say(`Building AWS's Node runtime client (${CLIENT.name}@${CLIENT.version} of npm) in ${folder}, under a minute`);
  intoPlace(folder, (scratch) => {
    // Its native part is compiled by an install script, which newer npm runs only where it is told to.
    const project = { private: true, allowScripts: { [CLIENT.name]: true } };
    writeFileSync(join(scratch, 'package.json'), JSON.stringify(project));
    const install = ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', scratch];
    const hint = 'Its native part needs a C++ compiler, make and cmake (apt-get install g++ make cmake).';
    run('npm', [...install, `${CLIENT.name}@${CLIENT.version}`], hint);
  });
  return entry;
}

function run(program: string, args: readonly string[], hint: string): void {
  try {
    execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().slice(-2000) : '';
    throw new Error(`"${program} ${args.join(' ')}" failed. ${hint}\n${stderr}`, { cause: error });
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
