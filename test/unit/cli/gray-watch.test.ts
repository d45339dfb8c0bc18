// Waiting for the end of a gray publication over a control plane that is away now and then.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { NOBODY } from '../../../cli/console.ts';
import { run } from '../../../cli/run.ts';

const GRAY = { revision: 2, baseRevision: 1, author: 'ada', note: 'x', startedAt: '2026-01-05T12:00:00.000Z' };

/** Each look is answered by the next of these, and by the last one from then on: a state, or no answer. */
async function watched(answers: readonly string[]) {
  const ran = { exitCode: 0, out: '', err: '', looks: 0 };
  const server = createServer((_request, response) => {
    const answer = answers[Math.min(ran.looks, answers.length - 1)];
    ran.looks += 1;
    const body = answer === 'away' ? { status: 503, detail: 'The table does not answer.' } : { ...GRAY, state: answer };
    response.writeHead(answer === 'away' ? 503 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  ran.exitCode = await run(['gray', 'show', 'shop', '--watch', '--json'], {
    ...{ env: { FLYBALL_URL: url, FLYBALL_TOKEN: 'fb_key' }, folder: '.', version: '1.2.3' },
    console: { ...NOBODY, wait: () => Promise.resolve('over') },
    out: (text) => (ran.out += text),
    err: (text) => (ran.err += text),
  });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return ran;
}

describe('gray show --watch', () => {
  it('goes on while the control plane cannot answer for a while', async () => {
    const ran = await watched(['running', 'away', 'away', 'running', 'away', 'promoted']);
    expect(ran).toMatchObject({ exitCode: 0, looks: 6 });
    expect(JSON.parse(ran.out)).toMatchObject({ service: 'shop', state: 'promoted' });
  });

  it('ends when that lasts: nothing may be concluded from it', async () => {
    const ran = await watched(['running', 'away']);
    expect(ran).toMatchObject({ exitCode: 3, looks: 14 });
    expect(ran.out).toContain('could not answer (503)');
  });

  it('ends at once when there was no answer to begin with', async () => {
    expect(await watched(['away'])).toMatchObject({ exitCode: 3, looks: 1 });
  });
});
