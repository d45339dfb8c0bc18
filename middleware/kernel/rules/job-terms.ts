// Reads what jobs are held to: failures of runs, times of the day, bounds of counts. Pure; the control plane alone runs it.

/** More runs than this are not looked back upon. */
const MOST_RUNS = 20;

/** So many failures among so many runs, such as `2 of 5`. @throws {RangeError} naming the offending text. */
export function parseFailures(text: string): { readonly failures: number; readonly of: number } {
  const found = /^([1-9]\d?) of ([1-9]\d?)$/.exec(text);
  const [failures, of] = [Number(found?.[1]), Number(found?.[2])];
  if (!(failures <= of && of <= MOST_RUNS)) {
    throw new RangeError(`"${text}" is not such as 2 of 5: so many failures of so many runs, ${MOST_RUNS} at most`);
  }
  return { failures, of };
}

/** `06:00`, as minute and hour. @throws {RangeError} naming the offending text. */
export function parseTimeOfDay(text: string): { readonly hour: number; readonly minute: number } {
  const found = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (!found) throw new RangeError(`"${text}" is not a time of the day; write 06:00 or 23:30`);
  return { hour: Number(found[1]), minute: Number(found[2]) };
}

/** Part of the median of the last runs, such as `50% of the median of 10`. @throws {RangeError} naming the offending text. */
export function parseMedianShare(text: string): { readonly share: number; readonly of: number } {
  const found = /^([1-9]\d{0,3})% of the median of ([1-9]\d?)$/.exec(text);
  const [share, of] = [Number(found?.[1]) / 100, Number(found?.[2])];
  if (!(share > 0 && of <= MOST_RUNS)) {
    throw new RangeError(`"${text}" is not a number or such as 50% of the median of 10, of ${MOST_RUNS} runs at most`);
  }
  return { share, of };
}

/** So many times as much, such as `3x` or `1.5x`. @throws {RangeError} naming the offending text. */
export function parseTimes(text: string): number {
  const times = Number(/^(\d{1,3}(?:\.\d{1,2})?)x$/.exec(text)?.[1]);
  if (!(times > 1)) throw new RangeError(`"${text}" is not such as 3x: more than 1x, and less than 1000x`);
  return times;
}
