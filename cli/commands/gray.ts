// `flyball gray`: gives a rule document to part of the fleet first, and shows who is given it.
import { fieldsOf, type Fields } from '../answers.ts';
import type { Command, Given, Outcome, World } from '../command.ts';
import type { ControlPlane } from '../control-plane.ts';
import { EXIT, Unreachable, WrongUsage } from '../failure.ts';
import { shown } from '../line.ts';
import { didYouMean } from '../nearest.ts';
import { serviceName } from '../rules-file.ts';
import { termsOf } from './gray-terms.ts';
import { grayLines } from './gray-words.ts';
import { publishGiven } from './publish.ts';

const WATCHED_EVERY_MS = 5_000;

/** So many looks in a row without an answer are passed over: what is watched takes longer than most outages. */
const MISSED_AT_MOST = 12;

export const gray: Command = {
  name: 'gray',
  summary: 'give rules to part of the fleet first, and show who has them',
  synopsis: 'start <file…> --note <text> [--share <percent>] [--by <key>] …, or show <service> [--watch]',
  help: `start  replaces the draft by the document and publishes it to a part of the fleet;
       the rest keeps what it runs, until flyball promote or flyball abort
show   tells what part is given which revision, or how the last one ended

  --note <text>       why, for the history
  --share <percent>   so much of the instances; with --by, of the values of a key
  --by <key>          client, ip, source, header:NAME, query:NAME, path:NAME, claim:NAME
  --versions <names>  versions of the Lambda function, or aliases: 7,canary
  --match <pairs>     requests alone that match: method=POST,path=/orders
  --steps <steps>     shares that grow, each for its time, then all: 5%:10m,50%:30m
  --abort-when <how>  taken back when so much worse than the rest:
                      errors=+2%,refusals=+5%,p99=+20%,minimumSample=500
  --if-too-little-traffic <what>  to judge by: extend, abort or promote
  --draft <service>   the draft as it stands, in place of a file
  --force             although running functions have a flyball that is older than the rules
  --service <name>    of several files, the one with the rules of this service
  --watch             goes on showing it until it has ended, every 5 s; where the
                      output is no terminal, shows it once it has`,
  options: {
    note: { type: 'string' },
    share: { type: 'string' },
    by: { type: 'string' },
    versions: { type: 'string' },
    match: { type: 'string' },
    steps: { type: 'string' },
    'abort-when': { type: 'string' },
    'if-too-little-traffic': { type: 'string' },
    draft: { type: 'string' },
    force: { type: 'boolean' },
    service: { type: 'string' },
    watch: { type: 'boolean' },
  },
  takes: { atLeast: 1, atMost: Infinity },

  async run(given, world) {
    const [action = '', ...args] = given.args;
    if (action === 'start') return publishGiven({ ...given, args }, world, termsOf(given));
    if (action === 'show') return show({ ...given, args }, world);
    throw new WrongUsage(
      `There is no "${action}" of gray: write start or show.${didYouMean(action, ['start', 'show'])}`,
    );
  },
};

async function show({ args, flag }: Given, { controlPlane, console }: World): Promise<Outcome> {
  const [service, other] = args;
  if (service === undefined || other !== undefined) throw new WrongUsage('Write flyball gray show <service>.');
  let told = await read(controlPlane, service);
  if (flag('watch')) {
    const seen = console.isTerminal && !flag('json');
    let last = '';
    let missed = 0;
    while (told['state'] === 'running') {
      const text = JSON.stringify(told);
      if (seen && text !== last) {
        for (const line of grayLines(service, told)) console.write(`${shown(line, console.colour)}\n`);
      }
      last = text;
      if ((await console.wait(WATCHED_EVERY_MS)) === 'stopped') break;
      const now = await readOrMiss(controlPlane, service, missed < MISSED_AT_MOST);
      missed = now ? 0 : missed + 1;
      told = now ?? told;
    }
  }
  return { exitCode: EXIT.ok, lines: grayLines(service, told), json: { service, ...told } };
}

/** Nothing when the control plane cannot answer now, and that may be. */
async function readOrMiss(controlPlane: ControlPlane, service: string, mayMiss: boolean): Promise<Fields | undefined> {
  try {
    return await read(controlPlane, service);
  } catch (error) {
    if (mayMiss && error instanceof Unreachable) return undefined;
    throw error;
  }
}

async function read(controlPlane: ControlPlane, service: string): Promise<Fields> {
  return fieldsOf(
    await controlPlane.ask('GET', `/v1/services/${serviceName(service)}/gray`),
    'that of a gray publication',
  );
}
