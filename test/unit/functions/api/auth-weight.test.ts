// What verifies tokens is loaded when a token comes, and not with the functions that take keys.
import { build, type Metafile } from 'esbuild';
import { describe, expect, it } from 'vitest';

const root = new URL('../../../../', import.meta.url).pathname;

/** The files a function has loaded once it can answer: what its entry imports, and what those do. */
async function loadedWith(entry: string): Promise<ReadonlySet<string>> {
  const { metafile } = await build({
    ...{ entryPoints: [entry], absWorkingDir: root, outdir: 'nowhere', write: false, metafile: true },
    ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node24', logLevel: 'silent' },
    // Named, not looked into: which packages are asked for is the question.
    packages: 'external',
  });
  const outputs = new Map(Object.entries(metafile.outputs));
  const loaded = new Set<string>();
  const visit = (output: Metafile['outputs'][string] | undefined) => {
    for (const file of Object.keys(output?.inputs ?? {})) loaded.add(file);
    for (const { path, kind, external } of output?.imports ?? []) {
      if (kind !== 'import-statement') continue;
      if (external === true) loaded.add(path);
      else visit(outputs.get(path));
    }
  };
  visit([...outputs.values()].find(({ entryPoint }) => entryPoint === entry));
  return loaded;
}

describe('a caller with a key', { timeout: 60_000 }, () => {
  it.each(['alerting', 'config-center', 'batch-monitor', 'telemetry'])(
    'waits for no part of %s that only tokens need',
    async (name) => {
      const loaded = await loadedWith(`functions/${name}/handler.ts`);
      expect(loaded).toContain('functions/api/auth-caller.ts');
      expect(loaded).toContain('zod');
      const forTokens = [...loaded].filter((file) => /^jose$|api\/auth-(token|issuers|roles)\.ts$/.test(file));
      expect(forTokens).toEqual([]);
    },
  );
});
