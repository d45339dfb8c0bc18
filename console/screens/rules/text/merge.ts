// Two people's changes to one text, line by line: put together where they do not touch each other.
interface Hunk {
  /** Lines of the base that are replaced, and by what. */
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

/** Cells of the table that two differing middles are compared by; beyond that they count as one change. */
const MOST_CELLS = 4_000_000;

/** What turns `base` into `next`. */
export function hunksOf(base: readonly string[], next: readonly string[]): Hunk[] {
  let first = 0;
  while (first < base.length && first < next.length && base[first] === next[first]) first += 1;
  let [endA, endB] = [base.length, next.length];
  while (endA > first && endB > first && base[endA - 1] === next[endB - 1]) {
    endA -= 1;
    endB -= 1;
  }
  const [a, b] = [base.slice(first, endA), next.slice(first, endB)];
  if (a.length === 0 && b.length === 0) return [];
  if (a.length === 0 || b.length === 0 || a.length * b.length > MOST_CELLS)
    return [{ from: first, to: endA, lines: b }];
  return between(a, b).map(({ from, to, lines }) => ({ from: from + first, to: to + first, lines }));
}

/** By the longest common subsequence. */
function between(a: readonly string[], b: readonly string[]): Hunk[] {
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      longest[i * width + j] =
        a[i] === b[j]
          ? (longest[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0);
    }
  }
  const hunks: Hunk[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      i += 1;
      j += 1;
      continue;
    }
    const [fromA, fromB] = [i, j];
    while ((i < a.length || j < b.length) && !(i < a.length && j < b.length && a[i] === b[j])) {
      const down = i < a.length ? (longest[(i + 1) * width + j] ?? 0) : -1;
      const right = j < b.length ? (longest[i * width + j + 1] ?? 0) : -1;
      if (down >= right) i += 1;
      else j += 1;
    }
    hunks.push({ from: fromA, to: i, lines: b.slice(fromB, j) });
  }
  return hunks;
}

/** Undefined where both changed the same lines differently. */
export function merged(base: string, mine: string, theirs: string): string | undefined {
  const lines = base.split('\n');
  const [ours, others] = [hunksOf(lines, mine.split('\n')), hunksOf(lines, theirs.split('\n'))];
  const all: Hunk[] = [...ours];
  for (const hunk of others) {
    const twin = ours.find((one) => touches(one, hunk));
    if (!twin) all.push(hunk);
    else if (twin.from !== hunk.from || twin.to !== hunk.to || twin.lines.join('\n') !== hunk.lines.join('\n')) {
      return undefined;
    }
  }
  all.sort((one, other) => other.from - one.from);
  for (const { from, to, lines: next } of all) lines.splice(from, to - from, ...next);
  return lines.join('\n');
}

/** Side by side counts: which of the two comes first, nobody said. */
const touches = (one: Hunk, other: Hunk): boolean => one.from <= other.to && other.from <= one.to;
