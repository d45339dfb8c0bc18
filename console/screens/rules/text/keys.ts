// What editing keys do to a text: where a new line begins, and moving lines in and out.
export interface Edit {
  /** What is replaced, and by what. */
  readonly from: number;
  readonly to: number;
  readonly insert: string;
  /** What is selected afterwards. */
  readonly selection: readonly [number, number];
}

/** Enter: as deep as the line before, and deeper behind a key that holds a mapping. */
export function newLine(text: string, from: number, to: number): Edit {
  const start = text.lastIndexOf('\n', from - 1) + 1;
  const line = text.slice(start, from);
  const indent = /^ */.exec(line)?.[0] ?? '';
  const opens = /^[^#]*:[ \t]*(#.*)?$/.test(line) || /^[^#]*:[ \t]+[|>][+-]?$/.test(line);
  const insert = `\n${indent}${opens ? '  ' : ''}`;
  const at = from + insert.length;
  return { from, to, insert, selection: [at, at] };
}

/** Two spaces more, or less, for every line that the selection touches. */
export function shift(text: string, from: number, to: number, by: 'in' | 'out'): Edit {
  const start = text.lastIndexOf('\n', from - 1) + 1;
  const found = text.indexOf('\n', to);
  const end = found === -1 ? text.length : found;
  const lines = text.slice(start, end).split('\n');
  const moved = lines.map((line) => (by === 'in' ? (line === '' ? '' : `  ${line}`) : line.replace(/^ {1,2}/, '')));
  const insert = moved.join('\n');
  const first = (moved[0]?.length ?? 0) - (lines[0]?.length ?? 0);
  const selection = [Math.max(start, from + first), Math.max(start, to + insert.length - (end - start))] as const;
  return { from: start, to: end, insert, selection };
}
