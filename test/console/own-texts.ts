// All that the console says by itself, in both languages.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { Texts } from '../../console/text/language.ts';

const CONSOLE = join(import.meta.dirname, '../../console');

export interface OwnText {
  /** The file and the key, for whoever has to mend it. */
  readonly at: string;
  readonly en: string;
  readonly zh: string;
}

export async function ownTexts(): Promise<readonly OwnText[]> {
  // The page's language is that of its document: here there is none.
  vi.stubGlobal('document', { documentElement: { lang: '' } });
  const found: OwnText[] = [];
  for (const file of globSync('**/*.ts', { cwd: CONSOLE })) {
    const path = join(CONSOLE, file);
    if (!/= texts\(/.test(readFileSync(path, 'utf8'))) continue;
    const module = (await import(path)) as Readonly<Record<string, unknown>>;
    for (const one of Object.values(module).filter(isTexts)) {
      for (const [key, en] of Object.entries(one.en)) found.push({ at: `${file} ${key}`, en, zh: one.zh[key] ?? '' });
    }
  }
  vi.unstubAllGlobals();
  return found;
}

const isTexts = (value: unknown): value is Texts<string> =>
  typeof value === 'object' && value !== null && 'en' in value && 'zh' in value;
