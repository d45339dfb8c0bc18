// Which alerts there are, the worst first, and how many of each rule there were in a week.
import { cell, fieldsOf, listed, moment, type Fields } from '../answers.ts';
import type { Outcome } from '../command.ts';
import { EXIT } from '../failure.ts';
import { table, type Line } from '../line.ts';
import { isObject } from '../problem.ts';
import { serviceName } from '../rules-file.ts';
import { ALERTS, type AskedOfAlerts } from './alert-acts.ts';

export async function list({ given, controlPlane }: AskedOfAlerts): Promise<Outcome> {
  const [service, status] = [given.text('service'), given.text('status')];
  const query = new URLSearchParams({
    ...(service === undefined ? {} : { service: serviceName(service) }),
    ...(status === undefined ? {} : { status }),
  });
  const { rows: found, besides } = await listed(controlPlane, ALERTS, 'alerts', { query });
  const rows = status === 'resolved' || status === 'all' ? found : worstFirst(found);
  const alerts = table(rows, [
    { title: 'ALERT', of: ({ id }) => cell(id) },
    { title: 'SEVERITY', of: ({ severity }) => cell(severity) },
    { title: 'SINCE', of: ({ since }) => moment(since) },
    { title: 'ABOUT', of: aboutOf },
    { title: 'TOLD', of: toldOf },
    { title: 'SUMMARY', of: ({ summary }) => cell(summary) },
  ]);
  const { lookedAt, stale, warnings } = besides;
  return {
    exitCode: EXIT.ok,
    lines: [...warned(warnings), ...(rows.length > 0 ? alerts : ['There are no such alerts.'])],
    json: { alerts: rows, lookedAt, stale, warnings },
  };
}

/** Why nobody may be told: without it, an empty list would be taken for health. */
function warned(warnings: unknown): Line[] {
  if (!Array.isArray(warnings)) return [];
  return warnings.map((warning) => ({ text: `warning: ${cell(warning)}`, tone: 'bad' }));
}

const SEVERITIES = ['realtime', 'high', 'deferred'];

/** Of equally severe ones the latest first. */
function worstFirst(rows: readonly Fields[]): Fields[] {
  const rank = ({ severity }: Fields) => SEVERITIES.indexOf(cell(severity));
  return rows.toSorted((a, b) => rank(a) - rank(b) || cell(b['since']).localeCompare(cell(a['since'])));
}

/** By its name: the key of a check ends in a hash, which tells nobody which. */
export function aboutOf({ key, kind, service, name }: Fields): string {
  return name === undefined ? cell(key) : [kind, service, name].map(cell).join('/');
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

export async function report({ given, controlPlane }: AskedOfAlerts): Promise<Outcome> {
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
