// The `flyball` command: everything it does, it does over the control plane's HTTP API.
import { createRequire } from 'node:module';
import { consoleOfProcess } from './console-process.ts';
import { run } from './run.ts';

/** By the package's own name, which means its manifest from here as from wherever it is installed. */
const { version } = createRequire(import.meta.url)('flyball/package.json') as { readonly version: string };

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  folder: process.cwd(),
  version,
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
  console: consoleOfProcess(process, process.env),
});
