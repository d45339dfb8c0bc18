// What is in the package: all that its names promise, and nothing of what builds and tests it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { ENTRIES, packageExports, sourcePaths } from '../../infra/package/entries.ts';
import { LIBRARY_VERSION } from '../../middleware/kernel/version.ts';

const packed = inject('packed');
const installed = join(inject('project'), 'node_modules/flyball');
const root = resolve(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly version: string;
};
const paths = packed.files.map(({ path }) => path);

describe('the package', () => {
  it('holds dist/, the pages, the fragments for the stacks of others, and what a package always holds', () => {
    const beside = paths.filter((path) => !/^(dist|docs|infra\/onboarding)\//.test(path));
    expect(beside.toSorted()).toEqual(['CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'README.md', 'package.json']);
  });

  it('holds every page that its README leads to', () => {
    const readme = readFileSync(join(installed, 'README.md'), 'utf8');
    const places = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, place = '']) => place);
    expect(places).toEqual(expect.arrayContaining(['docs/architecture.md', 'docs/decisions/', 'CONTRIBUTING.md']));
    expect(places.filter((place) => !existsSync(join(installed, place)))).toEqual([]);
  });

  it('holds JavaScript, types, the command and the schema, without a source, a test or a map', () => {
    const kinds = new Set(paths.filter((path) => path.startsWith('dist/')).map(kindOf));
    expect([...kinds].toSorted()).toEqual(['chunk', 'command', 'entry', 'schema', 'types']);
  });

  it('stays small', () => {
    const pages = packed.files.filter(({ path }) => path.startsWith('docs/'));
    const pagesSize = pages.reduce((sum, { size }) => sum + size, 0);
    // Text comes down to less than two fifths.
    expect(packed.size - 0.4 * pagesSize).toBeLessThan(385_000);
    expect(packed.unpackedSize - pagesSize).toBeLessThan(1_400_000);
    expect(pagesSize).toBeLessThan(600_000);
    expect(paths.filter((path) => path.endsWith('.js')).length).toBeLessThan(80);
  });

  it('has the version that the library reports', () => {
    expect({ packed: packed.version, library: LIBRARY_VERSION }).toEqual({
      packed: manifest.version,
      library: manifest.version,
    });
  });

  it('runs its command', () => {
    expect(packed.files.find(({ path }) => path === 'dist/cli/flyball.js')?.mode).toBe(0o755);
    expect(readFileSync(join(installed, 'dist/cli/flyball.js'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it('brings no AWS SDK and no X-Ray to those who do not use them', () => {
    const modules = readdirSync(join(installed, '..'));
    expect(modules).toEqual(expect.arrayContaining(['@middy', '@types', 'jose', 'zod']));
    expect(modules).not.toContain('@aws-sdk');
    expect(modules).not.toContain('aws-xray-sdk-core');
  });
});

describe('its names', () => {
  it('are those of infra/package/entries.ts', () => {
    expect(manifest.exports).toEqual(packageExports());
  });

  it('mean the source inside the checkout', () => {
    const config = readFileSync(join(root, 'tsconfig.json'), 'utf8').replace(/^ *\/\/.*$/gm, '');
    expect((JSON.parse(config) as { compilerOptions: { paths: unknown } }).compilerOptions.paths).toEqual(
      sourcePaths(),
    );
  });

  it.each(filesOf(manifest.exports))('%s is there as %s', (_name, file) => {
    expect(existsSync(join(installed, file))).toBe(true);
  });

  it('cover every policy that has a face of its own', () => {
    const faces = readdirSync(join(root, 'middleware/entries')).map((file) => `middleware/entries/${file}`);
    expect(Object.values(ENTRIES).filter((source) => source.startsWith('middleware/entries/'))).toEqual(
      faces.toSorted(),
    );
  });
});

describe('its types', () => {
  const declarations = paths.filter((path) => path.endsWith('.d.ts'));

  it('name no .ts file, which no user has', () => {
    const naming = declarations.filter((path) =>
      /(from|import\()\s*['"][^'"]+\.ts['"]/.test(
        readFileSync(join(installed, path), 'utf8').replace(/\/\*[^]*?\*\//g, ''),
      ),
    );
    expect(naming).toEqual([]);
  });

  it('keep what the source says of options', () => {
    expect(readFileSync(join(installed, 'dist/types/middleware/kernel/instances.d.ts'), 'utf8')).toContain(
      '/** The service whose rules govern this function. */',
    );
  });
});

function kindOf(path: string): string {
  if (/^dist\/[a-z-]+\.js$/.test(path)) return 'entry';
  if (/^dist\/chunks\/[\w-]+\.js$/.test(path)) return 'chunk';
  if (/^dist\/types\/(middleware|store)\/.+\.d\.ts$/.test(path)) return 'types';
  if (path === 'dist/cli/flyball.js') return 'command';
  return path === 'dist/schema.json' ? 'schema' : path;
}

/** Every file that a name stands for. */
function filesOf(exports: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] {
  return Object.entries(exports).flatMap(([name, target]) =>
    (typeof target === 'string' ? [target] : Object.values(target as Record<string, string>)).map(
      (file) => [name, file] as const,
    ),
  );
}
