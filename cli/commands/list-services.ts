// `flyball services`: which services have rules, who published them last, and what is on its way.
import { cell, listed, moment, type Fields } from '../answers.ts';
import type { Command } from '../command.ts';
import { EXIT, WrongUsage } from '../failure.ts';
import { table, type Line, type Tone } from '../line.ts';
import { isObject } from '../problem.ts';

export const services: Command = {
  name: 'services',
  summary: 'list the services that have rules or a draft',
  synopsis: '[<how their names begin>] [--owner <name>] [--tag <name>[=<value>]]…',
  help: `Tells of each which revision is in force since when, by whom, and whether a draft
or a revision for a part of the fleet is waiting.

  --owner <name>          whose they are, as their rules say
  --tag <name>[=<value>]  with this tag; given several times, with all of them`,
  options: { owner: { type: 'string' }, tag: { type: 'string', multiple: true } },
  takes: { atLeast: 0, atMost: 1 },

  async run({ args: [prefix], text, texts }, { controlPlane }) {
    if (prefix !== undefined && !/^[a-z0-9-]{1,64}$/.test(prefix)) {
      throw new WrongUsage(`"${prefix}" is not how the name of a service begins.`);
    }
    const query = new URLSearchParams(prefix === undefined ? {} : { prefix });
    const owner = text('owner');
    if (owner !== undefined) query.set('owner', owner);
    for (const tag of texts('tag')) query.append('tag', tag);
    const { rows } = await listed(controlPlane, '/v1/services', 'services', { query });
    return { exitCode: EXIT.ok, lines: linesOf(rows), json: { services: rows } };
  },
};

function linesOf(rows: readonly Fields[]): Line[] {
  if (rows.length === 0) return ['There are no such services.'];
  return table(
    rows,
    [
      { title: 'SERVICE', of: ({ service }) => cell(service) },
      { title: 'REVISION', of: ({ revision }) => (typeof revision === 'number' ? revision : undefined) },
      { title: 'SINCE', of: ({ publishedAt }) => moment(publishedAt) },
      { title: 'BY', of: ({ author }) => cell(author) },
      { title: 'OWNER', of: ({ owner }) => cell(owner) },
      { title: 'WAITING', of: waitingFor },
    ],
    toneOf,
  );
}

function waitingFor({ gray, draft, removed }: Fields): string {
  const parts: string[] = [];
  if (isObject(removed)) parts.push(`removed by ${cell(removed['by'])}`);
  if (isObject(gray)) parts.push(`revision ${cell(gray['revision'])} is gray`);
  if (isObject(draft) && draft['inForce'] !== true) parts.push(`draft of ${cell(draft['author'])}`);
  return parts.join(', ');
}

const toneOf = (row: Fields): Tone | undefined => (waitingFor(row) === '' ? undefined : 'changed');
