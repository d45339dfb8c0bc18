// Reads the strings of a rule document: durations, sizes and shares. Pure, small, used when rules are compiled.

const DURATION_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration such as `500ms`, `5s`, `10m`, `2h`, `1d`, in ms. @throws {RangeError} naming the offending text. */
export function parseDuration(text: string): number {
  const found = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|min|h|d)$/.exec(text);
  const ms = Number(found?.[1]) * (DURATION_MS[found?.[2] ?? ''] ?? NaN);
  if (!(ms > 0) || ms > 400 * 86_400_000) {
    throw new RangeError(`"${text}" is not a duration; write 500ms, 5s, 10m, 2h or 1d, more than zero`);
  }
  return ms;
}

const BYTES: Record<string, number> = { b: 1, kb: 1_024, mb: 1_024 * 1_024 };

/** A size such as `512kb` or `10mb`, in bytes; of 1,024 each, as Lambda counts. @throws {RangeError} naming the offending text. */
export function parseSize(text: string): number {
  const found = /^([0-9]+(?:\.[0-9]+)?)(b|kb|mb)$/.exec(text);
  const bytes = Number(found?.[1]) * (BYTES[found?.[2] ?? ''] ?? NaN);
  if (!(bytes >= 1)) throw new RangeError(`"${text}" is not a size; write 512kb or 10mb, more than zero`);
  return Math.floor(bytes);
}

/** A share such as `5%` or `0.5%`, as a number between 0 and 1. @throws {RangeError} naming the offending text. */
export function parseShare(text: string): number {
  const found = /^([0-9]+(?:\.[0-9]+)?)%$/.exec(text);
  const share = Number(found?.[1]) / 100;
  if (!(share >= 0 && share <= 1)) throw new RangeError(`"${text}" is not a share; write a percentage from 0% to 100%`);
  return share;
}
