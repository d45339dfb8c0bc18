// `flyball keys`: makes API keys, lists them and revokes them.
import { cell, fieldsOf, jsonBody, listed, moment, type Fields } from '../answers.ts';
import type { Command, Given, Outcome } from '../command.ts';
import type { ControlPlane } from '../control-plane.ts';
import { EXIT, WrongUsage } from '../failure.ts';
import { table, type Line, type Tone } from '../line.ts';
import { didYouMean } from '../nearest.ts';
import { servicesOf } from './services.ts';

const ACTIONS = ['create', 'list', 'revoke'];

export const keys: Command = {
  name: 'keys',
  summary: 'make API keys, list them, revoke them',
  synopsis: 'create <name> --role <role> [--services <names>] [--for <time>], or list, or revoke <id>',
  help: `create  prints the new key, which is shown this once and nowhere else
list    all there are and how they stand, without the keys themselves
revoke  refuses it from the next request on; it never comes back

  --role <role>        pinger, viewer, editor, publisher or admin
  --services <names>   for these alone: orders,payments
  --for <time>         ends after: 12h, 90d; --expires for a moment
  --expires <time>     ends at: 2027-01-01T00:00:00Z
  --note <text>        of revoke: why, for the history
  --made               of revoke: also what it has made, and what those have made`,
  options: {
    role: { type: 'string' },
    services: { type: 'string' },
    for: { type: 'string' },
    expires: { type: 'string' },
    note: { type: 'string' },
    made: { type: 'boolean' },
  },
  takes: { atLeast: 1, atMost: 2 },

  async run(given, { controlPlane }) {
    const [action = '', name] = given.args;
    if (action === 'list' && name === undefined) return list(controlPlane);
    if (action === 'create' && name !== undefined) return create(name, given, controlPlane);
    if (action === 'revoke' && name !== undefined) return revoke(name, given, controlPlane);
    if (ACTIONS.includes(action))
      throw new WrongUsage('Write flyball keys create <name> --role …, list, or revoke <id>.');
    throw new WrongUsage(`There is no "${action}" of keys: write ${ACTIONS.join(', ')}.${didYouMean(action, ACTIONS)}`);
  },
};

async function create(name: string, { text }: Given, controlPlane: ControlPlane): Promise<Outcome> {
  const role = text('role');
  if (role === undefined) throw new WrongUsage('--role is missing: pinger, viewer, editor, publisher or admin.');
  const [services, lasting, expiresAt] = [servicesOf(text('services')), text('for'), text('expires')];
  const body = {
    ...{ name, role },
    ...(services ? { services } : {}),
    ...(lasting === undefined ? {} : { for: lasting }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
  const made = fieldsOf(await controlPlane.ask('POST', '/v1/keys', { body: jsonBody(body) }), 'a key');
  // The key alone on the first line, for those who read it by a program.
  return {
    exitCode: EXIT.ok,
    lines: [cell(made['key']), `It is key ${cell(made['id'])}${endOf(made)}; it is not shown again.`],
    json: made,
  };
}

const endOf = ({ expiresAt }: Fields) => (expiresAt === undefined ? '' : `, until ${moment(expiresAt)}`);

async function list(controlPlane: ControlPlane): Promise<Outcome> {
  const { rows } = await listed(controlPlane, '/v1/keys', 'keys');
  return { exitCode: EXIT.ok, lines: rows.length > 0 ? linesOf(rows) : ['There are no keys.'], json: { keys: rows } };
}

const TONES: Readonly<Record<string, Tone>> = { revoked: 'bad', expired: 'changed' };

function linesOf(rows: readonly Fields[]): Line[] {
  return table(
    rows,
    [
      { title: 'ID', of: ({ id }) => cell(id) },
      { title: 'NAME', of: ({ name }) => cell(name) },
      { title: 'ROLE', of: ({ role }) => cell(role) },
      { title: 'STATE', of: ({ state }) => cell(state) },
      { title: 'SERVICES', of: ({ services }) => (Array.isArray(services) ? services.map(cell).join(',') : 'all') },
      { title: 'MADE', of: ({ createdAt }) => moment(createdAt) },
      { title: 'ENDS', of: ({ expiresAt, revokedAt }) => moment(revokedAt ?? expiresAt) },
    ],
    ({ state }) => TONES[String(state)],
  );
}

async function revoke(id: string, { text, flag }: Given, controlPlane: ControlPlane): Promise<Outcome> {
  if (!/^([0-9a-f]{16}|[0-9a-f]{64})$/.test(id)) {
    throw new WrongUsage('That is no id of a key: write its 16 letters as flyball keys list shows them, not the key.');
  }
  const note = text('note');
  const answer = await controlPlane.ask('POST', `/v1/keys/${id}/revoke`, {
    body: jsonBody({ ...(note === undefined ? {} : { note }), ...(flag('made') ? { made: true } : {}) }),
  });
  const key = fieldsOf(answer, 'a key');
  const also = key['alsoRevoked'];
  const made = Array.isArray(also) ? [`So are ${String(also.length)} that it had made.`] : [];
  const revoked = `Key ${cell(key['id'])} (${cell(key['name'])}) is revoked.`;
  return { exitCode: EXIT.ok, lines: [revoked, ...made], json: key };
}
