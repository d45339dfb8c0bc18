// `flyball shed`: pauses what is sheddable in a whole cell, shows what is paused, and resumes.
import type { Command, Given, Outcome } from '../command.ts';
import { strange, type ControlPlane } from '../control-plane.ts';
import { EXIT, Unreachable, WrongUsage } from '../failure.ts';
import { isObject, textOf } from '../problem.ts';
import { counted, linesOf, objectOf, servicesOf } from './services.ts';

const ACTIONS = 'pause, resume or show';

export const shed: Command = {
  name: 'shed',
  summary: 'pause what is sheddable in all services, for a time',
  synopsis: '<pause|resume|show> [--for <time> --reason <text>]',
  help: `pause   refuses what has the priority sheddable, in every service that has rules;
        instances follow within seconds, and go on by themselves when it is over
resume  ends it at once
show    tells what is paused, by whom, why and until when

  --for <time>         how long: 30m, 2h, at most 24h
  --until <time>       or until then: 2027-01-01T00:00:00Z
  --reason <text>      why, for those who ask
  --priority <which>   sheddable (default), or normal for what is normal as well
  --services <names>   these alone: orders,payments`,
  options: {
    for: { type: 'string' },
    until: { type: 'string' },
    reason: { type: 'string' },
    priority: { type: 'string' },
    services: { type: 'string' },
  },
  takes: { atLeast: 1, atMost: 1 },

  async run(given, { controlPlane }) {
    const [action] = given.args;
    if (action === 'pause') return pause(given, controlPlane);
    if (action === 'resume') return resume(given, controlPlane);
    if (action === 'show') return show(controlPlane);
    throw new WrongUsage(`There is no "${action ?? ''}" of shed: write ${ACTIONS}.`);
  },
};

async function pause({ text }: Given, controlPlane: ControlPlane): Promise<Outcome> {
  const reason = text('reason') ?? '';
  if (reason.trim() === '') throw new WrongUsage('--reason is missing: say in a few words why, for those who ask.');
  const [lasting, until] = [text('for'), text('until')];
  if ((lasting === undefined) === (until === undefined)) {
    throw new WrongUsage('Say for how long: --for 30m, or --until 2027-01-01T00:00:00Z.');
  }
  const priority = text('priority') ?? 'sheddable';
  const services = servicesOf(text('services'));
  const body = { priority, ...(lasting === undefined ? { until } : { for: lasting }), reason };
  const spread = await everywhere(controlPlane, 'POST', '', { ...body, ...(services ? { services } : {}) });
  const { pause: laid, reached } = spread;
  const end = isObject(laid) ? String(laid['until']) : 'it is lifted';
  const what = priority === 'normal' ? 'What is normal or sheddable' : 'What is sheddable';
  return {
    exitCode: EXIT.ok,
    lines: [`${what} is paused in ${counted(reached)} until ${end}.`],
    json: { pause: laid, reached },
  };
}

async function resume({ text }: Given, controlPlane: ControlPlane): Promise<Outcome> {
  const services = servicesOf(text('services'));
  const query = services ? `?services=${services.join(',')}` : '';
  const { reached } = await everywhere(controlPlane, 'DELETE', query);
  return { exitCode: EXIT.ok, lines: [`Nothing is paused any more in ${counted(reached)}.`], json: { reached } };
}

interface Spread {
  readonly pause: unknown;
  readonly reached: number;
}

/** Goes on for as long as the control plane says that there are more. @throws {Unreachable} naming what was not reached. */
async function everywhere(
  controlPlane: ControlPlane,
  method: 'POST' | 'DELETE',
  query: string,
  body?: object,
): Promise<Spread> {
  let reached = 0;
  let laid: unknown;
  const failed: string[] = [];
  let asked = query;
  let sent = body;
  for (;;) {
    const answer = await controlPlane.ask(method, `/v1/shed${asked}`, {
      ...(sent ? { body: { text: JSON.stringify(sent), type: 'application/json' } } : {}),
    });
    const told = objectOf(answer);
    if (typeof told['reached'] !== 'number') throw strange('that of a pause', answer);
    laid = told['pause'];
    reached += told['reached'];
    failed.push(...linesOf(told['failed']));
    const cursor = textOf(told['cursor']);
    if (cursor === undefined) break;
    [asked, sent] = [`?cursor=${encodeURIComponent(cursor)}`, undefined];
  }
  if (failed.length === 0) return { pause: laid, reached };
  throw new Unreachable(
    `${counted(reached)} were reached and ${String(failed.length)} not: run it again, which does no harm.`,
    { lines: failed, problem: { pause: laid, reached, failed } },
  );
}

async function show(controlPlane: ControlPlane): Promise<Outcome> {
  const services: Readonly<Record<string, unknown>>[] = [];
  let cell: unknown;
  let cursor: string | undefined;
  do {
    const query = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await controlPlane.ask('GET', `/v1/shed?limit=200${query}`);
    const told = objectOf(answer);
    if (!Array.isArray(told['services'])) throw strange('a list of what is paused', answer);
    cell = told['pause'];
    services.push(...told['services'].filter(isObject));
    cursor = textOf(told['cursor']);
  } while (cursor !== undefined);
  const lines = services.map((one) => `${String(one['service'])}: ${wordsOf(one)}`);
  const ofCell = isObject(cell) ? [`The whole cell: ${wordsOf(cell)}`] : [];
  const all = [...ofCell, ...lines];
  return {
    exitCode: EXIT.ok,
    lines: all.length > 0 ? all : ['Nothing is paused.'],
    json: { pause: cell, services },
  };
}

function wordsOf({ priority, until, by, reason }: Readonly<Record<string, unknown>>): string {
  const what = priority === 'normal' ? 'normal and sheddable' : String(priority);
  return `${what}, until ${String(until)}, by ${String(by)}: ${String(reason)}`;
}
