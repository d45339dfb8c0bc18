// A line of what a command says, and how it may be coloured; and tables made of such lines.
import { printable } from './printable.ts';

export type Tone = 'good' | 'bad' | 'changed' | 'head';

export interface Toned {
  readonly text: string;
  readonly tone: Tone;
}

/** Plain text, or text that stands out where colours are shown. */
export type Line = string | Toned;

const CODES: Readonly<Record<Tone, number>> = { good: 32, bad: 31, changed: 33, head: 1 };

/** As it is printed: nothing in it that a terminal obeys, but for the colour around it. */
export function shown(line: Line, colour: boolean): string {
  const text = printable(textIn(line));
  return colour && typeof line !== 'string' ? `\u001b[${String(CODES[line.tone])}m${text}\u001b[0m` : text;
}

export function textIn(line: Line): string {
  return typeof line === 'string' ? line : line.text;
}

export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => string | number | undefined;
}

/** Columns as wide as they must be, numbers to the right; a cell without a value is empty. */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  toneOf: (row: Row) => Tone | undefined = () => undefined,
): Line[] {
  const cells = rows.map((row) => columns.map(({ of }) => of(row)));
  const texts = cells.map((row) => row.map((cell) => printable(String(cell ?? ''))));
  const widths = columns.map(({ title }, i) => Math.max(title.length, ...texts.map((row) => lengthOf(row[i] ?? ''))));
  const isNumber = columns.map((_, i) => cells.length > 0 && cells.every((row) => typeof (row[i] ?? 0) === 'number'));
  const joined = (row: readonly string[]) =>
    row
      .map((text, i) => {
        const gap = ' '.repeat(Math.max(0, (widths[i] ?? 0) - lengthOf(text)));
        return isNumber[i] ? gap + text : text + gap;
      })
      .join('  ')
      .trimEnd();
  const body = texts.map((row, i): Line => {
    const [of, text] = [rows[i], joined(row)];
    const tone = of === undefined ? undefined : toneOf(of);
    return tone === undefined ? text : { text, tone };
  });
  return [{ text: joined(columns.map(({ title }) => title)), tone: 'head' }, ...body];
}

const lengthOf = (text: string) => [...text].length;
