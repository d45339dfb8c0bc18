// `npm run new-key -- --role admin --name first-admin`: makes an API key, keeps its hash in the table, prints it once.
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { systemClock } from '../middleware/kernel/clock.ts';
import { sdkTable } from '../store/adapters/sdk.ts';
import { newApiKey, putApiKey, ROLES, type Role } from '../store/items/api-keys.ts';

const USAGE = `Usage: npm run new-key -- --role ${ROLES.join('|')} --name NAME [--services a,b] [--days N]
The table is the one FLYBALL_TABLE names; Region and credentials are those of the AWS SDK.`;

function refuse(reason: string): never {
  console.error(`${reason}\n${USAGE}`);
  process.exit(2);
}

function read(): { role: Role; name: string; services: string[] | undefined; days: number | undefined; table: string } {
  const options = {
    role: { type: 'string' },
    name: { type: 'string' },
    services: { type: 'string' },
    days: { type: 'string' },
  } as const;
  let values;
  try {
    ({ values } = parseArgs({ options }));
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error));
  }
  const role = ROLES.find((known) => known === values.role);
  if (!role) refuse('A key needs a --role.');
  if (!values.name) refuse('A key needs a --name, by which the audit log knows it.');
  const days = values.days === undefined ? undefined : Number(values.days);
  if (days !== undefined && !(days > 0)) refuse('--days takes a number above zero.');
  const table = process.env['FLYBALL_TABLE'];
  if (!table) refuse('FLYBALL_TABLE is not set.');
  return { role, name: values.name, services: values.services?.split(','), days, table };
}

const { role, name, services, days, table } = read();
const key = newApiKey((bytes) => randomBytes(bytes));
const now = systemClock.now();
await putApiKey(sdkTable({ tableName: table }), {
  key,
  role,
  name,
  createdAt: now,
  ...(services ? { services } : {}),
  ...(days ? { expiresAt: now + days * 86_400_000 } : {}),
});
console.log(key);
