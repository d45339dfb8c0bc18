// `npm run fetch -- moto lambda`: fetches ahead what the tests that need more than npm would fetch when they begin.
import { join } from 'node:path';
import { installMoto } from '../deploy/moto.ts';
import { fetchedDynamodbLocal } from '../dynamodb-local/emulator.ts';
import { fetchedEmulator } from '../lambda/emulator.ts';
import { prometheusPrograms } from '../prometheus/programs.ts';
import { installPrograms } from '../python/programs.ts';
import { install as installSchemathesis } from '../schemathesis/tools.ts';

const TOOLS: ReadonlyMap<string, () => unknown> = new Map([
  ['moto', installMoto],
  ['schemathesis', installSchemathesis],
  ['cfn-lint', installCfnLint],
  ['dynamodb-local', fetchedDynamodbLocal],
  ['lambda', fetchedEmulator],
  ['prometheus', prometheusPrograms],
]);

/** Tells whether templates are what CloudFormation takes. */
function installCfnLint(): void {
  const requirements = join(import.meta.dirname, '../cfn-lint/requirements.txt');
  installPrograms({ what: 'cfn-lint', folder: '.flyball/cfn-lint', requirements, megabytes: 130 });
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !TOOLS.has(name));
if (wanted.length === 0 || unknown.length > 0) {
  const what = unknown.length > 0 ? `There is no tool ${unknown.join(', ')}. ` : '';
  console.error(`${what}Name what is to be fetched: ${[...TOOLS.keys()].join(', ')}.`);
  process.exit(2);
}
try {
  for (const name of wanted) {
    TOOLS.get(name)?.();
    console.log(`${name} is there`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
