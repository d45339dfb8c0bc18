// What somebody who mistyped a name has probably meant.

/** The name that takes the fewest changed letters, if that is few enough to be a slip. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  let best: { readonly name: string; readonly changes: number } | undefined;
  for (const name of names) {
    const changes = changesBetween(typed, name);
    if (changes <= Math.max(1, Math.floor(name.length / 3)) && (!best || changes < best.changes))
      best = { name, changes };
  }
  return best?.name;
}

/** ` Did you mean "x"?`, or nothing. */
export function didYouMean(typed: string, names: readonly string[]): string {
  const name = nearest(typed, names);
  return name === undefined ? '' : ` Did you mean "${name}"?`;
}

/** Letters put in, left out, exchanged, or swapped with the next one. */
function changesBetween(from: string, to: string): number {
  let [before, last]: [number[], number[]] = [[], Array.from({ length: to.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      }
      row.push(least);
    }
    [before, last] = [last, row];
  }
  return last[to.length] ?? 0;
}
