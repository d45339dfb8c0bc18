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

/** The built page has a list of the second language, in the order of the first one's keys (infra/console/texts.ts). */
export function texts<Key extends string>(en: Record<Key, string>, zh: Record<NoInfer<Key>, string>): Texts<Key> {
  const list: unknown = zh;
  if (!Array.isArray(list)) return { en, zh };
  const values: readonly string[] = list;
  return { en, zh: Object.fromEntries(Object.keys(en).map((key, i) => [key, values[i]])) as Record<Key, string> };
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
