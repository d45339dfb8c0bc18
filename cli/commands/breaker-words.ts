// Breakers in words: how one stands, why, who moved it, and when it tries again.
import { isObject, textOf } from '../problem.ts';

type Fields = Readonly<Record<string, unknown>>;

/** One line; `name` says which it is. */
export function standingOf(name: string, breaker: Fields): string {
  const parts = [`${name}: ${String(breaker['state'])}${rampingAt(breaker)}`];
  const since = textOf(breaker['since']);
  if (since !== undefined) parts.push(`since ${since}`);
  const mode = textOf(breaker['mode']);
  if (mode !== undefined && mode !== 'enforce') parts.push(`(mode ${mode})`);
  return `${parts.join(' ')}${counted(breaker)}`;
}

/** What passes and what is refused by force is not counted. */
function counted({ window, forced }: Fields): string {
  if (isObject(forced)) return '; nothing is counted while it is forced';
  return isObject(window) ? `; ${countsOf(window)} in the window` : '';
}

/** A breaker on its ramp is closed, and refuses nevertheless. */
function rampingAt({ ramp }: Fields): string {
  return isObject(ramp) && textOf(ramp['stageEndsAt']) !== undefined ? ` (ramp ${percent(ramp['share'])})` : '';
}

/** What an operator asks at night, a line each. */
export function detailsOf(breaker: Fields): string[] {
  const lines: string[] = [];
  const { because, forced, beneath } = breaker as Record<string, unknown>;
  if (isObject(because)) lines.push(`why: ${causeOf(because)}`);
  if (isObject(forced))
    lines.push(`forced by ${String(forced['by'])} ${untilOf(forced['until'])}: ${String(forced['reason'])}`);
  if (isObject(beneath)) lines.push(`beneath: ${String(beneath['state'])}${rampingAt(beneath)}`);
  else lines.push(...courseOf(breaker));
  return lines;
}

function courseOf({ openUntil: until, ramp, probes, ...breaker }: Fields): string[] {
  const lines: string[] = [];
  const openUntil = textOf(until);
  if (openUntil !== undefined) lines.push(`tries again: ${openUntil}`);
  if (Array.isArray(probes)) {
    const out = probes.filter(isObject).map(({ by, until }) => `${String(by)} (until ${String(until)})`);
    lines.push(
      `probes out: ${out.length > 0 ? out.join(', ') : 'none'}; ${countsOf(breaker, ['successes', 'failed', 'slowed'])}`,
    );
  }
  if (isObject(ramp) && textOf(ramp['stageEndsAt']) !== undefined) {
    lines.push(`lets in ${percent(ramp['share'])} until ${String(ramp['stageEndsAt'])}`);
  }
  return lines;
}

/** One change, on one line. */
export function changeOf(transition: Fields): string {
  const { at, from, to, key, until } = transition;
  const of = typeof key === 'string' ? ` [${key}]` : '';
  const end = typeof until === 'string' ? `, until ${until}` : '';
  return `${String(at)}${of} ${String(from)} > ${String(to)}${end}: ${causeOf(transition)}`;
}

const CAUSES: Readonly<Record<string, string>> = {
  failureRate: 'too many calls failed',
  slowRate: 'too many calls were slow',
  surge: 'failures surged',
  probing: 'its time was over, and a call was let through',
  probeFailed: 'its probes failed',
  probesPassed: 'its probes passed',
  forced: 'forced',
  forcedUntil: 'the time it was forced for was over',
  released: 'released',
};

function causeOf({ cause, by, function: name, counts, reason }: Fields): string {
  const what = CAUSES[String(cause)] ?? String(cause);
  const numbers = isObject(counts) ? ` (${countsOf(counts)})` : '';
  const who = typeof name === 'string' ? `${name}, instance ${String(by)}` : String(by);
  return `${what}${numbers}, by ${who}${typeof reason === 'string' ? `: ${reason}` : ''}`;
}

const COUNTED: Readonly<Record<string, string>> = { reporters: 'instances' };

/** In the order they are read in; the table gives the members of an item's map in any. */
const COUNTS = ['calls', 'failures', 'slow', 'overMs', 'reporters', 'successes', 'failed', 'slowed'];

function countsOf(counts: Fields, names: readonly string[] = inOrder(counts)): string {
  const said = names.flatMap((name) => {
    const count = counts[name];
    if (typeof count !== 'number') return [];
    return name.endsWith('Ms')
      ? [`in ${String(count / 1000)} s`]
      : [`${String(Math.round(count * 100) / 100)} ${COUNTED[name] ?? name}`];
  });
  return said.join(', ');
}

const untilOf = (until: unknown) => (typeof until === 'string' ? `until ${until}` : 'until it is released');
const percent = (share: unknown) => (typeof share === 'number' ? `${String(share * 100)}%` : 'some');

/** What has no place of its own comes last, by name. */
function inOrder(counts: Fields): string[] {
  const place = (name: string) => (COUNTS.includes(name) ? COUNTS.indexOf(name) : COUNTS.length);
  return Object.keys(counts).toSorted((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}
