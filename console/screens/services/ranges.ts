// The stretch of time that is shown, as the address has it. Pure.
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export const RANGES = ['15m', '1h', '6h', '24h', '7d'] as const;
export type RangeName = (typeof RANGES)[number];

const LENGTHS: Record<RangeName, { readonly ms: number; readonly stepMs: number }> = {
  '15m': { ms: 15 * MINUTE_MS, stepMs: MINUTE_MS },
  '1h': { ms: HOUR_MS, stepMs: MINUTE_MS },
  '6h': { ms: 6 * HOUR_MS, stepMs: 5 * MINUTE_MS },
  '24h': { ms: 24 * HOUR_MS, stepMs: 10 * MINUTE_MS },
  '7d': { ms: 7 * 24 * HOUR_MS, stepMs: HOUR_MS },
};

export interface Stretch {
  /** ms since the epoch, on whole steps. */
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  /** It ends now, and moves on. */
  readonly isMoving: boolean;
}

export const isRange = (name: string): name is RangeName => (RANGES as readonly string[]).includes(name);

/** `1h` ends now; `1767600000000-1767603600000` is a part that somebody picked. What is neither is the last hour. */
export function stretchOf(text: string, now: number): Stretch {
  const [first = '', second = ''] = text.split('-');
  const [from, to] = [Number(first), Number(second)];
  if (first !== '' && second !== '' && Number.isSafeInteger(from) && Number.isSafeInteger(to) && to > from) {
    const stepMs = stepFor(to - from);
    return { from: floorTo(from, stepMs), to: floorTo(to + stepMs - 1, stepMs), stepMs, isMoving: false };
  }
  const { ms, stepMs } = LENGTHS[isRange(text) ? text : '1h'];
  const end = floorTo(now, stepMs) + stepMs;
  return { from: end - ms, to: end, stepMs, isMoving: true };
}

/** As the address has a part that was picked. */
export const pickedOf = (from: number, to: number): string => `${String(Math.round(from))}-${String(Math.round(to))}`;

/** `1m`, as the API takes a step. */
export const stepText = (stepMs: number): string => `${String(stepMs / MINUTE_MS)}m`;

const stepFor = (ms: number): number =>
  ms <= 2 * HOUR_MS ? MINUTE_MS : ms <= 12 * HOUR_MS ? 5 * MINUTE_MS : ms <= 48 * HOUR_MS ? 10 * MINUTE_MS : HOUR_MS;

const floorTo = (ms: number, step: number): number => Math.floor(ms / step) * step;
