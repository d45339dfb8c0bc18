// `flyball usage`: what the callers of a service used of its quotas, as one CSV file to bill them by.
import type { Command, Given } from '../command.ts';
import { strange, type Answer, type ControlPlane } from '../control-plane.ts';
import { EXIT } from '../failure.ts';
import { replaceFile, serviceName } from '../rules-file.ts';

export const usage: Command = {
  name: 'usage',
  summary: 'write what callers used of quotas as CSV',
  synopsis: '<service> [--rule <name>] [--from <time>] [--to <time>] [-o <file>]',
  help: `Prints one line for each quota, window and key, all of them. Windows are told of
that have a moment from --from to --to; the present ones unless said otherwise.
A month: --from 2027-01-01T00:00Z --to 2027-02-01T00:00Z

  --rule <name>        of one quota; also of one that is no longer in force
  --from <time>        such as 2027-01-01T00:00Z
  --to <time>
  -o, --output <file>  replaces a file, and only when all has been read`,
  options: {
    rule: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    output: { type: 'string', short: 'o' },
  },
  takes: { atLeast: 1, atMost: 1 },

  async run(given, { controlPlane, folder }) {
    const service = serviceName(given.args[0] ?? '');
    const file = given.text('output');
    const csv = await allParts(controlPlane, service, given);
    const lines = csv.split('\r\n').slice(0, -1);
    const rows = Math.max(0, lines.length - 1);
    if (file === undefined || file === '-') return { exitCode: EXIT.ok, lines, json: { service, rows, csv } };
    const changed = replaceFile(folder, file, csv);
    const said = `${file} holds the usage of ${service}: ${rows === 1 ? '1 line' : `${String(rows)} lines`}.`;
    return { exitCode: EXIT.ok, lines: [said], json: { service, file, rows, changed } };
  },
};

/** Goes on behind each part's link until there is none. */
async function allParts(controlPlane: ControlPlane, service: string, { text }: Given): Promise<string> {
  const path = `/v1/services/${service}/usage`;
  const query = new URLSearchParams({ format: 'csv' });
  for (const name of ['rule', 'from', 'to']) {
    const value = text(name);
    if (value !== undefined) query.set(name, value);
  }
  let csv = '';
  let next: string | undefined = `${path}?${query.toString()}`;
  while (next !== undefined) {
    const answer: Answer = await controlPlane.ask('GET', next, { headers: { accept: 'text/csv' } });
    if (!answer.headers.get('content-type')?.startsWith('text/csv')) throw strange('usage as CSV', answer);
    csv += answer.text;
    next = nextOf(answer, path);
  }
  return csv;
}

/** Nowhere but on the same list. */
function nextOf({ headers }: Answer, path: string): string | undefined {
  const [, next] = /^<([^>]*)>; rel="next"$/.exec(headers.get('link') ?? '') ?? [];
  return next?.startsWith(`${path}?`) ? next : undefined;
}
