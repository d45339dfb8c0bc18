// What a chart is made of, and the arithmetic of drawing it. Pure.
export type Values = readonly (number | null)[];

/** A colour of the page's tokens: `ok` is `--ok`. */
export type Token = 'accent' | 'ok' | 'warn' | 'bad' | 'held' | 'off' | 'text' | 'quiet';

export interface ChartLine {
  readonly key: string;
  readonly title: string;
  /** One for each moment; null where nothing is known, which leaves a gap. */
  readonly values: Values;
  readonly colour: Token;
  readonly kind?: 'line' | 'points' | 'bars';
  /** Fills down to the axis; stacked lines are always filled. */
  readonly fill?: boolean;
  readonly dash?: boolean;
}

/** A value that holds all the time, e.g. a limit. */
export interface ChartLimit {
  readonly title: string;
  readonly value: number;
  readonly colour: Token;
}

/** What is expected: the space between two lines, shaded. */
export interface ChartBand {
  readonly title: string;
  readonly low: Values;
  readonly high: Values;
  readonly colour: Token;
}

/** Shades behind the lines: how many fell between two values, at each moment. */
export interface ChartHeat {
  readonly title: string;
  readonly rows: readonly { readonly over: number; readonly upTo: number; readonly counts: readonly number[] }[];
}

/** Each line on top of those before it; where a line knows nothing it adds nothing, where none does there is a gap. */
export function stacked(lines: readonly Values[]): Values[] {
  const sums: (number | null)[] = [];
  return lines.map((values) => {
    values.forEach((value, i) => {
      const below = sums[i] ?? null;
      sums[i] = value === null ? below : (below ?? 0) + value;
    });
    return values.map((_, i) => sums[i] ?? null);
  });
}

/** Where a value stands between two gaps: no line reaches it, so it is drawn as a point. */
export function isolated(values: Values): number[] {
  return values.flatMap((value, i) =>
    value !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null ? [i] : [],
  );
}

/** The largest of what is known and of `others`; 0 of nothing. */
export const topOf = (lines: readonly Values[], others: readonly number[] = []): number =>
  [...lines.flat(), ...others].reduce<number>((top, value) => (value !== null && value > top ? value : top), 0);

/** The least above 0 of what is known; undefined of nothing. */
export const leastOf = (lines: readonly Values[]): number | undefined =>
  lines
    .flat()
    .reduce<number | undefined>(
      (least, value) => (value !== null && value > 0 && (least === undefined || value < least) ? value : least),
      undefined,
    );

/** An axis' end above `top`: 1, 2, 2.5 or 5 times a power of ten, so that it stays while values move a little. */
export function niceTop(top: number): number {
  if (!(top > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(top));
  const step = [1, 2, 2.5, 5, 10].find((one) => one * power >= top * 1.02) ?? 10;
  return step === 10 && top * 1.02 > 10 * power ? 20 * power : step * power;
}

/** The beginning of a logarithmic axis at or below `least`: one digit, since its marks are counted from there. */
export function niceFoot(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return Math.floor(least / power) * power;
}

/** How strongly a count is shaded, 0 to 1: by its logarithm, so that one slow call among thousands is still seen. */
export const shadeOf = (count: number, most: number): number =>
  count <= 0 || most <= 0 ? 0 : 0.12 + 0.88 * (Math.log1p(count) / Math.log1p(most));
