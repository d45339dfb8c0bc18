// What was typed and not saved, kept for as long as the tab: neither a reload nor an expired token loses it.
export interface Kept {
  readonly text: string;
  /** What it was made from. */
  readonly base: string;
  /** The ETag of the draft it was made from; undefined when there was none. */
  readonly etag?: string;
}

const keyOf = (name: string): string => `flyball.rules.${name}`;

export function keptOf(name: string): Kept | undefined {
  try {
    const text = sessionStorage.getItem(keyOf(name));
    return text === null ? undefined : (JSON.parse(text) as Kept);
  } catch {
    return undefined;
  }
}

export function keep(name: string, kept: Kept | undefined): void {
  try {
    if (kept) sessionStorage.setItem(keyOf(name), JSON.stringify(kept));
    else sessionStorage.removeItem(keyOf(name));
  } catch {
    // Storage may be forbidden: then it lasts until the page is loaded anew, which asks first.
  }
}
