// The `flyball` command's keys: kept by a login, made, listed and revoked; and what else needs no rules.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { COMMANDS } from '../../../cli/commands.ts';
import { NOBODY, type Console } from '../../../cli/console.ts';
import { run } from '../../../cli/run.ts';
import { startCenter } from '../config-center/center.ts';
import { createTable } from '../table.ts';
import { serve, serveCenter, type ServedCenter } from './center-over-http.ts';

let served: ServedCenter;
let home: string;

beforeAll(async () => {
  served = await serveCenter(await startCenter((await createTable(inject('dynamodb'))).sdk));
});
afterAll(() => served.stop());
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'flyball-home-'));
  return () => rmSync(home, { recursive: true, force: true });
});

type Env = Readonly<Record<string, string>>;

async function flyball(argv: readonly string[], env: Env = {}, console: Partial<Console> = {}) {
  const ran = { exitCode: 0, out: '', err: '' };
  ran.exitCode = await run(argv, {
    env: { XDG_CONFIG_HOME: home, ...env },
    ...{ folder: home, version: '1.2.3', timeoutMs: 60_000, console: { ...NOBODY, ...console } },
    out: (text) => (ran.out += text),
    err: (text) => (ran.err += text),
  });
  return ran;
}

const keyFile = () => join(home, 'flyball/keys.json');
const typing = (key: string): Partial<Console> => ({ secret: () => Promise.resolve(`${key}\n`) });
const login = (key: string, url = served.url) => flyball(['login', '--url', url], {}, typing(key));

describe('login', () => {
  it('keeps a key for its owner alone, which is used from then on until logout', async () => {
    expect(await login('fb_viewer')).toMatchObject({ exitCode: 0, err: '' });
    expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, 'flyball')).mode & 0o777).toBe(0o700);
    expect(await flyball(['services'])).toMatchObject({ exitCode: 0, out: 'There are no such services.' });
    expect(await flyball(['logout'])).toMatchObject({ exitCode: 0 });
    expect(readFileSync(keyFile(), 'utf8')).not.toContain('fb_viewer');
    expect(await flyball(['services'])).toMatchObject({ exitCode: 2 });
  });

  it('keeps nothing that the control plane does not take', async () => {
    expect(await login('fb_nobody')).toMatchObject({ exitCode: 1 });
    expect(() => statSync(keyFile())).toThrow('ENOENT');
  });

  it('comes behind the environment', async () => {
    await login('fb_admin');
    expect(await flyball(['keys', 'list'])).toMatchObject({ exitCode: 0 });
    const ran = await flyball(['keys', 'list'], { FLYBALL_TOKEN: 'fb_viewer' });
    expect(ran).toMatchObject({ exitCode: 1 });
    expect(ran.err).toContain('may not do this (403)');
  });

  it.each([
    ['fb_viewer', 'FLYBALL_TOKEN is set, and is used in its place.'],
    ['', 'FLYBALL_TOKEN is set to nothing: unset it, for it comes first.'],
  ])('says so where the environment has %j', async (token, told) => {
    const ran = await flyball(['login', '--url', served.url], { FLYBALL_TOKEN: token }, typing('fb_admin'));
    expect(ran.out.split('\n')).toEqual([expect.stringContaining('Logged in to'), told]);
  });

  it('sends a key to the address it was kept for and no other', async () => {
    const asked: unknown[] = [];
    const other = await serve(
      createServer((request, response) => {
        asked.push(request.headers.authorization);
        response.end('{}');
      }),
    );
    await login('fb_viewer');
    const ran = await flyball(['services', '--url', other.url]);
    await other.stop();
    expect(ran).toMatchObject({ exitCode: 2 });
    expect(ran.err).toContain('flyball login');
    expect(asked).toEqual([]);
  });

  it.each([
    ['that others can read', () => chmodSync(keyFile(), 0o644), 'can be read by others: chmod 600'],
    ['that is damaged', () => writeFileSync(keyFile(), '{'), 'remove it and log in again'],
  ])('refuses a file %s', async (_what, harm, message) => {
    await login('fb_viewer');
    harm();
    const ran = await flyball(['services']);
    expect(ran).toMatchObject({ exitCode: 2 });
    expect(ran.err).toContain(message);
  });

  it('asks for no file of a user who has none', async () => {
    mkdirSync(join(home, 'empty'));
    const env = { XDG_CONFIG_HOME: '', FLYBALL_URL: served.url, FLYBALL_TOKEN: 'fb_viewer' };
    expect(await flyball(['services'], env)).toMatchObject({ exitCode: 0 });
  });
});

describe('keys', () => {
  const admin = () => ({ FLYBALL_URL: served.url, FLYBALL_TOKEN: 'fb_admin' });

  it('are made, work, are listed without the key itself, and are revoked', async () => {
    const made = await flyball(['keys', 'create', 'a build', '--role', 'viewer', '--for', '90d'], admin());
    expect(made).toMatchObject({ exitCode: 0, err: '' });
    const [key = '', told = ''] = made.out.split('\n');
    expect(await flyball(['services'], { ...admin(), FLYBALL_TOKEN: key })).toMatchObject({ exitCode: 0 });

    const [, id = ''] = /^It is key ([0-9a-f]{16}), until 2026-04-05/.exec(told) ?? [];
    const list = await flyball(['keys', 'list'], admin());
    expect(list.out).toMatch(new RegExp(`^${id} +a build +viewer +active +all `, 'm'));
    expect(list.out).not.toContain(key);

    expect(await flyball(['keys', 'revoke', id, '--note', 'over'], admin())).toMatchObject({
      exitCode: 0,
      out: `Key ${id} (a build) is revoked.`,
    });
    expect(await flyball(['services'], { ...admin(), FLYBALL_TOKEN: key })).toMatchObject({ exitCode: 1 });
  });

  it('are for some services where that is said', async () => {
    const { out } = await flyball(['keys', 'create', 'x', '--role', 'editor', '--services', 'a,b', '--json'], admin());
    expect(JSON.parse(out)).toMatchObject({ name: 'x', role: 'editor', services: ['a', 'b'], state: 'active' });
  });
});

describe('completion', () => {
  it('completes commands and their options in bash', async () => {
    const { out } = await flyball(['completion', 'bash']);
    const complete = (...words: readonly string[]) => {
      const typed = words.map((word) => `'${word}'`).join(' ');
      const script = `${out}\nCOMP_WORDS=(${typed}) COMP_CWORD=${String(words.length - 1)}; _flyball; echo "\${COMPREPLY[@]}"`;
      return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split(' ');
    };
    expect(complete('flyball', 'pro')).toEqual(['promote']);
    expect(complete('flyball', 'apply', '--d')).toEqual(['--dry-run']);
    expect(complete('flyball', 'publish', 'rules')).toEqual(['']);
  });

  it.each(['zsh', 'fish'])('knows every command in %s', async (shell) => {
    const { out } = await flyball(['completion', shell]);
    for (const { name } of COMMANDS) expect(out).toContain(name);
  });
});

describe('jobs', () => {
  const job = {
    ...{ id: 'orders:nightly', status: 'failed', since: '2027-01-01T02:00:00.000Z', schedule: '0 2 * * *' },
    ...{ lastRun: { status: 'failed' }, nextExpectedAt: '2027-01-02T02:00:00.000Z', owner: 'ada' },
  };
  const run = {
    ...{ run: 'r-1', status: 'failed', startedAt: '2027-01-01T02:00:00.000Z', durationMs: 1500 },
    error: { name: 'Error', message: 'no\u001b[2Jdisk' },
  };

  it.each([
    [
      ['jobs'],
      ['orders:nightly', 'failed', '2027-01-01 02:00:00', '0 2 * * *', 'failed', '2027-01-02 02:00:00', 'ada'],
    ],
    [
      ['jobs', 'orders:nightly'],
      ['2027-01-01 02:00:00', 'failed', '1.5', 'Error: no\\u001b[2Jdisk', 'r-1'],
    ],
  ])('%j is a table', async (argv, cells) => {
    const center = await serve(
      createServer((request, response) => {
        response.end(JSON.stringify(request.url?.includes('/runs') ? { runs: [run] } : { jobs: [job] }));
      }),
    );
    const { exitCode, out } = await flyball(argv, { FLYBALL_URL: center.url, FLYBALL_TOKEN: 'fb_key' });
    await center.stop();
    expect(exitCode).toBe(0);
    const [, row = '', ...rest] = out.split('\n');
    expect(row.trim().split(/ {2,}/)).toEqual(cells);
    expect(rest).toEqual([]);
  });

  it('are asked for by how they stand, and checks among them are called by their slugs', async () => {
    const asked: string[] = [];
    const check = {
      id: '0a'.repeat(20),
      kind: 'check',
      service: 'orders',
      slug: 'import',
      status: 'failed',
      period: '1h',
    };
    const center = await serve(
      createServer((request, response) => {
        asked.push(String(request.url));
        response.end(JSON.stringify({ jobs: [check, { ...check, slug: undefined }] }));
      }),
    );
    const settings = { FLYBALL_URL: center.url, FLYBALL_TOKEN: 'fb_key' };
    const { out } = await flyball(['jobs', '--status', 'failed'], settings);
    const { exitCode } = await flyball(['jobs', 'orders:import', '--status', 'failed'], settings);
    await center.stop();
    expect(asked).toEqual([expect.stringContaining('status=failed')]);
    const rows = out.split('\n').slice(1);
    expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual([
      ['orders:import', 'failed', 'every 1h'],
      [check.id, 'failed', 'every 1h'],
    ]);
    expect(exitCode).toBe(2);
  });
});

describe('top', () => {
  /** A control plane with two services, one of which is called and has a breaker open. */
  const answers: Readonly<Record<string, unknown>> = {
    '/v1/services': {
      services: [
        { service: 'calm', revision: 1 },
        { service: 'busy', revision: 7, gray: { revision: 8 } },
      ],
    },
    '/v1/services/calm/breakers': [],
    '/v1/services/busy/breakers': [{ state: 'CLOSED' }, { state: 'OPEN' }, { keys: [{ state: 'HALF_OPEN' }] }],
    '/v1/telemetry/topology': {
      completeUntil: '2027-01-01T12:00:00.000Z',
      edges: [
        {
          ...{ from: 'internet', to: 'service:busy', count: 600, ratePerSecond: 1.234, errorShare: 0.0123 },
          ...{ refusedShare: 0, durationMs: { p99: 250 } },
        },
      ],
    },
  };
  let asked: string[];
  let center: ServedCenter;
  let isAway: boolean;
  beforeEach(async () => {
    [asked, isAway] = [[], false];
    center = await serve(
      createServer((request, response) => {
        const url = new URL(request.url ?? '', 'http://center');
        asked.push(
          `${url.pathname}${url.searchParams.has('from') ? `?from=${String(url.searchParams.get('from'))}` : ''}`,
        );
        if (isAway) response.writeHead(503).end('{"detail":"The table does not answer."}');
        else response.end(JSON.stringify(answers[url.pathname]));
      }),
    );
    return () => center.stop();
  });
  const env = () => ({ FLYBALL_URL: center.url, FLYBALL_TOKEN: 'fb_key' });

  it('is one table where nobody watches: busiest first, by the ten minutes that are summed up', async () => {
    const { exitCode, out } = await flyball(['top'], env());
    expect(exitCode).toBe(0);
    expect(out.split('\n').map((line) => line.trim().split(/ +(?![%S])|(?<=[ES]) (?=MS)/))).toEqual([
      ['SERVICE', 'CALLS/S', 'ERRORS %', 'REFUSED %', 'P99', 'MS', 'BREAKERS', 'REVISION', 'GRAY'],
      ['busy', '1.23', '1.23', '0', '250', '2', '7', '8'],
      ['calm', '0', '1'],
    ]);
    expect(asked).toContain('/v1/telemetry/topology?from=2027-01-01T11:50:00.000Z');
  });

  it('is one JSON value in a terminal, too, where that is asked for', async () => {
    const { out } = await flyball(['top', '--json'], env(), { isTerminal: true });
    expect(JSON.parse(out)).toMatchObject({
      services: [
        { service: 'busy', revision: 7, gray: 8, notClosed: 2, p99Ms: 250 },
        { service: 'calm', notClosed: 0 },
      ],
    });
  });

  it('goes on in a terminal until it is ended, says what it could not read, and gives the terminal back', async () => {
    const written: string[] = [];
    let waits = 0;
    const console: Partial<Console> = {
      isTerminal: true,
      write: (text) => void written.push(text),
      wait: () => {
        isAway = ++waits === 1;
        return Promise.resolve(waits === 3 ? 'stopped' : 'over');
      },
    };
    const ran = await flyball(['top'], env(), console);
    expect(ran).toMatchObject({ exitCode: 0, err: '' });
    expect(ran.out).toContain('busy');
    expect(written.at(0)).toContain('\u001b[?1049h');
    expect(written.at(-1)).toContain('\u001b[?1049l');
    expect(written.filter((text) => text.includes('could not answer (503)'))).toHaveLength(1);
    expect(written.filter((text) => text.includes('busy'))).toHaveLength(3);
  });

  it('is given back as well when it is ended while it looks', async () => {
    const written: string[] = [];
    let stop = () => {};
    const console: Partial<Console> = {
      isTerminal: true,
      write: (text) => void written.push(text),
      onStop: (stopped) => {
        stop = stopped;
        return () => {};
      },
      wait: () => {
        stop();
        return Promise.resolve('over');
      },
    };
    expect(await flyball(['top', '--every', '2'], env(), console)).toMatchObject({ exitCode: 0 });
    expect(written.at(-1)).toContain('\u001b[?25h');
  });
});
