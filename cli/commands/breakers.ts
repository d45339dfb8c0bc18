// `flyball breakers`: how the breakers of a service stand and why, and how one of them came to it.
import type { Command, Given, Outcome } from '../command.ts';
import { strange, type Answer, type ControlPlane } from '../control-plane.ts';
import { EXIT, WrongUsage } from '../failure.ts';
import { isObject, textOf } from '../problem.ts';
import { serviceName } from '../rules-file.ts';
import { changeOf, detailsOf, standingOf } from './breaker-words.ts';

const PAGE = 200;
const DEFAULT_LIMIT = 20;

export const breakers: Command = {
  name: 'breakers',
  summary: 'tell how breakers stand, why, and when they try again',
  synopsis: '<service> [<breaker>] [--key <part=value>] [--transitions [--limit <number>]]',
  help: `Tells of each breaker which state it is in and since when, why, who moved it, and
when it tries again. A breaker is named as its dependency, or resource:<name>.

  --key <part=value>   of a rule with a key the one of this value: client=ada;
                       of several parts client=ada&header:x-plan=gold
  --stored <key>       the same as the table has it, as other answers show it
  --transitions        how this breaker came to it, newest first
  --limit <number>     so many of them (${String(DEFAULT_LIMIT)} unless told otherwise)`,
  options: {
    key: { type: 'string' },
    stored: { type: 'string' },
    transitions: { type: 'boolean' },
    limit: { type: 'string' },
  },
  takes: { atLeast: 1, atMost: 2 },

  async run(given, { controlPlane }) {
    const [service = '', name] = given.args;
    const path = `/v1/services/${serviceName(service)}/breakers`;
    if (given.flag('transitions')) {
      if (name === undefined)
        throw new WrongUsage('Say of which breaker: flyball breakers <service> <breaker> --transitions');
      return transitions(controlPlane, `${path}/${encodeURIComponent(name)}/transitions`, given);
    }
    if (given.text('limit') !== undefined) throw new WrongUsage('--limit is of changes: add --transitions.');
    const one = name === undefined ? '' : `/${encodeURIComponent(name)}`;
    const answer = await controlPlane.ask('GET', `${path}${one}${queryOf(given)}`);
    const all = breakersIn(answer, name !== undefined);
    const lines = all.flatMap(linesOf);
    return {
      exitCode: EXIT.ok,
      lines: lines.length > 0 ? lines : [`The rules of ${service} have no breakers.`],
      json: { service, breakers: all },
    };
  },
};

/** The parts of a key as the control plane reads them, each its own parameter. */
export function keyParts(text: string): string[] {
  return text.split('&');
}

function queryOf({ text }: Given, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(more);
  for (const part of keyParts(text('key') ?? '')) if (part !== '') query.append('key', part);
  const stored = text('stored');
  if (stored !== undefined) query.set('stored', stored);
  const asked = query.toString();
  return asked === '' ? '' : `?${asked}`;
}

type Fields = Readonly<Record<string, unknown>>;

function breakersIn(answer: Answer, one: boolean): Fields[] {
  const value = parsed(answer);
  const all = one ? [value] : value;
  if (!Array.isArray(all) || !all.every(isObject)) throw strange('a list of breakers', answer);
  return all;
}

function linesOf(breaker: Fields): string[] {
  const name = String(breaker['name']);
  const { keyedBy, keys } = breaker as Record<string, unknown>;
  const details = (one: Fields, indent: string) => detailsOf(one).map((line) => `${indent}${line}`);
  if (!Array.isArray(keys)) {
    const key = textOf(breaker['key']);
    return [standingOf(key === undefined ? name : `${name} [${key}]`, breaker), ...details(breaker, '  ')];
  }
  const parts = Array.isArray(keyedBy) ? keyedBy.join(', ') : '';
  const each = keys.filter(isObject);
  const of = each.length > 0 ? 'those that changed in the last day:' : 'none has changed in the last day';
  return [
    `${name}: one for each ${parts}; ${of}`,
    ...each.flatMap((one) => [`  ${standingOf(String(one['key']), one)}`, ...details(one, '    ')]),
  ];
}

async function transitions(controlPlane: ControlPlane, path: string, given: Given): Promise<Outcome> {
  const limit = limitOf(given.text('limit'));
  const found: Fields[] = [];
  let cursor: string | undefined;
  do {
    const page = String(Math.min(PAGE, limit - found.length));
    const query = queryOf(given, cursor === undefined ? { limit: page } : { limit: page, cursor });
    const answer = await controlPlane.ask('GET', `${path}${query}`);
    const told = parsed(answer);
    if (!isObject(told) || !Array.isArray(told['transitions'])) throw strange('a list of changes', answer);
    found.push(...told['transitions'].filter(isObject));
    cursor = textOf(told['cursor']);
  } while (cursor !== undefined && found.length < limit);
  const lines = found.map(changeOf);
  if (lines.length === 0) lines.push('It has not changed in 90 days.');
  if (cursor !== undefined) lines.push('There are more: --limit');
  return { exitCode: EXIT.ok, lines, json: { transitions: found, more: cursor !== undefined } };
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (limit < 1) throw new WrongUsage('--limit is a number from 1 to 99999.');
  return limit;
}

function parsed({ text }: Answer): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
