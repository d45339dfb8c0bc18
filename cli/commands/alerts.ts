// `flyball alerts`: what is wrong and who has been told, why, and what people do about it.
import { cell, fieldsOf, jsonBody, listed, moment, type Fields } from '../answers.ts';
import type { Command, Given, Outcome } from '../command.ts';
import type { ControlPlane } from '../control-plane.ts';
import { EXIT, WrongUsage } from '../failure.ts';
import { table } from '../line.ts';
import { didYouMean } from '../nearest.ts';
import { isObject } from '../problem.ts';
import { serviceName } from '../rules-file.ts';

interface Asked {
  readonly given: Given;
  readonly controlPlane: ControlPlane;
  readonly named: string | undefined;
}

const ALERTS = '/v1/alerts';

/** By the first word; those that act on one want its name. */
const ACTS: Readonly<Record<string, (asked: Asked) => Promise<Outcome>>> = {
  list,
  why,
  ack: (asked) => acted('ack', asked, false),
  'send-now': (asked) => acted('send-now', asked, true),
  report,
  test,
};
const NAMELESS: ReadonlySet<string> = new Set(['list', 'report']);

/** Options and what they are for; the rest is for all. */
const MEANT: Readonly<Record<string, readonly string[]>> = {
  service: ['list'],
  status: ['list'],
  reason: ['ack', 'send-now'],
  until: ['ack'],
  week: ['report'],
};

export const alerts: Command = {
  name: 'alerts',
  summary: 'tell what is wrong, who was told and why; acknowledge, send now',
  synopsis: '[list|why|ack|send-now|report|test] [<alert>|<channel>] [--reason <text>]',
  help: `Without a word: what fires, since when, who has been told and what is held back.

why <alert>       who was told, who was not, and why
ack <alert>       says that you have seen it: nobody is told again
send-now <alert>  sends what is held back, with the next tick
report            a week's alerts by rule: what nobody acts on comes first
test <channel>    sends a test message to a channel of the routing document

  --service <name>   of the list: those of this service
  --status <status>  of the list: firing, held, acknowledged, silenced, resolved, all
  --reason <text>    why, for those who ask; send-now wants one
  --until <time>     of ack: until then, 2027-01-01T00:00:00Z
  --week <week>      of the report: 2026-W47; the present one unless given`,
  options: {
    service: { type: 'string' },
    status: { type: 'string' },
    reason: { type: 'string' },
    until: { type: 'string' },
    week: { type: 'string' },
  },
  takes: { atLeast: 0, atMost: 2 },

  async run(given, { controlPlane }) {
    const [verb = 'list', named] = given.args;
    const act = Object.hasOwn(ACTS, verb) ? ACTS[verb] : undefined;
    if (!act) {
      const words = Object.keys(ACTS);
      throw new WrongUsage(`There is no "${verb}" of alerts: write ${words.join(', ')}.${didYouMean(verb, words)}`);
    }
    for (const [option, verbs] of Object.entries(MEANT)) {
      if (given.text(option) === undefined || verbs.includes(verb)) continue;
      throw new WrongUsage(`--${option} is for ${verbs.join(' and ')}; leave it out.`);
    }
    if (NAMELESS.has(verb) !== (named === undefined)) {
      const what = verb === 'test' ? 'a channel' : 'an alert, by its id';
      throw new WrongUsage(named === undefined ? `Say which: ${verb} wants ${what}.` : `${verb} takes no name.`);
    }
    return act({ given, controlPlane, named });
  },
};

async function list({ given, controlPlane }: Asked): Promise<Outcome> {
  const [service, status] = [given.text('service'), given.text('status')];
  const query = new URLSearchParams({
    ...(service === undefined ? {} : { service: serviceName(service) }),
    ...(status === undefined ? {} : { status }),
  });
  const { rows } = await listed(controlPlane, ALERTS, 'alerts', { query });
  const lines = table(rows, [
    { title: 'ALERT', of: ({ id }) => cell(id) },
    { title: 'SEVERITY', of: ({ severity }) => cell(severity) },
    { title: 'SINCE', of: ({ since }) => moment(since) },
    { title: 'ABOUT', of: ({ key }) => cell(key) },
    { title: 'TOLD', of: toldOf },
    { title: 'SUMMARY', of: ({ summary }) => cell(summary) },
  ]);
  return { exitCode: EXIT.ok, lines: rows.length > 0 ? lines : ['There are no such alerts.'], json: { alerts: rows } };
}

/** The channels, those that cannot be told, and what stands against the others. */
function toldOf({ told, held, sendsAt, failing }: Fields): string {
  const channels = Array.isArray(told) ? told.map(cell) : [];
  const kinds = Array.isArray(held) ? held.filter(isObject).map(({ kind }) => cell(kind)) : [];
  const until = sendsAt === undefined ? '' : ` until ${moment(sendsAt)}`;
  const holds = kinds.length === 0 ? [] : [`${[...new Set(kinds)].join(', ')}${until}`];
  const failed = Array.isArray(failing) ? failing.filter(isObject) : [];
  const failures = failed.map(({ channel, nextAttemptAt }) =>
    nextAttemptAt === undefined ? `${cell(channel)} fails` : `${cell(channel)} fails, again ${moment(nextAttemptAt)}`,
  );
  return [...channels, ...failures, ...holds].join('; ');
}

async function why({ controlPlane, named = '' }: Asked): Promise<Outcome> {
  const told = fieldsOf(await controlPlane.ask('GET', `${pathOf(named)}/why`), 'why an alert was told');
  const rowsOf = (member: string) => (Array.isArray(told[member]) ? told[member].filter(isObject) : []);
  const lines = [
    ...(told['nobody'] === undefined ? [] : [`Nobody: ${cell(told['nobody'])}.`]),
    ...rowsOf('channels').map(
      ({ channel, route, decision, reason }) =>
        `${cell(channel)} (${cell(route)}): ${cell(decision)}, since ${cell(reason)}`,
    ),
    ...rowsOf('routes').flatMap(({ route, because }) =>
      because === undefined ? [] : [`not ${cell(route)}: ${cell(because)}`],
    ),
    ...rowsOf('trail').map(({ at, what, channel, detail }) =>
      [moment(at), cell(what), cell(channel), cell(detail)].filter((part) => part !== '').join('  '),
    ),
  ];
  return { exitCode: EXIT.ok, lines, json: told };
}

async function acted(deed: string, { given, controlPlane, named = '' }: Asked, reasoned: boolean): Promise<Outcome> {
  const [reason, until] = [given.text('reason'), given.text('until')];
  if (reasoned && (reason ?? '').trim() === '') {
    throw new WrongUsage('--reason is missing: say in a few words why, for those who ask.');
  }
  const body = { ...(reason === undefined ? {} : { reason }), ...(until === undefined ? {} : { until }) };
  const answer = await controlPlane.ask('POST', `${pathOf(named)}/${deed}`, { body: jsonBody(body) });
  const told = fieldsOf(answer, 'that of an alert');
  const line =
    deed === 'ack' ? 'is seen: nobody is told again' : 'is sent to those from whom it was held back, within a minute';
  return { exitCode: EXIT.ok, lines: [`${cell(told['key'])} ${line}.`], json: told };
}

async function report({ given, controlPlane }: Asked): Promise<Outcome> {
  const week = given.text('week');
  const query = week === undefined ? '' : `?week=${encodeURIComponent(week)}`;
  const told = fieldsOf(await controlPlane.ask('GET', `${ALERTS}/report${query}`), 'a report');
  const rules = Array.isArray(told['rules']) ? told['rules'].filter(isObject) : [];
  const columns = ['fired', 'sent', 'held', 'acknowledged', 'ignored'];
  const lines = table(rules, [
    { title: 'RULE', of: ({ kind, service, name }) => [kind, service, name].map(cell).join('/') },
    ...columns.map((name) => ({ title: name.toUpperCase(), of: (rule: Fields) => cell(rule[name]) })),
  ]);
  const none = [`There were no alerts in ${cell(told['week'])}.`];
  return { exitCode: EXIT.ok, lines: rules.length > 0 ? lines : none, json: told };
}

async function test({ controlPlane, named = '' }: Asked): Promise<Outcome> {
  const path = `${ALERTS}/channels/${encodeURIComponent(named)}/test`;
  const told = fieldsOf(await controlPlane.ask('POST', path, { body: jsonBody({}) }), 'that of a test');
  const line = `${cell(told['channel'])} (${cell(told['type'])}) has taken a test message.`;
  return { exitCode: EXIT.ok, lines: [line], json: told };
}

const pathOf = (alert: string) => `${ALERTS}/${encodeURIComponent(alert)}`;
