// What somebody probably meant to write: the known name that the fewest changed letters lead to.

/** More changes than these make another word of it. */
const MOST_CHANGES = 2;

/** The known name nearest to `written`, or undefined when none is near. Case does not count. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, changes: distance(written.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, changes }) => changes <= Math.min(MOST_CHANGES, name.length / 2))
    .sort((a, b) => a.changes - b.changes);
  return ranked[0]?.name;
}

/** Letters to add, drop or replace to make `b` of `a` (Levenshtein), row by row (Wagner, Fischer). */
export function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, letter] of [...a].entries()) {
    const row = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const replaced = (above[j] ?? 0) + (letter === other ? 0 : 1);
      row.push(Math.min(replaced, (above[j + 1] ?? 0) + 1, (row[j] ?? 0) + 1));
    }
    above = row;
  }
  return above.at(-1) ?? 0;
}
