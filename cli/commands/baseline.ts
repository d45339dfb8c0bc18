// `flyball baseline`: what the platform says to all services, as it is in force, was, and may be again.
import type { Command } from '../command.ts';
import { WrongUsage } from '../failure.ts';
import { didYouMean } from '../nearest.ts';
import { BASELINE } from '../subject.ts';
import { APPROVE_HELP, APPROVE_OPTIONS, approved } from './approve.ts';
import { compared } from './diff.ts';
import { document } from './get.ts';
import { noteOf, rolledBack } from './gray-end.ts';
import { revisions } from './history.ts';

const ACTIONS = ['get', 'diff', 'history', 'rollback', 'approve'];

/** How many words may follow, and which options are of which action. */
const TAKES: Readonly<Record<string, readonly [least: number, most: number, options: readonly string[]]>> = {
  get: [0, 1, ['output']],
  diff: [0, 2, ['exit-code']],
  history: [0, 0, ['limit']],
  rollback: [1, 1, ['note']],
  approve: [0, 0, ['draft', 'note', 'show']],
};

export const baseline: Command = {
  name: 'baseline',
  summary: 'the baseline of all services: print it, compare, roll back, approve',
  synopsis: '<get|diff|history|rollback|approve> [<revision>] …',
  help: `get [rules|draft|<revision>]   prints it; what is in force unless told otherwise
diff [<from>] [<to>]           shows what differs, from what is in force to the draft
history                        lists its revisions, newest first
rollback <revision>            puts that one in force again, as a new one
approve                        agrees to a draft of somebody else

flyball apply -f <file> --publish publishes one.

  -o, --output <file>  of get: replaces a file
  --exit-code          of diff: ends with 4 if anything differs
  --limit <number>     of history: so many of them
${APPROVE_HELP}`,
  options: {
    ...APPROVE_OPTIONS,
    output: { type: 'string', short: 'o' },
    'exit-code': { type: 'boolean' },
    limit: { type: 'string' },
  },
  takes: { atLeast: 1, atMost: 3 },

  async run(given, world) {
    const [action = '', first, second] = given.args;
    const takes = Object.hasOwn(TAKES, action) ? TAKES[action] : undefined;
    if (!takes) {
      const meant = didYouMean(action, ACTIONS);
      throw new WrongUsage(`There is no "${action}" of baseline: write ${ACTIONS.join(', ')}.${meant}`);
    }
    const [least, most, options] = takes;
    const words = given.args.length - 1;
    if (words < least || words > most) {
      throw new WrongUsage(`baseline ${action} takes other arguments: flyball baseline --help`);
    }
    for (const option of Object.keys(baseline.options)) {
      if ((given.text(option) === undefined && !given.flag(option)) || options.includes(option)) continue;
      throw new WrongUsage(`--${option} is not for baseline ${action}; leave it out.`);
    }
    if (action === 'get') return document(BASELINE, first ?? 'rules', given.text('output'), world);
    if (action === 'diff') return compared(BASELINE, [first, second], given, world.controlPlane);
    if (action === 'history') return revisions(given, world.controlPlane, BASELINE);
    if (action === 'rollback') return rolledBack(BASELINE, first ?? '', { note: noteOf(given) }, world);
    return approved(BASELINE, given, world);
  },
};
