// Globs: `*` stands for any run of characters. Linear, never a regular expression.

/** Compiles a pattern to a test; exact patterns and single trailing stars, the usual ones, cost one comparison. */
export function compileGlob(pattern: string): (text: string) => boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return (text) => text === pattern;
  if (star === pattern.length - 1) {
    const prefix = pattern.slice(0, -1);
    return (text) => text.startsWith(prefix);
  }
  const parts = pattern.split('*');
  return (text) => matches(parts, text);
}

/** How many characters a pattern fixes, exact patterns counting one more than any glob of their length. */
export function specificity(pattern: string): number {
  const fixed = pattern.replaceAll('*', '').length;
  return pattern.includes('*') ? fixed : fixed + 1;
}

/** Greedy from the left is right for `*` alone: the first place a part fits leaves the most for the rest. */
function matches(parts: readonly string[], text: string): boolean {
  const first = parts[0] ?? '';
  const last = parts[parts.length - 1] ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (let i = 1; i < parts.length - 1; i++) {
    const part = parts[i] ?? '';
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return at <= end;
}
