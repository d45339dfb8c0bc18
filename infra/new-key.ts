// `npm run new-key -- --role admin --name first-admin`: makes an API key, keeps its hash in the table, prints it once.
import { randomBytes } from 'node:crypto';
import { systemClock } from '../middleware/kernel/clock.ts';
import { sdkTable } from '../store/adapters/sdk.ts';
import { newApiKey, putApiKey } from '../store/items/api-keys.ts';
import { HELP, readCommandLine, type Wanted } from './new-key/command-line.ts';

const asked = readCommandLine(process.argv.slice(2), process.env);
switch (asked.kind) {
  case 'help':
    console.log(HELP);
    break;
  case 'wrong':
    console.error(`${asked.reason} "npm run new-key -- --help" tells more.`);
    process.exitCode = 2;
    break;
  case 'key':
    await make(asked.wanted);
}

async function make({ table, livesForMs, ...wanted }: Wanted): Promise<void> {
  const key = newApiKey((bytes) => randomBytes(bytes));
  const createdAt = systemClock.now();
  const expires = livesForMs === undefined ? {} : { expiresAt: createdAt + Math.ceil(livesForMs) };
  try {
    await putApiKey(sdkTable({ tableName: table }), { key, createdAt, ...wanted, ...expires });
  } catch (error) {
    // What the store says names the table, and what to look at.
    console.error(`No key was made: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
    return;
  }
  console.log(key);
}
