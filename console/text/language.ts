// English and Simplified Chinese: each screen has its own texts, and both languages have all of them.
import { useEffect, useState } from 'preact/hooks';

export type Language = 'en' | 'zh';
type Values = Readonly<Record<string, string | number>>;

/** Texts by key in both languages; a key that one lacks does not compile. `{name}` stands for a value. */
export interface Texts<Key extends string> {
  readonly en: Readonly<Record<Key, string>>;
  readonly zh: Readonly<Record<Key, string>>;
}

export type Tell<Key extends string> = (key: Key, values?: Values) => string;

type Said = Readonly<Record<string, string>>;

/** The built page has lists in place of the objects: of keys, and of what is said, in their order (infra/console/texts.ts). */
export function texts<Key extends string>(en: Record<Key, string>, zh: Record<NoInfer<Key>, string>): Texts<Key>;
export function texts(...given: readonly [en: Said, zh: Said] | readonly [keys: string, en: string, zh: string]) {
  if (given.length === 2) return { en: given[0], zh: given[1] };
  const [keys, en, zh] = given.map((list) => list.split('~'));
  const said = (values: readonly string[] = []) =>
    Object.fromEntries(keys?.map((key, i) => [key, values[i] ?? '']) ?? []);
  return { en: said(en), zh: said(zh) };
}

const KEY = 'flyball.language';
const listeners = new Set<() => void>();
let current: Language = remembered() ?? (navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en');

function remembered(): Language | undefined {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === 'en' || kept === 'zh' ? kept : undefined;
  } catch {
    return undefined;
  }
}

export const language = (): Language => current;
/** For Intl. */
export const locale = (): string =>
  current === 'zh' ? 'zh-CN' : navigator.language.startsWith('en') ? navigator.language : 'en-GB';

export function speak(next: Language): void {
  current = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Then it is asked anew next time.
  }
  document.documentElement.lang = next === 'zh' ? 'zh-Hans' : 'en';
  for (const listener of [...listeners]) listener();
}
document.documentElement.lang = current === 'zh' ? 'zh-Hans' : 'en';

export function useLanguage(): Language {
  const [spoken, setSpoken] = useState(current);
  useEffect(() => {
    const listener = () => setSpoken(current);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return spoken;
}

/** Tells a text of these in the viewer's language: `t('lastRun', { at })`. */
export function useTexts<Key extends string>(of: Texts<Key>): Tell<Key> {
  const spoken = useLanguage();
  return (key, values) => filled(of[spoken][key], values);
}

/** For what is no component. */
export function tell<Key extends string>(of: Texts<Key>, key: Key, values?: Values): string {
  return filled(of[current][key], values);
}

/** `{name}` is the value of that name; `{count|line|lines}` the first word where that value is 1, else the second. */
function filled(text: string, values: Values | undefined): string {
  if (!values) return text;
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g, (whole, name: string, one?: string, more?: string) => {
    const value = values[name] ?? whole;
    return one === undefined || more === undefined ? String(value) : String(value) === '1' ? one : more;
  });
}
