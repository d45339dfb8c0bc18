// Chooses what of a message is said where there is room for so much: every alert first, then its facts, then details.
import type { Line, MessageText } from './text.ts';

export interface Fitted {
  readonly lines: readonly Line[];
  /** Something is left out, and the last lines say so. */
  readonly cut: boolean;
}

/** A line between two notices. */
const GAP: Line = [];

/**
 * At most `limit`, by what `sizeOf` says that a line takes, its end included.
 * The title is left to the caller, who says how much of the limit it takes.
 */
export function fitted(text: MessageText, limit: number, sizeOf: (line: Line) => number): Fitted {
  const total = (lines: readonly Line[]) => lines.reduce((sum, line) => sum + sizeOf(line), 0);
  const all = text.notices.length;
  // The longest that can become necessary has its room from the start.
  const longest = [note(all, all), moreOf(text.more + all)].filter((line) => line !== undefined);
  let left = limit - total(text.intro) - total(text.end) - total(longest) - sizeOf(GAP);
  const take = (size: number) => {
    if (size > left) return false;
    left -= size;
    return true;
  };
  const chosen: { readonly head: Line; facts: readonly Line[]; details: readonly Line[] }[] = [];
  for (const { head } of text.notices) {
    if (!take(sizeOf(head) + sizeOf(GAP))) break;
    chosen.push({ head, facts: [], details: [] });
  }
  let shortened = 0;
  for (const part of ['facts', 'details'] as const) {
    for (const [i, notice] of chosen.entries()) {
      const lines = text.notices[i]?.[part] ?? [];
      if (take(total(lines))) notice[part] = lines;
      else shortened += 1;
    }
  }
  const unlisted = all - chosen.length;
  const notices = chosen.flatMap(({ head, facts, details }) => [GAP, head, ...facts, ...details]);
  const notes = [moreOf(text.more + unlisted), note(shortened, unlisted)].filter((line) => line !== undefined);
  return {
    lines: withoutFirstGap([...text.intro, ...notices, GAP, ...notes, ...text.end]),
    cut: shortened > 0 || unlisted > 0,
  };
}

function withoutFirstGap(lines: readonly Line[]): readonly Line[] {
  return lines[0] === GAP ? lines.slice(1) : lines;
}

function moreOf(count: number): Line | undefined {
  return count > 0 ? [{ text: `And ${count} more that ${count === 1 ? 'is' : 'are'} not listed here.` }] : undefined;
}

function note(shortened: number, unlisted: number): Line | undefined {
  if (shortened + unlisted === 0) return undefined;
  return [{ text: 'Shortened to what this channel takes: the console has all of it.' }];
}
