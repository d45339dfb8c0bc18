// The page on testing shows test files that run in this suite, to the letter, and names every builder of events.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { events } from '../../../middleware/testing/index.ts';

const page = readFileSync(new URL('../../../docs/testing.md', import.meta.url), 'utf8');
const folder = new URL('../middleware/testing/examples/', import.meta.url);
const shown = [...page.matchAll(/^```ts\n([^]*?)^```/gm)].map(([, code = '']) => code);

describe('docs/testing.md', () => {
  it.each(readdirSync(folder))('shows %s as it runs', (name) => {
    expect(shown).toContain(readFileSync(new URL(name, folder), 'utf8'));
  });

  it('shows nothing else', () => {
    expect(shown).toHaveLength(readdirSync(folder).length);
  });

  it.each(Object.keys(events))('names the builder %s', (builder) => {
    expect(page).toMatch(new RegExp(`\`${builder}[(\`]`));
  });
});
