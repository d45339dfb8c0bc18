// All that is known of one alert: what is wrong, since when, whose it is, what was sent, and why to those and to no others.
import { cell, fieldsOf, moment, type Fields } from '../answers.ts';
import type { Outcome } from '../command.ts';
import { EXIT } from '../failure.ts';
import { table, type Line } from '../line.ts';
import { isObject } from '../problem.ts';
import { pathOf, type AskedOfAlerts } from './alert-acts.ts';
import { aboutOf } from './alert-lists.ts';

export async function show(asked: AskedOfAlerts): Promise<Outcome> {
  const { controlPlane, named } = asked;
  const alert = fieldsOf(await controlPlane.ask('GET', pathOf(named)), 'an alert');
  const explained = await whyOf(asked);
  const deliveries = rowsOf(alert, 'deliveries');
  const lines: Line[] = [
    { text: aboutOf(alert), tone: alert['status'] === 'firing' ? 'bad' : 'good' },
    cell(alert['summary']),
    ...said(alert).map(([what, words]) => `${what}: ${words}`),
    ...section('Exception', textsOf(alert, 'exception')),
    ...section('Held back', rowsOf(alert, 'held').map(heldAs)),
    ...section('Deliveries', deliveries.length === 0 ? [] : deliveriesTable(deliveries)),
    ...section('Why', decisionsOf(explained)),
  ];
  return { exitCode: EXIT.ok, lines, json: { ...alert, why: explained } };
}

export async function why(asked: AskedOfAlerts): Promise<Outcome> {
  const told = await whyOf(asked);
  const lines = [
    ...decisionsOf(told),
    ...rowsOf(told, 'routes').flatMap(({ route, because }) =>
      because === undefined ? [] : [`not ${cell(route)}: ${cell(because)}`],
    ),
    ...rowsOf(told, 'trail').map(({ at, what, channel, detail }) =>
      [moment(at), cell(what), cell(channel), cell(detail)].filter((part) => part !== '').join('  '),
    ),
  ];
  return { exitCode: EXIT.ok, lines, json: told };
}

const whyOf = async ({ controlPlane, named }: AskedOfAlerts): Promise<Fields> =>
  fieldsOf(await controlPlane.ask('GET', `${pathOf(named)}/why`), 'why an alert was told');

/** Each channel with what stands for or against it. */
function decisionsOf(told: Fields): string[] {
  return [
    ...(told['limited'] === undefined ? [] : [`It ${cell(told['limited'])}.`]),
    ...(told['nobody'] === undefined ? [] : [`Nobody: ${cell(told['nobody'])}.`]),
    ...rowsOf(told, 'channels').map(
      ({ channel, route, decision, reason }) =>
        `${cell(channel)} (${cell(route)}): ${cell(decision)}, since ${cell(reason)}`,
    ),
  ];
}

/** What a line each is enough for; what is not known is left out. */
function said(alert: Fields): [what: string, words: string][] {
  const all: [string, string][] = [
    ['Alert', `${cell(alert['id'])}, ${cell(alert['status'])}`],
    ['Severity', cell(alert['severity'])],
    ['Since', moment(alert['since'])],
    ['Over', moment(alert['endedAt'])],
    ['Service', cell(alert['service'])],
    ['Owner', cell(alert['owner'])],
    ['Blocks', textsOf(alert, 'blocks').join(', ')],
    ['Needed by', moment(alert['neededBy'])],
    ['Because of', cell(alert['because'])],
    ['Failures in a row', cell(alert['failures'])],
    ['Runbook', cell(alert['runbook'])],
    ['Tags', textsOf(alert, 'tags').join(', ')],
    ['Seen', isObject(alert['acknowledged']) ? seenAs(alert['acknowledged']) : ''],
    ['Sent at', moment(alert['sendsAt'])],
    ['Told', textsOf(alert, 'told').join(', ')],
  ];
  return all.filter(([, words]) => words !== '');
}

function seenAs({ by, at, until, reason }: Fields): string {
  const end = until === undefined ? '' : ` until ${moment(until)}`;
  return `by ${cell(by)}, ${moment(at)}${end}${reason === undefined ? '' : `: ${cell(reason)}`}`;
}

function heldAs({ channel, kind, until, reason }: Fields): string {
  const who = channel === undefined ? 'all' : cell(channel);
  return `${who}: ${cell(kind)}${until === undefined ? '' : ` until ${moment(until)}`}, since ${cell(reason)}`;
}

const deliveriesTable = (deliveries: readonly Fields[]): Line[] =>
  table(
    deliveries,
    [
      { title: 'DECIDED', of: ({ decidedAt }) => moment(decidedAt) },
      { title: 'CHANNEL', of: ({ channel }) => cell(channel) },
      { title: 'WHAT', of: ({ kind }) => cell(kind) },
      { title: 'STATE', of: ({ state }) => cell(state) },
      { title: 'ATTEMPTS', of: ({ attempts }) => (typeof attempts === 'number' ? attempts : undefined) },
      { title: 'SETTLED', of: ({ settledAt }) => moment(settledAt) },
      {
        title: 'WHY',
        of: ({ reason, error }) =>
          [reason, error]
            .map(cell)
            .filter((part) => part !== '')
            .join('; '),
      },
    ],
    ({ state }) => (state === 'dead' ? 'bad' : undefined),
  );

const section = (title: string, lines: readonly Line[]): Line[] =>
  lines.length === 0 ? [] : ['', { text: title, tone: 'head' }, ...lines];

const rowsOf = (told: Fields, member: string): Fields[] => {
  const rows = told[member];
  return Array.isArray(rows) ? rows.filter(isObject) : [];
};

const textsOf = (told: Fields, member: string): string[] => {
  const texts = told[member];
  return Array.isArray(texts) ? texts.map(cell) : [];
};
