// Which hour the map is of, and which five minutes of it are shown: the newest, or those that the address names. Pure.
export const STEP_MS = 5 * 60_000;
export const STEPS = 12;
const HOUR_MS = STEP_MS * STEPS;

export interface Shown {
  /** Beginning and end of the five minutes, epoch ms. */
  readonly from: number;
  readonly to: number;
  /** The end of the last five minutes that can be chosen. */
  readonly last: number;
  readonly live: boolean;
  /** Whether they lie before the last hour: then the map is of the hour that ends with them. */
  readonly older: boolean;
}

/** `complete` is until when all is summed up; `at` the end that the address names, as it stands there. */
export function shownOf(complete: number, at: string): Shown {
  const newest = Math.floor(complete / STEP_MS) * STEP_MS;
  const named = Math.floor(Date.parse(at) / STEP_MS) * STEP_MS;
  const live = !Number.isFinite(named) || named > newest;
  const to = live ? newest : named;
  const older = to <= newest - HOUR_MS;
  return { from: to - STEP_MS, to, last: older ? to : newest, live, older };
}

/** The end of the five minutes at a step of the slider, 1 to STEPS, as it stands in the address. */
export const endAt = (last: number, step: number): string => new Date(last - (STEPS - step) * STEP_MS).toISOString();

export const stepOf = ({ to, last }: Shown): number => STEPS - Math.round((last - to) / STEP_MS);

export const queryOfRange = (from: number, to: number): string =>
  `?from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`;

export const queryOfHour = (to: number): string => queryOfRange(to - HOUR_MS, to);
