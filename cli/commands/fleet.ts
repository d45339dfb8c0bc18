// `flyball fleet`: which instances run what, how they stand to what is published, and how the last publication came to them.
import { cell, fieldsOf, listed, moment, type Fields } from '../answers.ts';
import type { Command } from '../command.ts';
import { EXIT, WrongUsage } from '../failure.ts';
import { table, type Line, type Tone } from '../line.ts';
import { isObject } from '../problem.ts';
import { serviceName } from '../rules-file.ts';

const DEFAULT_LIMIT = 20;
const STANDINGS = ['current', 'gray', 'stale', 'rejected', 'unknown'] as const;

export const fleet: Command = {
  name: 'fleet',
  summary: 'tell which instances run which revision, and which do not get it',
  synopsis: '<service> [--limit <number>]',
  help: `Tells how many instances have reported within four minutes, on which revision,
library and function version, how the last publication came to them, and lists
them: current, gray, stale (on an older revision though it was published more
than 10 s before they reported), rejected (their library cannot follow it) or
unknown (not heard of since).

  --limit <number>  so many instances (${String(DEFAULT_LIMIT)} unless told otherwise), by their names`,
  options: { limit: { type: 'string' } },
  takes: { atLeast: 1, atMost: 1 },

  async run({ args: [name = ''], text }, { controlPlane }) {
    const service = serviceName(name);
    const most = limitOf(text('limit'));
    const path = `/v1/services/${service}/fleet`;
    const told = fieldsOf(await controlPlane.ask('GET', `${path}?limit=1`), 'a fleet');
    const { rows, more } = await listed(controlPlane, path, 'instances', { most });
    const { published, summary, convergence } = told;
    const lines = [
      ...summaryLines(service, isObject(published) ? published : undefined, isObject(summary) ? summary : {}),
      ...(isObject(convergence) ? convergenceLines(convergence) : []),
      ...(rows.length > 0 ? ['', ...instanceLines(rows)] : []),
      ...(more ? ['There are more: --limit'] : []),
    ];
    const json = { service, published, summary, convergence, instances: rows, more };
    return { exitCode: EXIT.ok, lines, json };
  },
};

function summaryLines(service: string, published: Fields | undefined, summary: Fields): Line[] {
  const gray = isObject(published?.['gray']) ? `, and ${cell(published['gray']['revision'])} to part of the fleet` : '';
  const what = published
    ? `revision ${cell(published['revision'])} since ${moment(published['publishedAt'])}${gray}`
    : 'no rules';
  const when = summary['counted'] === 'minute' ? 'in the last minute that is complete' : 'within four minutes';
  const standings = STANDINGS.filter((standing) => Number(summary[standing] ?? 0) > 0);
  const counted = standings.map((standing) => `${cell(summary[standing])} ${standing}`).join(', ');
  const bad = Number(summary['stale'] ?? 0) + Number(summary['rejected'] ?? 0) > 0;
  const instances = `${cell(summary['instances'])} instances have reported ${when}`;
  const text = `  ${instances}${counted === '' ? '' : `: ${counted}`}`;
  return [
    `${service}: ${what}`,
    bad ? { text, tone: 'bad' } : text,
    ...countsLine('revisions', summary['revisions']),
    ...countsLine('flyball', summary['versions']),
    ...countsLine('functions', summary['functions']),
  ];
}

function countsLine(title: string, counts: unknown): Line[] {
  if (!isObject(counts) || Object.keys(counts).length === 0) return [];
  const ranked = Object.entries(counts).sort(([, a], [, b]) => Number(b) - Number(a));
  return [`  ${title}: ${ranked.map(([name, count]) => `${name} (${cell(count)})`).join(', ')}`];
}

function convergenceLines({ minutes, reached }: Fields): Line[] {
  const shares = Array.isArray(minutes) ? minutes.filter(isObject) : [];
  const within = isObject(reached) ? Math.ceil(Number(reached['withinMs']) / 1000) : undefined;
  const said = within === undefined ? 'not known yet' : `95 of 100 within ${String(within)} s at the latest`;
  const each = shares.map(({ share }) => `${String(Math.round(1000 * Number(share)) / 10)}%`);
  return [`  since it was published: ${said}${each.length > 0 ? `; minute by minute ${each.join(', ')}` : ''}`];
}

function instanceLines(rows: readonly Fields[]): Line[] {
  return table(
    rows,
    [
      { title: 'INSTANCE', of: ({ instance }) => cell(instance) },
      { title: 'STANDING', of: standingIn },
      { title: 'REVISION', of: ({ revision }) => Number(revision) },
      { title: 'FLYBALL', of: ({ version }) => cell(version) },
      { title: 'FUNCTION', of: (row) => `${cell(row['function'])}:${cell(row['functionVersion'])}` },
      { title: 'REPORTED', of: ({ reportedAt }) => moment(reportedAt) },
    ],
    toneOf,
  );
}

function standingIn({ standing, rejected, partlyGray }: Fields): string {
  if (rejected !== undefined) return `${cell(standing)} ${cell(rejected)}`;
  return partlyGray === true ? `${cell(standing)}, partly gray` : cell(standing);
}

function toneOf({ standing }: Fields): Tone | undefined {
  if (standing === 'stale' || standing === 'rejected') return 'bad';
  return standing === 'gray' ? 'changed' : undefined;
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (limit < 1) throw new WrongUsage('--limit is a number from 1 to 99999.');
  return limit;
}
