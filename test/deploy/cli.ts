// Runs the real Serverless CLI against the emulated AWS, through a gate that leads nowhere else.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { CREDENTIALS, REGION, withoutAws } from '../../infra/deploy/moto.ts';

export const STAGE = 'test';
export const STACK = `flyball-${STAGE}`;

/** Between its looks at the stack, ms; by itself it waits five seconds. */
const LOOK_EVERY_MS = '200';

export interface Place {
  /** Where moto listens. */
  readonly moto: string;
  readonly gate: string;
  /** A folder of the run's own, inside the checkout: what is built there finds node_modules. */
  readonly folder: string;
}

/** Packages the stack and deploys the package, as `serverless deploy` does in one. Throws an Error with what the CLI said. */
export async function deploy(place: Place, params: Record<string, string | number>): Promise<string> {
  const options = Object.entries(params).map(([name, value]) => `--param=${name}=${String(value)}`);
  // In two steps, because the folder of one is shared with whoever packages in this checkout meanwhile.
  const into = ['--package', join(place.folder, 'package')];
  await serverless(place, ['package', ...into, ...options]);
  return serverless(place, ['deploy', ...into, ...options]);
}

/** One command, for the tests' stage unless another is given. Throws an Error with what the CLI said. */
export async function serverless(
  { moto, gate, folder }: Place,
  args: readonly string[],
  stage: readonly string[] = ['--stage', STAGE],
): Promise<string> {
  const child = spawn('serverless', [...args, ...stage, '--region', REGION], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...withoutAws(process.env),
      ...CREDENTIALS,
      AWS_ENDPOINT_URL: moto,
      HTTP_PROXY: gate,
      HTTPS_PROXY: gate,
      SLS_AWS_MONITORING_FREQUENCY: LOOK_EVERY_MS,
      FLYBALL_BUILD_DIR: join(folder, 'build'),
      FLYBALL_LAYER_DIR: join(folder, 'layer'),
      FLYBALL_CONSOLE_DIR: join(folder, 'console'),
      // vitest's own would make the build believe it is under test.
      NODE_ENV: '',
      VITEST: '',
    },
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  const output = said.join('');
  if (code !== 0) throw new Error(`serverless ${args.join(' ')} ended with ${String(code)}:\n${output}`);
  return output;
}
