// Keeps a release as it was, for the tests of versions that meet: `node infra/package/freeze.ts <revision> <version>` writes
// test/versions/<version>/.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { ENTRIES, nameOf } from './entries.ts';
import { FROZEN } from './frozen.ts';

const root = resolve(import.meta.dirname, '../..');
const ARCHIVE = 'flyball.tar.gz';

const SHARED = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minify: true,
  keepNames: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** @throws when the revision is not the version it is said to be. */
async function freeze(revision: string, version: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-freeze-'));
  const checkout = join(folder, 'checkout');
  const frozen = join(folder, 'frozen');
  git('worktree', 'add', '--quiet', '--detach', checkout, revision);
  try {
    requireVersion(checkout, revision, version);
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
    await buildFrozen(checkout, frozen);
    writeFileSync(join(frozen, 'package.json'), `${JSON.stringify({ name: 'flyball', version, type: 'module' })}\n`);
    keep(frozen, git('rev-parse', revision).trim(), version);
  } finally {
    git('worktree', 'remove', '--force', checkout);
    rmSync(folder, { recursive: true, force: true });
  }
}

function requireVersion(checkout: string, revision: string, version: string): void {
  const manifest = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { readonly version: string };
  if (manifest.version !== version) throw new Error(`${revision} is flyball ${manifest.version}, not ${version}`);
}

/** The library with its own imports left to whoever unpacks it, and the functions with all but the AWS SDK in them. */
async function buildFrozen(checkout: string, out: string): Promise<void> {
  const isThere = ([, source]: readonly [string, string]) => existsSync(join(checkout, source));
  const entries = Object.entries(ENTRIES).filter(isThere);
  await build({
    ...SHARED,
    absWorkingDir: checkout,
    entryPoints: Object.fromEntries(entries.map(([subpath, source]) => [nameOf(subpath), source])),
    outdir: join(out, 'library'),
    packages: 'external',
  });
  const require =
    "import { createRequire as flyballRequire } from 'node:module'; const require = flyballRequire(import.meta.url);";
  await build({
    ...SHARED,
    absWorkingDir: checkout,
    entryPoints: Object.fromEntries(Object.entries(FROZEN).filter(isThere)),
    outdir: join(out, 'control-plane'),
    external: ['@aws-sdk/*', 'aws-xray-sdk-core'],
    banner: { js: require },
  });
}

function keep(frozen: string, commit: string, version: string): void {
  const kept = join(root, 'test/versions', version);
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(kept, { recursive: true });
  const archive = join(frozen, '..', ARCHIVE);
  execFileSync('tar', ['-czf', archive, '-C', frozen, '.']);
  cpSync(archive, join(kept, ARCHIVE));
  writeFileSync(join(kept, 'README.md'), readme(commit, version));
}

const readme = (commit: string, version: string) => `# flyball ${version}, as it was

\`${ARCHIVE}\` holds this release, minified: \`library/\` is what its package exports, with the imports of other packages left
as they are, and \`control-plane/\` the config center, telemetry and the batch monitor, with what each does on a schedule and
everything but the AWS SDK in them. \`test/package/versions.test.ts\` lets it meet what is in the checkout.

Made from commit ${commit} by

\`\`\`sh
node infra/package/freeze.ts ${commit.slice(0, 7)} ${version}
\`\`\`

It is never changed. When a version is released, freeze that one beside it, and let go of one that nobody runs any more.
`;

function git(...args: readonly string[]): string {
  return execFileSync('git', [...args], { cwd: root, encoding: 'utf8' });
}

const [revision, version] = process.argv.slice(2);
if (revision === undefined || version === undefined) {
  console.error('Say what to freeze: node infra/package/freeze.ts <revision> <version>, e.g. 68889f4 0.1.0');
  process.exitCode = 2;
} else {
  await freeze(revision, version);
}
