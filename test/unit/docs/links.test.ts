// Every link of a page to another page, or to a place in one, leads somewhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = new URL('../../../', import.meta.url).pathname;
const FOLDERS = ['', 'docs', 'docs/adopt', 'docs/alerts', 'docs/decisions'];
const pages = FOLDERS.flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

function proseOf(page: string): string {
  return readFileSync(join(root, page), 'utf8').replaceAll(/^(```|~~~)[^]*?^\1/gm, '');
}

/** As GitHub names headings, and places that a page names by itself. */
function placesIn(page: string): ReadonlySet<string> {
  const prose = proseOf(page);
  const headings = [...prose.matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = '']) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );
  return new Set([...headings, ...[...prose.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)]);
}

/** What of a page's links is not there. */
function deadLinksOf(page: string): string[] {
  const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = '', place] = link.split('#');
    const target = path === '' ? page : join(dirname(page), path);
    if (!existsSync(join(root, target))) return true;
    return place !== undefined && target.endsWith('.md') && !placesIn(target).has(place);
  });
}

describe('the links of the pages', () => {
  it('are found', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/access.md', 'docs/cli.md']));
    expect(proseOf('README.md')).toContain('](docs/access.md)');
    expect(placesIn('docs/access.md')).toContain('signed-calls');
  });

  it.each(pages)('of %s lead somewhere', (page) => {
    expect(deadLinksOf(page)).toEqual([]);
  });
});
