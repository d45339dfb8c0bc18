// `flyball history`: what has been published of a service, and who did what.
import { cell, listed, moment, type Fields } from '../answers.ts';
import type { Command, Given, Outcome } from '../command.ts';
import type { ControlPlane } from '../control-plane.ts';
import { EXIT, WrongUsage } from '../failure.ts';
import { table, type Line, type Tone } from '../line.ts';
import { serviceName } from '../rules-file.ts';
import { serviceSubject, type Subject } from '../subject.ts';

const DEFAULT_LIMIT = 20;
const FILTERS = ['actor', 'identity', 'action', 'target', 'from', 'to'];

export const history: Command = {
  name: 'history',
  summary: 'list what has been published, or who did what',
  synopsis: '[<service>] [--audit] [--actor <name>] [--action <name>] [--limit <number>] …',
  help: `Lists the revisions of a service, newest first. With --audit, with a filter or
without a service: who did what, of the last 30 days unless it is said.

  --audit            also drafts, approvals, forced breakers, keys, …
  --actor <name>     who did it, by name
  --identity <id>    whatever they are called: key:<id>, jwt:<issuer>:<sub>
  --action <name>    rules.publish and the like; "rules." is all that begins so
  --target <name>    to what, e.g. draft or "revision 3"
  --from <time>      such as 2027-01-01T00:00Z
  --to <time>
  --limit <number>   so many of them (${String(DEFAULT_LIMIT)} unless told otherwise)`,
  options: {
    audit: { type: 'boolean' },
    ...Object.fromEntries(FILTERS.map((name) => [name, { type: 'string' as const }])),
    limit: { type: 'string' },
  },
  takes: { atLeast: 0, atMost: 1 },

  async run(given, { controlPlane }) {
    const [service] = given.args;
    if (service !== undefined) serviceName(service);
    const filtered = given.flag('audit') || FILTERS.some((name) => given.text(name) !== undefined);
    return service === undefined || filtered
      ? audit(given, controlPlane, service)
      : revisions(given, controlPlane, serviceSubject(service));
  },
};

export async function revisions({ text }: Given, controlPlane: ControlPlane, subject: Subject): Promise<Outcome> {
  const { rows, more } = await listed(controlPlane, `${subject.path}/revisions`, 'revisions', {
    most: limitOf(text('limit')),
  });
  const lines = table(
    rows,
    [
      { title: 'REVISION', of: ({ revision }) => Number(revision) },
      { title: 'STATE', of: ({ state }) => cell(state) },
      { title: 'WHEN', of: ({ publishedAt }) => moment(publishedAt) },
      { title: 'BY', of: ({ author }) => cell(author) },
      { title: 'NOTE', of: ({ note }) => cell(note) },
    ],
    toneOf,
  );
  const none = `Nothing has been published of ${subject.title}.`;
  return {
    exitCode: EXIT.ok,
    lines: ended(lines, rows, more, none),
    json: { ...subject.named, revisions: rows, more },
  };
}

async function audit({ text }: Given, controlPlane: ControlPlane, service: string | undefined): Promise<Outcome> {
  const query = new URLSearchParams(service === undefined ? {} : { service });
  for (const name of FILTERS) {
    const value = text(name);
    if (value !== undefined) query.set(name, value);
  }
  const { rows, more } = await listed(controlPlane, '/v1/audit', 'entries', { query, most: limitOf(text('limit')) });
  const lines = table(rows, [
    { title: 'WHEN', of: ({ at }) => moment(at) },
    { title: 'WHO', of: ({ actor }) => cell(actor) },
    { title: 'WHAT', of: ({ action }) => cell(action) },
    { title: 'SERVICE', of: (entry) => cell(entry['service']) },
    { title: 'TO WHAT', of: ({ target }) => cell(target) },
    { title: 'NOTE', of: ({ note }) => cell(note) },
  ]);
  const none = 'Nobody did anything of that kind.';
  return { exitCode: EXIT.ok, lines: ended(lines, rows, more, none), json: { entries: rows, more } };
}

function ended(lines: readonly Line[], rows: readonly Fields[], more: boolean, none: string): Line[] {
  if (rows.length === 0) return [none];
  return more ? [...lines, 'There are more: --limit'] : [...lines];
}

const TONES: Readonly<Record<string, Tone>> = { current: 'good', gray: 'changed', aborted: 'bad' };
const toneOf = ({ state }: Fields): Tone | undefined => TONES[String(state)];

function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (limit < 1) throw new WrongUsage('--limit is a number from 1 to 99999.');
  return limit;
}
