// `flyball schedules preview`: what a schedule means and when it comes next, before anybody saves it.
import { cell, fieldsOf, jsonBody } from '../answers.ts';
import { changesIn } from '../changes.ts';
import type { Command } from '../command.ts';
import { EXIT, WrongUsage } from '../failure.ts';
import type { Line } from '../line.ts';

const OPTIONS = ['timezone', 'kind', 'from'];

export const schedules: Command = {
  name: 'schedules',
  summary: 'tell what a schedule means and when it comes next',
  synopsis: "preview '<schedule>' [--timezone <name>] [--kind <kind>] [--count <number>] [--from <time>]",
  help: `Five fields of cron, OnCalendar of systemd, or cron(…), rate(…), at(…) of EventBridge.
Says also which of the nights concern it on which clocks are changed. Stores nothing.

  --timezone <name>  whose clock it means, such as Europe/Berlin; UTC unless told otherwise
  --kind <kind>      by whose rules it is read, where its text does not say so: cron,
                     oncalendar, eventbridge, eventbridge-rule
  --count <number>   so many runs, 50 at most (5 unless told otherwise)
  --from <time>      after then, such as 2027-01-01T00:00:00Z, in place of now`,
  options: {
    timezone: { type: 'string' },
    kind: { type: 'string' },
    count: { type: 'string' },
    from: { type: 'string' },
  },
  takes: { atLeast: 2, atMost: 2 },

  async run({ args: [action = '', schedule = ''], text }, { controlPlane }) {
    if (action !== 'preview') {
      throw new WrongUsage(`There is no "${action}" of schedules: write preview, and the schedule in quotes.`);
    }
    const count = text('count');
    if (count !== undefined && !(/^[0-9]{1,2}$/.test(count) && Number(count) >= 1 && Number(count) <= 50)) {
      throw new WrongUsage('--count is a number from 1 to 50.');
    }
    const said: Record<string, string | undefined> = Object.fromEntries(OPTIONS.map((name) => [name, text(name)]));
    const body = { schedule, ...said, ...(count === undefined ? {} : { count: Number(count) }) };
    const answer = await controlPlane.ask('POST', '/v1/schedules/preview', { body: jsonBody(body) });
    const told = fieldsOf(answer, 'that of a schedule');
    const next = changesIn(told['next']);
    const lines: Line[] = [
      `${cell(told['description'])} (${cell(told['kind'])}, ${cell(told['timezone'])})`,
      ...next.map(({ at, local }) => `  ${cell(local)}  ${cell(at)}`),
      ...(next.length > 0 ? [] : ['  It does not come again.']),
      ...changesIn(told['daylightSaving']).map(({ note }): Line => ({ text: cell(note), tone: 'changed' })),
    ];
    return { exitCode: EXIT.ok, lines, json: told };
  },
};
