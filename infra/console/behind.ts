// Keeps what the page and its screens share in one file: cut by who needs what it would be four, which weigh a hundredth more together and are each waited for.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Modules that are imported later (`import('./others.ts')`) each import `page` too, for nothing but that the bundler
 * knows what is true anyway: they come to a page that stands, with all that it is made of.
 */
export function behind(page: string): Plugin {
  const later = new Set<string>();
  return {
    name: 'behind',
    setup(building) {
      building.onResolve({ filter: /^\.{1,2}\// }, ({ kind, path, resolveDir }) => {
        if (kind === 'dynamic-import') later.add(join(resolveDir, path));
        return undefined;
      });
      building.onLoad({ filter: /\.tsx?$/ }, async ({ path }) => {
        if (!later.has(path)) return undefined;
        const source = await readFile(path, 'utf8');
        return { contents: `${source}\nimport ${JSON.stringify(page)};`, loader: 'tsx' };
      });
    },
  };
}
