// What people do with one alert, or with a channel: say that they have seen it or take that back, have it sent now, try it.
import { cell, fieldsOf, jsonBody, moment } from '../answers.ts';
import type { Given, Outcome } from '../command.ts';
import type { ControlPlane } from '../control-plane.ts';
import { EXIT, WrongUsage } from '../failure.ts';
import { isObject } from '../problem.ts';

export interface AskedOfAlerts {
  readonly given: Given;
  readonly controlPlane: ControlPlane;
  /** What stands behind the word: an alert, a channel, the parts of a match. */
  readonly named: readonly string[];
}

export type AlertAct = (asked: AskedOfAlerts) => Promise<Outcome>;

export const ALERTS = '/v1/alerts';

export const pathOf = ([alert = '']: readonly string[]): string => `${ALERTS}/${encodeURIComponent(alert)}`;

/** @throws {WrongUsage} unless there is one. */
export function requireReason({ text }: Given): string {
  const reason = text('reason') ?? '';
  if (reason.trim() === '') throw new WrongUsage('--reason is missing: say in a few words why, for those who ask.');
  return reason;
}

export async function acknowledge({ given, controlPlane, named }: AskedOfAlerts): Promise<Outcome> {
  const [reason, until] = [given.text('reason'), given.text('until')];
  const body = { ...(reason === undefined ? {} : { reason }), ...(until === undefined ? {} : { until }) };
  const answer = await controlPlane.ask('POST', `${pathOf(named)}/ack`, { body: jsonBody(body) });
  const told = fieldsOf(answer, 'that of an alert');
  const seen = told['acknowledged'];
  const end = isObject(seen) && seen['until'] !== undefined ? ` until ${moment(seen['until'])}` : '';
  const line = `${cell(told['key'])} is seen: nobody is told again${end}, unless it turns worse.`;
  return { exitCode: EXIT.ok, lines: [line], json: told };
}

export async function unacknowledge({ controlPlane, named }: AskedOfAlerts): Promise<Outcome> {
  const told = fieldsOf(await controlPlane.ask('DELETE', `${pathOf(named)}/ack`), 'that of an alert');
  const line = `${cell(told['key'])} is not seen any more: those it goes to are told again.`;
  return { exitCode: EXIT.ok, lines: [line], json: told };
}

export async function sendNow({ given, controlPlane, named }: AskedOfAlerts): Promise<Outcome> {
  const body = { reason: requireReason(given) };
  const answer = await controlPlane.ask('POST', `${pathOf(named)}/send-now`, { body: jsonBody(body) });
  const told = fieldsOf(answer, 'that of an alert');
  const held = told['held'];
  const said =
    Array.isArray(held) && held.length === 0
      ? 'is held back from nobody: there is nothing to send'
      : 'is sent to those from whom it was held back, within a minute';
  return { exitCode: EXIT.ok, lines: [`${cell(told['key'])} ${said}.`], json: told };
}

export async function test({ controlPlane, named: [channel = ''] }: AskedOfAlerts): Promise<Outcome> {
  const path = `${ALERTS}/channels/${encodeURIComponent(channel)}/test`;
  const told = fieldsOf(await controlPlane.ask('POST', path, { body: jsonBody({}) }), 'that of a test');
  const line = `${cell(told['channel'])} (${cell(told['type'])}) has taken a test message.`;
  return { exitCode: EXIT.ok, lines: [line], json: told };
}
