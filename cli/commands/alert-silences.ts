// Silences: nobody is told of what fits, for a time and with a reason; which there are, and the end of one.
import { cell, fieldsOf, jsonBody, moment, type Fields } from '../answers.ts';
import type { Outcome } from '../command.ts';
import { strange } from '../control-plane.ts';
import { EXIT, WrongUsage } from '../failure.ts';
import { table } from '../line.ts';
import { didYouMean } from '../nearest.ts';
import { isObject } from '../problem.ts';
import { ALERTS, requireReason, type AskedOfAlerts } from './alert-acts.ts';

const SILENCES = `${ALERTS}/silences`;
const FIELDS = ['service', 'owner', 'kind', 'severity', 'name', 'tag'];

export async function silence({ given, controlPlane, named }: AskedOfAlerts): Promise<Outcome> {
  const match = matchOf(named);
  const reason = requireReason(given);
  const [lasting, until, from] = [given.text('for'), given.text('until'), given.text('from')];
  if ((lasting === undefined) === (until === undefined)) {
    throw new WrongUsage('Say for how long: --for 2h, or --until 2027-01-01T00:00:00Z.');
  }
  const body = {
    match,
    ...(from === undefined ? {} : { from }),
    ...(lasting === undefined ? { until } : { for: lasting }),
    reason,
  };
  const made = fieldsOf(await controlPlane.ask('POST', SILENCES, { body: jsonBody(body) }), 'a silence');
  const begins = made['inForce'] === true ? '' : ` from ${moment(made['from'])}`;
  // The id alone on the first line, for those who read it by a program.
  return {
    exitCode: EXIT.ok,
    lines: [
      cell(made['id']),
      `Nobody is told of ${wordsOf(made['match'])}${begins} until ${moment(made['until'])}; ${firing(made['matches'])}.`,
    ],
    json: made,
  };
}

const firing = (count: unknown): string =>
  count === 1 ? '1 alert fires now that fits' : `${cell(count)} alerts fire now that fit`;

/** @throws {WrongUsage} unless each is a field of a match and what it is to be. */
function matchOf(parts: readonly string[]): Record<string, string[]> {
  const match: Record<string, string[]> = {};
  for (const part of parts) {
    const [field = ''] = part.split('=', 1);
    const wanted = part.slice(field.length + 1);
    if (!FIELDS.includes(field)) {
      const meant = didYouMean(field, FIELDS);
      throw new WrongUsage(`"${part}" says nothing to match: write ${FIELDS.join('=…, ')}=….${meant}`);
    }
    if (wanted === '') throw new WrongUsage(`"${part}" does not say which: ${field}=… with a name, or * in it.`);
    match[field] = [...(match[field] ?? []), wanted];
  }
  return match;
}

export async function silences({ given, controlPlane }: AskedOfAlerts): Promise<Outcome> {
  const answer = await controlPlane.ask('GET', `${SILENCES}${given.flag('all') ? '?all=true' : ''}`);
  const told = fieldsOf(answer, 'a list of silences');
  if (!Array.isArray(told['silences'])) throw strange('a list of silences', answer);
  const rows = told['silences'].filter(isObject);
  const lines = table(
    rows,
    [
      { title: 'SILENCE', of: ({ id }) => cell(id) },
      { title: 'STATE', of: stateOf },
      { title: 'FROM', of: ({ from }) => moment(from) },
      { title: 'UNTIL', of: ({ until, ended }) => moment(isObject(ended) ? ended['at'] : until) },
      { title: 'BY', of: ({ by }) => cell(by) },
      { title: 'MATCH', of: ({ match }) => wordsOf(match) },
      {
        title: 'REASON',
        of: ({ reason, forgotten }) =>
          [reason, forgotten]
            .map(cell)
            .filter((part) => part !== '')
            .join('; '),
      },
    ],
    ({ forgotten }) => (forgotten === undefined ? undefined : 'changed'),
  );
  return { exitCode: EXIT.ok, lines: rows.length > 0 ? lines : ['There are no silences.'], json: told };
}

function stateOf({ state, ended, endsSoon }: Fields): string {
  if (ended !== undefined) return isObject(ended) ? `ended by ${cell(ended['by'])}` : 'ended';
  return endsSoon === true ? 'ends soon' : cell(state);
}

/** As it was typed: `service=settlement kind=job`. */
function wordsOf(match: unknown): string {
  if (!isObject(match)) return '';
  const parts = Object.entries(match).flatMap(([field, wanted]) =>
    Array.isArray(wanted) ? wanted.map((one) => `${field}=${cell(one)}`) : [],
  );
  return parts.join(' ');
}

export async function unsilence({ controlPlane, named: [id = ''] }: AskedOfAlerts): Promise<Outcome> {
  const ended = fieldsOf(await controlPlane.ask('DELETE', `${SILENCES}/${encodeURIComponent(id)}`), 'a silence');
  const line = `The silence ${cell(ended['id'])} is over: what still burns is sent within a minute.`;
  return { exitCode: EXIT.ok, lines: [line], json: ended };
}
