// What people do with one job: start it, pause it, resume it, say that they have seen what is wrong.
import { cell, fieldsOf, jsonBody } from '../answers.ts';
import type { Given, Outcome } from '../command.ts';
import type { ControlPlane } from '../control-plane.ts';
import { EXIT, WrongUsage } from '../failure.ts';
import { isObject } from '../problem.ts';
import { readText } from '../rules-file.ts';

export interface AskedOfJob {
  readonly job: string;
  readonly given: Given;
  readonly controlPlane: ControlPlane;
  /** Names the service, where that was said. */
  readonly query: URLSearchParams;
  readonly folder: string;
}

export type JobAct = (asked: AskedOfJob) => Promise<Outcome>;

export const pathOf = (job: string) => `/v1/jobs/${encodeURIComponent(job)}`;

export async function start({ job, given, controlPlane, query, folder }: AskedOfJob): Promise<Outcome> {
  const [reason, payload, key] = [given.text('reason'), given.text('payload'), given.text('key')];
  const body = {
    ...(reason === undefined ? {} : { reason }),
    ...(payload === undefined ? {} : { payload: payloadOf(folder, payload) }),
  };
  const answer = await controlPlane.ask('POST', `${pathOf(job)}/start${search(query)}`, {
    body: jsonBody(body),
    headers: key === undefined ? {} : { 'idempotency-key': key },
  });
  const told = fieldsOf(answer, 'that of a start');
  const run = told['run'] === undefined ? '' : ` as run ${cell(told['run'])}`;
  return {
    exitCode: EXIT.ok,
    lines: [`${cell(told['job'])} is started${run}, by ${cell(told['function'])}.`],
    json: told,
  };
}

/** JSON as it was typed, or what is in a file. @throws {WrongUsage} when it is none. */
function payloadOf(folder: string, typed: string): unknown {
  const text = typed.startsWith('@') ? readText(folder, typed.slice(1)) : typed;
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'it cannot be parsed';
    throw new WrongUsage(`--payload is no JSON: ${reason}. Write @file for what is in a file.`, {}, { cause: error });
  }
}

export async function acted(
  deed: 'pause' | 'resume' | 'acknowledge',
  { job, given, controlPlane, query }: AskedOfJob,
): Promise<Outcome> {
  const [reason, until] = [given.text('reason'), given.text('until')];
  if (deed !== 'resume' && (reason ?? '').trim() === '') {
    throw new WrongUsage('--reason is missing: say in a few words why, for those who ask.');
  }
  const body = { ...(reason === undefined ? {} : { reason }), ...(until === undefined ? {} : { until }) };
  const answer = await controlPlane.ask('POST', `${pathOf(job)}/${deed}${search(query)}`, { body: jsonBody(body) });
  const told = fieldsOf(answer, 'that of a job');
  const by = isObject(told['acknowledged']) ? `, seen by ${cell(told['acknowledged']['by'])}` : '';
  const end = isObject(told['paused']) ? told['paused']['until'] : undefined;
  const lasting = end === undefined ? '' : ` until ${cell(end)}`;
  return {
    exitCode: EXIT.ok,
    lines: [`${job} is ${cell(told['status'])}${lasting}${by}.`],
    json: told,
  };
}

const search = (query: URLSearchParams) => (query.size === 0 ? '' : `?${query.toString()}`);
