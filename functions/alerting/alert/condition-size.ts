// How much of a condition is kept: an item of the table has room for 400 KB, and all open alerts are read each minute. Pure.
import type { Condition } from '../condition.ts';

const LONGEST_TEXT = 500;
const LONGEST_LINE = 300;
const MOST_LINES = 12;
const MOST_NAMES = 50;

export function shortened(condition: Condition): Condition {
  const { summary, exception, blocks, tags, channels } = condition;
  return {
    ...condition,
    summary: cut(summary, LONGEST_TEXT),
    ...(exception ? { exception: exception.slice(0, MOST_LINES).map((line) => cut(line, LONGEST_LINE)) } : {}),
    ...(blocks ? { blocks: some(blocks) } : {}),
    ...(tags ? { tags: some(tags) } : {}),
    ...(channels ? { channels: some(channels) } : {}),
  };
}

const some = (names: readonly string[]): string[] => names.slice(0, MOST_NAMES).map((name) => cut(name, LONGEST_LINE));

/** No half of a character is left at the end. */
const cut = (text: string, longest: number): string =>
  text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`;
