// `flyball simulate`: what a draft, or a file, would have done to the last minutes' requests, beside what is in force.
import { cell, fieldsOf, jsonBody, type Fields } from '../answers.ts';
import type { Command } from '../command.ts';
import { EXIT, WrongUsage } from '../failure.ts';
import { table, type Line, type Tone } from '../line.ts';
import { isObject } from '../problem.ts';
import { readText, serviceName } from '../rules-file.ts';

export const simulate: Command = {
  name: 'simulate',
  summary: 'show what a draft would have done to the last minutes',
  synopsis: '<service> [-f <file>] [--minutes <number>]',
  help: `Replays what was recorded of the service's requests against its draft, beside the
rules in force; changes nothing. Numbers are of requests (of breakers: calls): what
was or would have been refused, or cut short by a deadline. The range holds the
truth; ? is what the record does not tell, and why stands below. Ends with 4 if the
draft would have refused over 1 % more by a rule.

  -f, --file <file>   this document in place of the stored draft
  --minutes <number>  how far back, 60 unless it is given, 1440 at most`,
  options: { file: { type: 'string', short: 'f' }, minutes: { type: 'string' } },
  takes: { atLeast: 1, atMost: 1 },

  async run({ args: [name = ''], text }, { controlPlane, folder }) {
    const [service, file, minutes] = [serviceName(name), text('file'), minutesOf(text('minutes'))];
    const body = {
      ...(minutes === undefined ? {} : { minutes }),
      ...(file === undefined ? {} : { document: readText(folder, file) }),
    };
    const answer = await controlPlane.ask('POST', `/v1/services/${service}/draft/simulate`, { body: jsonBody(body) });
    const told = fieldsOf(answer, 'a simulation');
    const worse = rowsOf(objectOf(told['summary'])['worse']);
    return { exitCode: worse.length > 0 ? EXIT.differs : EXIT.ok, lines: linesOf(told, worse), json: told };
  },
};

/** @throws {WrongUsage} */
function minutesOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9][0-9]{0,3}$/.test(text) && Number(text) <= 1440) return Number(text);
  throw new WrongUsage(`"${text}" is no number of minutes: write 1 to 1440, a day.`);
}

const objectOf = (value: unknown): Fields => (isObject(value) ? value : {});
const rowsOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isObject) : []);

function linesOf(told: Fields, worse: readonly Fields[]): Line[] {
  const { seen, now, draft, unclear } = objectOf(told['summary']);
  const said = `${cell(seen)} requests from ${cell(told['from'])} to ${cell(told['to'])}`;
  const refused = (side: unknown) => numbers(objectOf(side)['refused']);
  const rows = rowsOf(told['rules']);
  const reasons = [...rows.flatMap(reasonsOf), ...rowsOf(told['cannotSay']).map(reasonOf)];
  return [
    `${said}: refused ${refused(now)} with the rules in force, ${refused(draft)} with the draft.`,
    ...(rows.length === 0 ? [] : ruleTable(rows, new Set(worse.map(({ path }) => path)))),
    ...(reasons.length === 0 ? [] : ['', 'What cannot be said:', ...new Set(reasons)]),
    ...rowsOf(unclear).map((one): Line => ({ text: `Unclear: ${reasonOf(one)}`, tone: 'changed' })),
    ...(worse.length === 0
      ? []
      : ['', ...worse.map((one): Line => ({ text: `Worse: ${reasonOf(one)}`, tone: 'bad' }))]),
  ];
}

const reasonOf = ({ path, reason }: Fields) => (path === '' ? cell(reason) : `${cell(path)}: ${cell(reason)}`);
const reasonsOf = ({ path, cannotSay }: Fields) =>
  (Array.isArray(cannotSay) ? cannotSay : []).map((reason) => reasonOf({ path, reason }));

function ruleTable(rows: readonly Fields[], worse: ReadonlySet<unknown>): Line[] {
  const toneOf = ({ path, change }: Fields): Tone | undefined =>
    worse.has(path) ? 'bad' : change === 'same' ? undefined : 'changed';
  const columns = [
    { title: 'RULE', of: ({ path }: Fields) => cell(path) },
    { title: 'CHANGE', of: ({ change }: Fields) => (change === 'same' ? '' : cell(change)) },
    { title: 'SEEN', of: ({ seen }: Fields) => (typeof seen === 'number' ? seen : undefined) },
    { title: 'NOW', of: ({ now }: Fields) => numberIn(now) },
    { title: 'DRAFT', of: ({ draft }: Fields) => numberIn(draft) },
    { title: 'RANGE', of: ({ draft }: Fields) => rangeIn(draft) },
    { title: 'OPENED', of: ({ draft }: Fields) => numbers(objectOf(draft)['opened'], '') },
  ];
  return table(rows, columns, toneOf);
}

/** What a rule does: refuses, or cuts short. Nothing where the document does not have it. */
function effectOf(side: unknown): unknown {
  const { refused, exceeded } = objectOf(side);
  return refused === undefined ? exceeded : refused;
}

function numberIn(side: unknown): string {
  if (!isObject(side)) return '';
  const effect = effectOf(side);
  const estimate = objectOf(effect)['estimate'];
  return `${typeof estimate === 'number' ? String(estimate) : '?'}${side['shadow'] === true ? ' (shadow)' : ''}`;
}

function rangeIn(side: unknown): string {
  const { low, high } = objectOf(effectOf(side));
  return typeof low === 'number' && typeof high === 'number' ? spread(low, high) : '';
}

const spread = (low: number, high: number) => (low === high ? String(low) : `${String(low)} to ${String(high)}`);

function numbers(range: unknown, otherwise = '?'): string {
  const { low, estimate, high } = objectOf(range);
  if (typeof low !== 'number' || typeof high !== 'number') return otherwise;
  if (low === high) return String(low);
  return typeof estimate === 'number' ? `about ${String(estimate)} (${spread(low, high)})` : spread(low, high);
}
