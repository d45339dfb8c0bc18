// The colours of the page as a canvas needs them, and when they change.
import { useEffect, useState } from 'preact/hooks';
import type { Token } from './data.ts';

export type Colours = Readonly<Record<Token | 'line', string>> & {
  /** The same colour, seen through: 0 to 1. */
  readonly faint: (token: Token, alpha: number) => string;
};

const TOKENS = ['accent', 'ok', 'warn', 'bad', 'held', 'off', 'text', 'quiet', 'line'] as const;

/** A token may be `light-dark(…)`, which only a property of an element turns into a colour. */
export function coloursAt(element: HTMLElement): Colours {
  const probe = document.createElement('span');
  element.append(probe);
  const entries = TOKENS.map((token) => {
    probe.style.color = `var(--${token})`;
    return [token, getComputedStyle(probe).color] as const;
  });
  probe.remove();
  const made = Object.fromEntries(entries) as Record<Token | 'line', string>;
  return {
    ...made,
    faint: (token, alpha) => made[token].replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha.toFixed(3)})`),
  };
}

/** Counts on when light turns dark, or back. */
export function useThemeChanges(): number {
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    const changed = () => setChanges((count) => count + 1);
    const system = matchMedia('(prefers-color-scheme: dark)');
    const chosen = new MutationObserver(changed);
    system.addEventListener('change', changed);
    chosen.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => {
      system.removeEventListener('change', changed);
      chosen.disconnect();
    };
  }, []);
  return changes;
}
