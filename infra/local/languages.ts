// Functions in other languages, and those that stand before them: what this machine can run of them.
import { spawnSync } from 'node:child_process';
import type { Log } from './lambda.ts';
import type { Service } from './serverless.ts';

/** The keys of the functions that the gateway asks before it passes a request on. */
export function authorizersOf({ provider }: Service): ReadonlySet<string> {
  const authorizers = Object.values(provider.httpApi?.authorizers ?? {});
  return new Set(authorizers.flatMap(({ functionName }) => (functionName === undefined ? [] : [functionName])));
}

/** Whether `python3` answers; any version does for the examples. */
function havePython(): boolean {
  return spawnSync('python3', ['--version'], { timeout: 10_000 }).status === 0;
}

/** Without Python the world starts all the same: its functions are then reached by nothing. */
export function leaveOutPython({ functions }: Service, log: Log, have: () => boolean = havePython): void {
  const inPython = Object.values(functions).filter(({ runtime }) => runtime?.startsWith('python'));
  if (inPython.length === 0 || have()) return;
  for (const definition of inPython) {
    definition.events = [];
    log(`${definition.name} is left out: this machine has no python3`);
  }
}
