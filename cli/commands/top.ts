// `flyball top`: services, busiest first, with what of their traffic fails and is refused, live in the terminal.
import { cell, fieldsOf, listed, type Fields } from '../answers.ts';
import type { Command, Outcome, World } from '../command.ts';
import { strange, type Answer, type ControlPlane } from '../control-plane.ts';
import { EXIT, Failure, WrongUsage } from '../failure.ts';
import { shown, table, textIn, type Line, type Tone } from '../line.ts';
import { isObject } from '../problem.ts';
import { serviceName } from '../rules-file.ts';
import { NOTHING, trafficOf, type Traffic } from '../traffic.ts';

const EVERY_S = 10;
/** Services whose breakers are looked at each time: each is a request. */
const MOST_LOOKED_AT = 30;
const AT_ONCE = 6;
const TEN_MINUTES_MS = 600_000;

/** The other screen of the terminal, so that what stood there comes back; and no cursor. */
const BEGIN = '\u001b[?1049h\u001b[?25l';
const END = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

interface Row extends Traffic {
  readonly service: string;
  readonly revision: number | undefined;
  readonly gray: number | undefined;
  /** Breakers that refuse calls, or some of them; unknown when undefined. */
  readonly notClosed: number | undefined;
}

export const top: Command = {
  name: 'top',
  summary: 'show services and how they fare, live',
  synopsis: '[<how their names begin>] [--every <seconds>] [--once]',
  help: `Services, busiest first: calls a second, the shares that failed and were refused, the
slowest caller's 99th percentile, over the last ten minutes that are summed up;
breakers that are not closed (of the ${String(MOST_LOOKED_AT)} busiest), and gray revisions.
^C ends it. One table, once, where the output is no terminal.

  --every <seconds>  how often it looks: ${String(EVERY_S)} unless told otherwise, at least 2
  --once             one table, also on a terminal`,
  options: { every: { type: 'string' }, once: { type: 'boolean' } },
  takes: { atLeast: 0, atMost: 1 },

  async run({ args: [prefix = ''], text, flag }, world) {
    const every = Number(text('every') ?? EVERY_S);
    if (!(every >= 2 && every <= 3_600)) throw new WrongUsage('--every is a number of seconds from 2 to 3600.');
    if (!/^[a-z0-9-]{0,64}$/.test(prefix)) throw new WrongUsage(`"${prefix}" is not how the name of a service begins.`);
    if (world.console.isTerminal && !flag('once') && !flag('json')) return live(world, prefix, every * 1_000);
    const rows = await new Look(world.controlPlane, prefix).rows();
    return { exitCode: EXIT.ok, lines: linesOf(rows), json: { services: rows } };
  },
};

/** Until somebody ends it, also while it looks. What cannot be read is said below what was known before. */
async function live({ controlPlane, console }: World, prefix: string, everyMs: number): Promise<Outcome> {
  const look = new Look(controlPlane, prefix);
  let lines: readonly Line[] = linesOf(await look.rows());
  let trouble: Line | undefined;
  const { promise: ended, resolve: end } = Promise.withResolvers<'stopped'>();
  const off = console.onStop(() => end('stopped'));
  console.write(BEGIN);
  try {
    for (;;) {
      console.write(screenOf(lines, trouble, console));
      if ((await console.wait(everyMs)) === 'stopped') break;
      const seen = await Promise.race([ended, lookAgain(look)]);
      if (seen === 'stopped') break;
      if (seen instanceof Failure) trouble = { text: seen.message, tone: 'bad' };
      else [lines, trouble] = [seen, undefined];
    }
  } finally {
    console.write(END);
    off();
  }
  return { exitCode: EXIT.ok, lines: [...lines], json: {} };
}

async function lookAgain(look: Look): Promise<Line[] | Failure> {
  try {
    return linesOf(await look.rows());
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

/** As many lines as there are, cut at the right edge: a line that broke would push the first ones out. */
export function screenOf(
  lines: readonly Line[],
  trouble: Line | undefined,
  { size, colour }: Pick<World['console'], 'size' | 'colour'>,
): string {
  const { rows, columns } = size();
  const room = Math.max(1, rows - 1 - (trouble === undefined ? 0 : 1));
  const seen = [...lines.slice(0, room), ...(trouble === undefined ? [] : [trouble])];
  const cut = (line: Line): Line => {
    const text = [...textIn(line)].slice(0, columns).join('');
    return typeof line === 'string' ? text : { ...line, text };
  };
  return `${HOME}${seen.map((line) => `${shown(cut(line), colour)}${CLEAR_LINE}`).join('\r\n')}${CLEAR_BELOW}`;
}

/** Looks again and again, each time at the last ten minutes of which all is known. */
class Look {
  readonly #controlPlane: ControlPlane;
  readonly #prefix: string;
  /** Until when all was known at the last look; the control plane's clock, not this machine's. */
  #knownUntil: string | undefined;

  constructor(controlPlane: ControlPlane, prefix: string) {
    this.#controlPlane = controlPlane;
    this.#prefix = prefix;
  }

  async rows(): Promise<Row[]> {
    const query = new URLSearchParams(this.#prefix === '' ? {} : { prefix: this.#prefix });
    const { rows: services } = await listed(this.#controlPlane, '/v1/services', 'services', { query });
    const traffic = trafficOf(await this.#topology());
    const all = services.map((one): Row => {
      const service = cell(one['service']);
      return { service, ...(traffic.get(service) ?? NOTHING), ...revisionsOf(one), notClosed: undefined };
    });
    return withBreakers(this.#controlPlane, all.toSorted(busiestFirst));
  }

  async #topology(): Promise<Fields> {
    // Of the last hour, to learn which ten minutes are the last.
    this.#knownUntil ??= untilOf(await this.#read(''));
    const fromMs = Date.parse(this.#knownUntil) - TEN_MINUTES_MS;
    const told = await this.#read(Number.isFinite(fromMs) ? `?from=${new Date(fromMs).toISOString()}` : '');
    this.#knownUntil = untilOf(told);
    return told;
  }

  async #read(query: string): Promise<Fields> {
    return fieldsOf(await this.#controlPlane.ask('GET', `/v1/telemetry/topology${query}`), 'a topology');
  }
}

const untilOf = (topology: Fields) => cell(topology['completeUntil']);

const busiestFirst = (a: Row, b: Row) => (b.perSecond ?? 0) - (a.perSecond ?? 0) || (a.service < b.service ? -1 : 1);

function revisionsOf({ revision, gray }: Fields): Pick<Row, 'revision' | 'gray'> {
  const number = (value: unknown) => (typeof value === 'number' ? value : undefined);
  return { revision: number(revision), gray: isObject(gray) ? number(gray['revision']) : undefined };
}

/** A few at a time; what has no rules has no breakers. */
async function withBreakers(controlPlane: ControlPlane, rows: readonly Row[]): Promise<Row[]> {
  const looked: Row[] = [];
  const wanted = rows.slice(0, MOST_LOOKED_AT);
  for (let first = 0; first < wanted.length; first += AT_ONCE) {
    const some = wanted.slice(first, first + AT_ONCE);
    looked.push(
      ...(await Promise.all(some.map(async (row) => ({ ...row, notClosed: await notClosed(controlPlane, row) })))),
    );
  }
  return [...looked, ...rows.slice(MOST_LOOKED_AT)];
}

async function notClosed(controlPlane: ControlPlane, { service, revision }: Row): Promise<number | undefined> {
  if (revision === undefined) return undefined;
  const path = `/v1/services/${serviceName(service)}/breakers`;
  const answer = await controlPlane.ask('GET', path, { accept: [404] });
  if (answer.status >= 300) return undefined;
  const breakers = listIn(answer);
  const each = breakers.filter(isObject).flatMap(oneByOne);
  return each.filter(({ state }) => state !== 'CLOSED' && state !== 'FORCED_CLOSED').length;
}

/** @throws {Unreachable} when it is none. */
function listIn(answer: Answer): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(answer.text);
    if (Array.isArray(value)) return value;
  } catch {
    // Told below, together with JSON that is no list.
  }
  throw strange('a list of breakers', answer);
}

/** Of a rule with a key, the breakers of its values. */
function oneByOne(breaker: Fields): Fields[] {
  const { keys } = breaker;
  return Array.isArray(keys) ? keys.filter(isObject) : [breaker];
}

function linesOf(rows: readonly Row[]): Line[] {
  if (rows.length === 0) return ['There are no such services.'];
  return table(
    rows,
    [
      { title: 'SERVICE', of: ({ service }) => service },
      { title: 'CALLS/S', of: ({ perSecond }) => rounded(perSecond) },
      { title: 'ERRORS %', of: ({ errorShare }) => percent(errorShare) },
      { title: 'REFUSED %', of: ({ refusedShare }) => percent(refusedShare) },
      { title: 'P99 MS', of: ({ p99Ms }) => rounded(p99Ms) },
      { title: 'BREAKERS', of: ({ notClosed: count }) => count },
      { title: 'REVISION', of: ({ revision }) => revision },
      { title: 'GRAY', of: ({ gray }) => gray },
    ],
    toneOf,
  );
}

const rounded = (value: number | undefined) => (value === undefined ? undefined : Number(value.toPrecision(3)));
const percent = (share: number | undefined) => (share === undefined ? undefined : Math.round(share * 10_000) / 100);

const ALARMING = 0.05;

function toneOf({ errorShare = 0, refusedShare = 0, notClosed: open = 0, gray }: Row): Tone | undefined {
  if (errorShare >= ALARMING || open > 0) return 'bad';
  return refusedShare >= ALARMING || gray !== undefined ? 'changed' : undefined;
}
