// Days of the week as people write them: `mon-fri`, `sun`.

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** The numbers of days, 0 being Sunday; a range may go over the end of a week. @throws {RangeError} naming the text. */
export function weekdaysOf(days: readonly string[]): number[] {
  return [...new Set(days.flatMap(weekdaysOfOne))].sort((a, b) => a - b);
}

export function weekdaysOfOne(text: string): number[] {
  const [first = '', last = first, ...rest] = text.split('-');
  const [from, to] = [DAYS.indexOf(first), DAYS.indexOf(last)];
  if (from < 0 || to < 0 || rest.length > 0) {
    throw new RangeError(`"${text}" is not a day of the week; write mon, or mon-fri`);
  }
  const length = ((to - from + 7) % 7) + 1;
  return Array.from({ length }, (_, i) => (from + i) % 7);
}
