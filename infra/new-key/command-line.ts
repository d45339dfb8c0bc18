// Reads what `npm run new-key` was asked for: which key to make, or what is wrong with the asking. Pure.
import { parseArgs } from 'node:util';
import { isName } from '../../functions/api/names.ts';
import { ROLES, type Role } from '../../store/items/api-keys.ts';

export interface Wanted {
  readonly table: string;
  readonly role: Role;
  readonly name: string;
  /** All, when left out. */
  readonly services?: readonly string[];
  /** For ever, when left out. */
  readonly livesForMs?: number;
}

export type Asked =
  | { readonly kind: 'key'; readonly wanted: Wanted }
  | { readonly kind: 'help' }
  /** One sentence, or two. */
  | { readonly kind: 'wrong'; readonly reason: string };

export const HELP = `Usage: npm run --silent new-key -- --role <role> --name <name> [--services <a,b>] [--days <n>]

Makes an API key of the control plane, keeps its hash in the table, and prints the key: once, nothing else keeps it.

  --role <role>      pinger: tells of the checks of one service, and no more; viewer: reads everything; editor: also puts
                     drafts; publisher: also publishes, rolls back and forces breakers; admin: also whatever concerns
                     the control plane itself
  --name <name>      whose key it is, or what for: stands in the audit log
  --services <a,b>   the services it is for; without this, all of them
  --days <n>         after so many days it is no longer taken; without this, it always is
  -h, --help         print this

Environment:
  FLYBALL_TABLE      the name of flyball's table, such as flyball-prod
  AWS_REGION and credentials, as the AWS SDK finds them

Exit codes:
  0  the key is printed
  1  the table was not reached, or refused
  2  the command line or the environment is not as it must be`;

const OPTIONS = {
  role: { type: 'string' },
  name: { type: 'string' },
  services: { type: 'string' },
  days: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const LONGEST_NAME = 64;
const MOST_DAYS = 3650;
const DAY_MS = 86_400_000;

export function readCommandLine(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Asked {
  let values;
  try {
    ({ values } = parseArgs({ args: [...argv], options: OPTIONS }));
  } catch (error) {
    const said = error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error);
    return wrong(said.endsWith('.') ? said : `${said}.`);
  }
  if (values.help === true) return { kind: 'help' };

  const role = ROLES.find((known) => known === values.role);
  if (role === undefined) {
    const given = values.role === undefined ? 'A key needs a --role' : `There is no role ${quoted(values.role)}`;
    return wrong(`${given}: one of ${ROLES.join(', ')}.`);
  }

  const { name = '' } = values;
  if (name.trim() === '') return wrong('A key needs a --name, by which the audit log knows it.');
  if (name.length > LONGEST_NAME || /\p{Cc}/u.test(name)) {
    return wrong(`--name takes 1 to ${String(LONGEST_NAME)} characters in one line.`);
  }

  const services = values.services?.split(',').map((service) => service.trim());
  const odd = services?.find((service) => !isName(service));
  if (odd !== undefined) {
    return wrong(
      `--services: ${quoted(odd)} names no service. A name is 1 to 64 lower-case letters, digits and hyphens; several are parted by commas.`,
    );
  }

  const days = values.days === undefined ? undefined : daysOf(values.days);
  if (days !== undefined && !(days > 0 && days <= MOST_DAYS)) {
    return wrong(`--days takes a number above 0, at most ${String(MOST_DAYS)}.`);
  }

  const table = env['FLYBALL_TABLE'] ?? '';
  if (!/^[\w.-]{3,255}$/.test(table)) {
    const given =
      table === '' ? 'FLYBALL_TABLE is not set' : `FLYBALL_TABLE is ${quoted(table)}, which no table is called`;
    return wrong(`${given}: it takes the name of flyball's table, such as flyball-prod.`);
  }

  return {
    kind: 'key',
    wanted: {
      table,
      role,
      name,
      ...(services && { services: [...new Set(services)] }),
      ...(days !== undefined && { livesForMs: days * DAY_MS }),
    },
  };
}

/** Plain decimals; `Number` would take the empty text and 0x10 too. */
function daysOf(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
}

function wrong(reason: string): Asked {
  return { kind: 'wrong', reason };
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, LONGEST_NAME));
}
