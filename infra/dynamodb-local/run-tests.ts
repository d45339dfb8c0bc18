// `npm run test:dynamodb-local`: the integration tests against AWS's DynamoDB Local instead of dynalite.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type DynamodbLocal, startDynamodbLocal } from './emulator.ts';

/**
 * What a table's own rules have no part in: who may, what the command says, what a template or a bench holds, and what is
 * read from what other tests have written.
 */
const APART = [
  ...['iam/roles', 'bench/*', 'scale/*', 'cli/*', 'adopt/*', 'access-control/*', 'examples/*', 'logs/*', 'infra/*'],
  'config-center/{usage,usage-signals,shed,faults,simulate,operations,roles}',
];

let emulator: DynamodbLocal;
try {
  emulator = await startDynamodbLocal();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

const excluded = APART.flatMap((files) => ['--exclude', `test/integration/${files}.test.ts`]);
const tests = spawn('vitest', ['run', '--project', 'integration', ...excluded, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, FLYBALL_TEST_DYNAMODB_URL: emulator.url },
});
// Ctrl-C reaches the tests too: they end first, then what they talk to.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => tests.kill('SIGTERM'));
const [code] = (await once(tests, 'exit')) as [number | null];
await emulator.stop();
process.exit(code ?? 1);
