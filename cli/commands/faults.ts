// `flyball faults`: shows which faults are injected where, stops them all with one call, and lets them go on.
import type { Command, Given, Outcome } from '../command.ts';
import { strange, type ControlPlane } from '../control-plane.ts';
import { EXIT, Unreachable, WrongUsage } from '../failure.ts';
import { isObject, textOf } from '../problem.ts';
import { counted, linesOf, objectOf, servicesOf } from './services.ts';

type Fields = Readonly<Record<string, unknown>>;

export const faults: Command = {
  name: 'faults',
  summary: 'show the faults of drills, stop them, let them go on',
  synopsis: '[stop|resume] [--reason <text>]',
  help: `        without a word: tells which faults are in the rules, whether they are in force, and until when
stop    ends all of them, in every service, until somebody resumes; instances with traffic follow within 6 s
resume  lets those go on that are in the rules and have not ended

  --reason <text>      why, for those who ask
  --services <names>   these alone: orders,payments`,
  options: { reason: { type: 'string' }, services: { type: 'string' } },
  takes: { atLeast: 0, atMost: 1 },

  async run(given, { controlPlane }) {
    const [action] = given.args;
    if (action === undefined) return show(given, controlPlane);
    if (action === 'stop' || action === 'resume') return decide(action, given, controlPlane);
    throw new WrongUsage(`There is no "${action}" of faults: write stop or resume, or nothing to see them.`);
  },
};

async function decide(action: 'stop' | 'resume', { text }: Given, controlPlane: ControlPlane): Promise<Outcome> {
  const reason = text('reason') ?? '';
  if (reason.trim() === '') throw new WrongUsage('--reason is missing: say in a few words why, for those who ask.');
  const services = servicesOf(text('services'));
  let sent: object | undefined = { reason, ...(services ? { services } : {}) };
  let reached = 0;
  const failed: string[] = [];
  let query = '';
  do {
    const answer = await controlPlane.ask('POST', `/v1/faults/${action}${query}`, {
      ...(sent ? { body: { text: JSON.stringify(sent), type: 'application/json' } } : {}),
    });
    const told = objectOf(answer);
    if (typeof told['reached'] !== 'number') throw strange('that of a stop', answer);
    reached += told['reached'];
    failed.push(...linesOf(told['failed']));
    const cursor = textOf(told['cursor']);
    query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    sent = undefined;
  } while (query !== '');
  if (failed.length > 0) {
    throw new Unreachable(
      `${counted(reached)} were reached and ${String(failed.length)} not: run it again, which does no harm.`,
      { lines: failed, problem: { reached, failed } },
    );
  }
  const what = action === 'stop' ? 'Faults are stopped' : 'Faults go on as the rules say';
  const lines = [`${what} in ${counted(reached)}; instances with traffic follow within 6 s.`];
  return { exitCode: EXIT.ok, lines, json: { reached } };
}

async function show({ text }: Given, controlPlane: ControlPlane): Promise<Outcome> {
  const wanted = servicesOf(text('services'));
  const services: Fields[] = [];
  let stopped: unknown;
  let cursor: string | undefined;
  do {
    const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const answer = await controlPlane.ask('GET', `/v1/faults${query}`);
    const told = objectOf(answer);
    if (!Array.isArray(told['services'])) throw strange('a list of faults', answer);
    stopped = told['stopped'];
    services.push(...told['services'].filter(isObject));
    cursor = textOf(told['cursor']);
  } while (cursor !== undefined);
  const asked = services.filter(({ service }) => !wanted || wanted.includes(String(service)));
  const lines = [
    ...(isObject(stopped) ? [`The whole cell: stopped ${wordsOf(stopped)}`] : []),
    ...asked.flatMap(linesOfService),
  ];
  return {
    exitCode: EXIT.ok,
    lines: lines.length > 0 ? lines : ['There are no faults in any rules.'],
    json: { stopped, services: asked },
  };
}

function linesOfService({ service, stopped, faults: listed }: Fields): string[] {
  const head = isObject(stopped) ? [`${String(service)}: stopped ${wordsOf(stopped)}`] : [];
  const rules = Array.isArray(listed) ? listed.filter(isObject) : [];
  return [
    ...head,
    ...rules.map((rule) => `${String(service)}: ${String(rule['name'])} ${standingOf(rule)}; ${deedsOf(rule)}`),
  ];
}

function standingOf({ inForce, over, until, mode }: Fields): string {
  if (over === true) return `over since ${String(until)}`;
  const how = mode === 'disabled' ? 'disabled' : mode === 'shadow' ? 'in shadow' : 'in force';
  return `${inForce === true || mode === 'disabled' ? how : 'not in force'}, until ${String(until)}`;
}

/** What it does, and to what: `delays 5% of calls of payments by 800ms`. */
function deedsOf({ delay, abort, resources, dependencies, store, match }: Fields): string {
  const names = (kind: string, given: unknown) => (Array.isArray(given) ? [`${kind} ${given.join(', ')}`] : []);
  const met = [
    ...names('requests of', resources),
    ...names('calls of', dependencies),
    ...(store === true ? ['exchanges with the table'] : []),
  ].join(' and ');
  const of = isObject(match) ? `${met} with ${pairsOf(match)}` : met;
  const deeds: string[] = [];
  if (isObject(delay)) deeds.push(`delays ${String(delay['share'])} of ${of} by ${String(delay['for'])}`);
  if (isObject(abort)) {
    deeds.push(`aborts ${String(abort['share'])} of ${of} with ${String(abort['status'] ?? abort['outcome'])}`);
  }
  return deeds.join(', ');
}

const pairsOf = (match: Fields) =>
  Object.entries(match)
    .map(([name, pattern]) => `${name}=${String(pattern)}`)
    .join(', ');

const wordsOf = ({ by, at, reason }: Fields) => `since ${String(at)}, by ${String(by)}: ${String(reason)}`;
