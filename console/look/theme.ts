// Light or dark: as the viewer's system has it, unless they choose.
export type Theme = 'system' | 'light' | 'dark';

const KEY = 'flyball.theme';

export function themeNow(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === 'light' || kept === 'dark' ? kept : 'system';
  } catch {
    return 'system';
  }
}

export function setTheme(theme: Theme): void {
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Then it lasts until the page is loaded anew.
  }
  applyTheme(theme);
}

export function applyTheme(theme: Theme = themeNow()): void {
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset['theme'];
  else dataset['theme'] = theme;
}
