// `flyball faults`: shows which faults are injected where, stops them all with one call, and lets them go on.
import type { Command, Given, Outcome } from '../command.ts';
import { strange, type Answer, type ControlPlane } from '../control-plane.ts';
import { EXIT, Unreachable, WrongUsage } from '../failure.ts';
import { isObject, textOf } from '../problem.ts';
import { serviceName } from '../rules-file.ts';

export const faults: Command = {
  name: 'faults',
  summary: 'show the faults of drills, stop them, let them go on',
  synopsis: '[stop|resume] [--reason <text>]',
  help: `        without a word: tells which faults are in the rules, whether they are in force, and until when
stop    ends all of them, in every service; instances follow within seconds, and stay so
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
  const what = action === 'stop' ? 'No faults are injected any more' : 'Faults go on as the rules say';
  return { exitCode: EXIT.ok, lines: [`${what} in ${counted(reached)}.`], json: { reached } };
}

async function show({ text }: Given, controlPlane: ControlPlane): Promise<Outcome> {
  const wanted = servicesOf(text('services'));
  const services: Readonly<Record<string, unknown>>[] = [];
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

function linesOfService({ service, stopped, faults: listed }: Readonly<Record<string, unknown>>): string[] {
  const head = isObject(stopped) ? [`${String(service)}: stopped ${wordsOf(stopped)}`] : [];
  const rules = Array.isArray(listed) ? listed.filter(isObject) : [];
  return [
    ...head,
    ...rules.map(({ name, inForce, until, mode }) => {
      const how = inForce === true ? (mode === 'shadow' ? 'in shadow' : 'in force') : 'not in force';
      return `${String(service)}: ${String(name)} ${how}, until ${String(until)}`;
    }),
  ];
}

const wordsOf = ({ by, at, reason }: Readonly<Record<string, unknown>>) =>
  `since ${String(at)}, by ${String(by)}: ${String(reason)}`;

function servicesOf(text: string | undefined): string[] | undefined {
  return text?.split(',').map((name) => serviceName(name.trim()));
}

const counted = (count: number) => `${String(count)} ${count === 1 ? 'service' : 'services'}`;

function objectOf({ text }: Answer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function linesOf(failed: unknown): string[] {
  if (!Array.isArray(failed)) return [];
  return failed.filter(isObject).map(({ service, reason }) => `${String(service)}: ${String(reason)}`);
}
