// `flyball force`: `flyball breaker force` and `release` in fewer words.
import type { Command } from '../command.ts';
import { WrongUsage } from '../failure.ts';
import { didYouMean } from '../nearest.ts';
import { breaker } from './breaker.ts';

const STATES = ['open', 'closed', 'release'];

export const force: Command = {
  name: 'force',
  summary: 'force a breaker open or closed, or release it, in fewer words',
  synopsis: '<service> <breaker> <open|closed|release> --reason <text> [--for <time>]',
  help: breaker.help.slice(breaker.help.indexOf('  --reason')),
  options: breaker.options,
  takes: { atLeast: 3, atMost: 3 },

  async run(given, world) {
    const [service = '', name = '', state = ''] = given.args;
    if (!STATES.includes(state)) {
      throw new WrongUsage(`"${state}" is no state: write ${STATES.join(', ')}.${didYouMean(state, STATES)}`);
    }
    const args = state === 'release' ? ['release', service, name] : ['force', service, name, state];
    return breaker.run({ ...given, args }, world);
  },
};
