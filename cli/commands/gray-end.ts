// `flyball promote`, `flyball abort` and `flyball rollback`: what the whole fleet is to run.
import { cell, fieldsOf, jsonBody, type Fields } from '../answers.ts';
import type { Command, Given, Outcome, World } from '../command.ts';
import { EXIT, WrongUsage } from '../failure.ts';
import { warningLine, warningsOf } from '../problem.ts';
import { serviceSubject, type Subject } from '../subject.ts';

const OPTIONS = { note: { type: 'string' }, revision: { type: 'string' } } as const;

export const promote: Command = {
  name: 'promote',
  summary: 'give the whole fleet what part of it has been given',
  synopsis: '<service> --note <text> [--revision <number>] [--force]',
  help: `Puts the gray revision in force everywhere, within seconds.

  --note <text>        why, for the history
  --revision <number>  only if this one is gray
  --force              although running functions have a flyball that is older than the rules`,
  options: { ...OPTIONS, force: { type: 'boolean' } },
  takes: { atLeast: 1, atMost: 1 },
  run: (given, world) => end('promote', given, world),
};

export const abort: Command = {
  name: 'abort',
  summary: 'take back what part of the fleet has been given',
  synopsis: '<service> --note <text> [--revision <number>]',
  help: `Gives that part what the rest runs, within seconds. Its number is not used again.

  --note <text>        why, for the history
  --revision <number>  only if this one is gray`,
  options: OPTIONS,
  takes: { atLeast: 1, atMost: 1 },
  run: (given, world) => end('abort', given, world),
};

export const rollback: Command = {
  name: 'rollback',
  summary: 'put an earlier revision in force again',
  synopsis: '<service> <revision> --note <text> [--force]',
  help: `Publishes the document of that revision as a new one; ends what only part of the
fleet has been given. The draft stays as it is. flyball history names the revisions.

  --note <text>  why, for the history
  --force        although running functions have a flyball that is older than the rules`,
  options: { note: { type: 'string' }, force: { type: 'boolean' } },
  takes: { atLeast: 2, atMost: 2 },

  async run(given, world) {
    const [service = '', to = ''] = given.args;
    return rolledBack(serviceSubject(service), to, { note: noteOf(given), ...forced(given) }, world);
  },
};

/** Puts an earlier revision in force again. @throws {WrongUsage} unless that is a number. */
export async function rolledBack(
  subject: Subject,
  to: string,
  said: { readonly note: string; readonly force?: true },
  world: World,
): Promise<Outcome> {
  const told = await send(subject, 'rollback', { to: revisionNumber(to), ...said }, world);
  const revision = `revision ${cell(told['revision'])}`;
  const standing = told['changed'] === true ? 'is in force' : 'was in force already; nothing changed';
  const what = `${subject.title}: ${revision}, with the rules of ${to}, ${standing}.`;
  return {
    exitCode: EXIT.ok,
    lines: [what, ...warningsOf(told).map(warningLine)],
    json: { ...subject.named, ...told },
  };
}

async function end(how: 'promote' | 'abort', given: Given, world: World): Promise<Outcome> {
  const [service = ''] = given.args;
  const expected = given.text('revision');
  const body = {
    note: noteOf(given),
    ...(expected === undefined ? {} : { expectedRevision: revisionNumber(expected) }),
    ...forced(given),
  };
  const told = await send(serviceSubject(service), `gray/${how}`, body, world);
  return {
    exitCode: EXIT.ok,
    lines: [`${service}: revision ${cell(told['revision'])} is in force in the whole fleet.`],
    json: { service, ...told },
  };
}

async function send({ path }: Subject, action: string, body: object, { controlPlane }: World): Promise<Fields> {
  const answer = await controlPlane.ask('POST', `${path}/${action}`, { body: jsonBody(body) });
  return fieldsOf(answer, 'that of a publication');
}

export function noteOf({ text }: Given): string {
  const note = text('note') ?? '';
  if (note.trim() === '') throw new WrongUsage('--note is missing: say in a few words why, for the history.');
  return note;
}

const forced = ({ flag }: Given) => (flag('force') ? ({ force: true } as const) : {});

function revisionNumber(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new WrongUsage(`"${text}" is no revision: write its number, as flyball history shows it.`);
}
