// The `flyball` command against the started world, as somebody types it: a service from its first rules to taking them back.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOBODY } from '../../cli/console.ts';
import { run } from '../../cli/run.ts';
import { world } from './client.ts';

const SERVICE = 'cli-world';
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flyball-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function flyball(...argv: readonly string[]) {
  const ran = { exitCode: 0, out: '', err: '' };
  ran.exitCode = await run(argv, {
    env: { XDG_CONFIG_HOME: join(folder, '.config') },
    ...{ folder, version: '1.2.3', timeoutMs: 120_000 },
    console: { ...NOBODY, secret: () => Promise.resolve(world.adminToken) },
    out: (text) => (ran.out += text),
    err: (text) => (ran.err += text),
  });
  return ran;
}

/** @throws what it said, when it did not end with 0. */
async function done(...argv: readonly string[]): Promise<string> {
  const { exitCode, out, err } = await flyball(...argv);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  return out;
}

function rules(limit: string): string {
  const text = `apiVersion: flyball/v1\nservice: ${SERVICE} # by the command\nthrottles:\n  everyone: { limit: ${limit} }\n`;
  writeFileSync(join(folder, 'rules.yaml'), text);
  return text;
}

describe('the command', () => {
  it('logs in, applies, gives a part another revision, takes it back, rolls back, and tells of all that', async () => {
    await done('login', '--url', world.http);
    const text = rules('5/s');
    expect(await flyball('apply', '-f', '.', '--publish', '--dry-run')).toMatchObject({ exitCode: 4 });
    expect(await done('apply', '-f', 'rules.yaml', '--publish', '--note', 'first')).toContain('as revision 1');
    expect(await flyball('apply', '-f', 'rules.yaml', '--publish', '--dry-run')).toMatchObject({ exitCode: 0 });
    expect(await done('get', SERVICE, 'draft')).toBe(text.trimEnd());

    rules('6/s');
    expect(await done('diff', '-f', 'rules.yaml')).toContain('+ limit: "6/s"');
    await done('gray', 'start', 'rules.yaml', '--share', '50%', '--note', 'half first');
    expect(await done('services', SERVICE)).toContain('revision 2 is gray');
    await done('abort', SERVICE, '--note', 'not yet');
    await done('publish', '--draft', SERVICE, '--note', 'now');
    expect(await done('rollback', SERVICE, '1', '--note', 'as it was')).toContain('with the rules of 1, is in force');

    const { revisions } = JSON.parse(await done('history', SERVICE, '--json')) as { revisions: { state: string }[] };
    expect(revisions.map(({ state }) => state)).toEqual(['current', 'past', 'aborted', 'past']);
    expect(await done('history', SERVICE, '--audit', '--action', 'rules.abort')).toContain('not yet');
  });

  it('reaches the other parts of the control plane', async () => {
    expect(await done('jobs')).toContain('settlement');
    expect(await done('top')).toContain('orders');
    expect(await done('keys', 'list')).toContain('admin');
    expect(await flyball('get', 'nobody-there')).toMatchObject({ exitCode: 1 });
    await done('logout');
    expect(await flyball('services')).toMatchObject({ exitCode: 2 });
  });
});
