// Probes: programs that are measured in processes of their own, bundled into one minified file as functions are deployed.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const CREDENTIALS = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
const BANNER =
  "import { createRequire as benchRequire } from 'node:module'; const require = benchRequire(import.meta.url);";

/** The bundled file of a source file. */
export async function bundled(source: string, folder: string): Promise<string> {
  const outfile = join(folder, 'probe.mjs');
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    banner: { js: BANNER },
    logLevel: 'error',
  });
  return outfile;
}

/** Runs a probe against a table at `url`; gives what it prints. */
export async function runProbe(
  probe: string,
  url: string,
  { heap, args }: { readonly heap: readonly string[]; readonly args: readonly string[] },
): Promise<string> {
  const env = { ...CREDENTIALS, AWS_ENDPOINT_URL_DYNAMODB: url };
  const { stdout } = await promisify(execFile)(process.execPath, [...heap, probe, ...args], { env });
  return stdout;
}
