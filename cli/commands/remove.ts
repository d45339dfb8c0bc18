// `flyball remove`: takes the rules of a service away, exactly those that are in force when it is looked.
import { cell, fieldsOf } from '../answers.ts';
import type { Command } from '../command.ts';
import { EXIT, WrongUsage } from '../failure.ts';
import { readRules, removeRules } from '../removal.ts';
import { serviceName } from '../rules-file.ts';

export const remove: Command = {
  name: 'remove',
  summary: 'take the rules of a service away: its functions run without any',
  synopsis: '<service> --note <text> [--revision <number>]',
  help: `The history stays, and so does the draft: flyball rollback puts an earlier revision
in force again.

  --note <text>        why, for the history
  --revision <number>  only if this one is in force`,
  options: { note: { type: 'string' }, revision: { type: 'string' } },
  takes: { atLeast: 1, atMost: 1 },

  async run({ args: [name = ''], text }, { controlPlane }) {
    const service = serviceName(name);
    const note = text('note') ?? '';
    if (note.trim() === '') throw new WrongUsage('--note is missing: say in a few words why, for the history.');
    const { etag, revision } = await readRules(controlPlane, service);
    const expected = text('revision');
    if (expected !== undefined && expected !== revision) {
      throw new WrongUsage(`Revision ${revision} of ${service} is in force, not ${expected}; nothing was removed.`);
    }
    const told = fieldsOf(await removeRules(controlPlane, { service, etag, note }), 'that of a removal');
    const lines = [
      `${service}: has no rules any more (revision ${cell(told['revision'])}).`,
      `flyball rollback ${service} ${revision} --note … puts them in force again.`,
    ];
    return { exitCode: EXIT.ok, lines, json: { service, from: Number(revision), ...told } };
  },
};
