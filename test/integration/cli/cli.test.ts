// The `flyball` command against the real config center: what it prints, writes and exits with.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { run } from '../../../cli/run.ts';
import { putMinute, type TelemetryMinute } from '../../../store/items/telemetry.ts';
import { limited, NOW, startCenter, type Center } from '../config-center/center.ts';
import { createTable, type TestTable } from '../table.ts';
import { serve, serveCenter, type ServedCenter } from './center-over-http.ts';

let table: TestTable;
let center: Center;
let served: ServedCenter;
let folder: string;

beforeAll(async () => {
  table = await createTable(inject('dynamodb'));
  center = await startCenter(table.sdk);
  served = await serveCenter(center);
});
afterAll(() => served.stop());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flyball-cli-'));
  return () => rmSync(folder, { recursive: true, force: true });
});

const file = (name: string, content: string | object) => {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return name;
};
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

interface Ran {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

async function flyball(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const ran = { exitCode: 0, out: '', err: '' };
  ran.exitCode = await run(argv, {
    env: { FLYBALL_URL: served.url, FLYBALL_TOKEN: 'fb_admin', ...env },
    folder,
    version: '1.2.3',
    out: (text) => (ran.out += text),
    err: (text) => (ran.err += text),
    timeoutMs: 60_000,
  });
  return ran;
}

/** For the duration of `work`, something else answers at an address. */
async function elsewhere(listener: RequestListener, work: (url: string) => Promise<void>): Promise<void> {
  const other = await serve(createServer(listener));
  try {
    await work(other.url);
  } finally {
    await other.stop();
  }
}

describe('publish', () => {
  it('puts a document in force and says as which revision', async () => {
    const name = file(
      'shop.yaml',
      'apiVersion: flyball/v1\nservice: cli-first # mine\nthrottles:\n  all: { limit: 9/s }\n',
    );
    expect(await flyball(['publish', name, '--note', 'a limit'])).toEqual({
      exitCode: 0,
      out: 'cli-first: revision 1 is in force.',
      err: '',
    });
    const { body } = await center.send('GET', '/v1/services/cli-first/revisions');
    expect(body).toMatchObject({ revisions: [{ revision: 1, note: 'a limit' }] });
  });

  it('says so when nothing had to change', async () => {
    const name = file('again.json', limited('cli-again', '5/s'));
    await flyball(['publish', name, '--note', 'once']);
    expect(await flyball(['publish', name, '--note', 'twice'])).toMatchObject({
      exitCode: 0,
      out: 'cli-again: revision 1 was in force already; nothing changed.',
    });
  });

  it('shows every error of a document, and leaves what is in force', async () => {
    const wrong = { ...limited('cli-wrong', 'fast'), surprises: {} };
    const ran = await flyball(['publish', file('wrong.json', wrong), '--note', 'x']);
    expect(ran).toMatchObject({ exitCode: 1, out: '' });
    expect(ran.err).toContain('The control plane refused (422): The rule document has 2 errors.');
    expect(ran.err).toContain('  /throttles/everyone/limit  ');
    expect(ran.err).toContain('surprises');
    expect(await center.send('GET', '/v1/services/cli-wrong/rules')).toMatchObject({ status: 404 });
  });

  it('asks for --force over instances that are older than the rules, which then works', async () => {
    const minute: TelemetryMinute = {
      ...{ service: 'cli-old', instance: 'a', version: '0.1.0', from: NOW - 60_000, to: NOW, revision: 0 },
      ...{ functionName: 'cli-old', functionVersion: '1', cell: '', resources: {}, calls: {}, attempts: {} },
      ...{ refusals: {}, shadow: {}, transitions: {}, internal: {} },
    };
    await putMinute(table.sdk, minute);
    const quota = { everyone: { limit: '1M/month', algorithm: 'fixed-window' } };
    const name = file('new.json', { apiVersion: 'flyball/v1', service: 'cli-old', throttles: quota });
    const refused = await flyball(['publish', name, '--note', 'a quota']);
    expect(refused.exitCode).toBe(1);
    expect(refused.err).toContain('behind: [{"version":"0.1.0","instances":1}]');
    expect(refused.err).toContain('or publish with --force');
    expect(refused.err).toContain('the rules in force are what they were');
    expect(await flyball(['publish', name, '--note', 'a quota', '--force'])).toMatchObject({ exitCode: 0 });
  });

  it('publishes the very draft it has put: one that somebody put meanwhile is refused', async () => {
    const name = file('mine.json', limited('cli-race', '5/s'));
    const listener: RequestListener = (request, response) => {
      const { authorization = '', 'content-type': type = '', 'if-match': etag } = request.headers;
      const headers = { authorization, 'content-type': type, ...(etag === undefined ? {} : { 'if-match': etag }) };
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const sent = center.send(request.method ?? '', request.url ?? '', { as: null, headers, body });
        void sent.then(async (answer) => {
          if (request.method === 'PUT') {
            await center.send('PUT', '/v1/services/cli-race/draft', { body: limited('cli-race', '7/s') });
          }
          response.writeHead(answer.status, { etag: String(answer.headers['etag']) });
          response.end(JSON.stringify(answer.body));
        });
      });
    };
    await elsewhere(listener, async (url) => {
      const ran = await flyball(['publish', name, '--note', 'mine', '--url', url]);
      expect(ran.exitCode).toBe(1);
      expect(ran.err).toContain('(412)');
    });
  });
});

describe('pull', () => {
  const rules = limited('cli-pull', '5/s');

  beforeAll(async () => {
    await center.send('PUT', '/v1/services/cli-pull/draft', { body: rules });
    await center.send('POST', '/v1/services/cli-pull/publish', { body: { note: 'first' } });
  });

  it('writes the published rules as a file that can be packaged', async () => {
    expect(await flyball(['pull', 'cli-pull'])).toEqual({
      exitCode: 0,
      out: 'flyball.rules.json holds revision 1 of cli-pull.',
      err: '',
    });
    expect(JSON.parse(read('flyball.rules.json'))).toEqual(rules);
  });

  it('leaves a file alone that is up to date', async () => {
    await flyball(['pull', 'cli-pull', '-o', 'mine.json']);
    expect(await flyball(['pull', 'cli-pull', '-o', 'mine.json'])).toMatchObject({ out: 'mine.json is up to date.' });
  });

  it('prints them for -o -', async () => {
    const { out } = await flyball(['pull', 'cli-pull', '-o', '-']);
    expect(JSON.parse(out)).toEqual(rules);
    expect(readdirSync(folder)).toEqual([]);
  });

  const bystanders: readonly [string, readonly string[], RequestListener | undefined, number, string][] = [
    ['a service without rules', ['pull', 'cli-nobody'], undefined, 1, 'has no published rules'],
    ['a page in place of rules', ['pull', 'cli-pull'], (_, to) => to.end('<html>'), 3, 'Is FLYBALL_URL the address'],
    [
      'the rules of another service',
      ['pull', 'cli-pull'],
      (_, to) => to.end(JSON.stringify(limited('other', '1/s'))),
      3,
      'not a rule document of "cli-pull"',
    ],
    [
      'an answer that breaks off',
      ['pull', 'cli-pull'],
      (_, to) => {
        to.writeHead(200, { 'content-length': 1_000 });
        to.write('{"service":"cli-pull",', () => to.destroy());
      },
      3,
      'cannot be reached',
    ],
  ];
  it.each(bystanders)('never touches the file for %s', async (_what, argv, listener, exitCode, message) => {
    const before = file('flyball.rules.json', '{"service":"cli-pull","mine":true}');
    const pull = async (url: string) => {
      const ran = await flyball([...argv, '--url', url]);
      expect(ran).toMatchObject({ exitCode, out: '' });
      expect(ran.err).toContain(message);
    };
    await (listener ? elsewhere(listener, pull) : pull(served.url));
    expect(read(before)).toBe('{"service":"cli-pull","mine":true}');
    expect(readdirSync(folder)).toEqual([before]);
  });

  it('leaves nothing behind where it cannot write', async () => {
    mkdirSync(join(folder, 'taken'));
    const ran = await flyball(['pull', 'cli-pull', '-o', 'taken']);
    expect(ran).toMatchObject({ exitCode: 2 });
    expect(ran.err).toContain('taken cannot be written');
    expect(readdirSync(folder)).toEqual(['taken']);
  });
});

describe('validate', () => {
  it('says of every file what is wrong, and exits with 1 if anything is', async () => {
    const good = file('good.yaml', 'apiVersion: flyball/v1\nservice: "cli-good"\n');
    const bad = file('bad.json', limited('cli-bad', 'fast'));
    const ran = await flyball(['validate', good, bad]);
    expect(ran).toMatchObject({ exitCode: 1, err: '' });
    expect(ran.out.split('\n')).toEqual([
      'good.yaml: valid rules of cli-good',
      'bad.json: an error',
      expect.stringMatching(/^ {2}\/throttles\/everyone\/limit {2}"fast" is not a rate/),
    ]);
  });

  it('goes on after a file that cannot be read, and exits with 2', async () => {
    const good = file('good.yaml', 'apiVersion: flyball/v1\nservice: cli-good\n');
    const bad = file('bad.json', limited('cli-bad', 'fast'));
    const ran = await flyball(['validate', 'nowhere.yaml', good, file('empty.yaml', ''), bad]);
    expect(ran).toMatchObject({ exitCode: 2, err: '' });
    expect(ran.out.split('\n')).toEqual([
      'nowhere.yaml: an error',
      '  /  nowhere.yaml cannot be read: there is no such file or folder.',
      'good.yaml: valid rules of cli-good',
      'empty.yaml: an error',
      '  /  empty.yaml is empty: a rule document was expected.',
      'bad.json: an error',
      expect.stringContaining('/throttles/everyone/limit'),
    ]);
  });

  it('looks at the files of one service alone with --service', async () => {
    const good = file('good.yaml', 'apiVersion: flyball/v1\nservice: cli-good\n');
    const bad = file('bad.json', limited('cli-bad', 'fast'));
    expect(await flyball(['validate', bad, good, '--service', 'cli-good'])).toEqual({
      exitCode: 0,
      out: 'good.yaml: valid rules of cli-good',
      err: '',
    });
  });

  it('warns of valid rules that lock the control plane, as publishing them does', async () => {
    const locking = file('locking.json', limited('telemetry', '1/h'));
    const warning = '  warning: /throttles/everyone/limit  1/h of every request, once spent, comes back more slowly';
    const ran = await flyball(['validate', locking]);
    expect(ran).toMatchObject({ exitCode: 0, out: expect.stringContaining(warning) as unknown });
    const published = await flyball(['publish', locking, '--note', 'too narrow', '--json']);
    expect(JSON.parse(published.out)).toMatchObject({ warnings: [{ path: '/throttles/everyone/limit' }] });
  });

  it('tells text that cannot be parsed as errors of the whole file', async () => {
    const ran = await flyball(['validate', file('broken.yaml', 'service: cli-good\n  limit: [\n')]);
    expect(ran.exitCode).toBe(1);
    expect(ran.out).toMatch(/^broken\.yaml: 3 errors\n {2}\/ {2}not YAML: /);
  });

  it('stores nothing', async () => {
    await flyball(['validate', file('unstored.json', limited('cli-unstored', '1/s'))]);
    expect(await center.send('GET', '/v1/services/cli-unstored/draft')).toMatchObject({ status: 404 });
  });

  it('is one JSON value with --json', async () => {
    const { out } = await flyball(['validate', file('bad.json', limited('cli-bad', 'fast')), '--json']);
    expect(JSON.parse(out)).toMatchObject({
      valid: false,
      files: [{ file: 'bad.json', service: 'cli-bad', valid: false, errors: [{ path: '/throttles/everyone/limit' }] }],
    });
  });
});

describe('what is in the way', () => {
  it.each([
    [
      'no key that is known',
      { FLYBALL_TOKEN: 'fb_nobody' },
      1,
      ['does not know who is asking (401)', 'Set FLYBALL_TOKEN'],
    ],
    ['a role that may not', { FLYBALL_TOKEN: 'fb_viewer' }, 1, ['may not do this (403)', 'a higher role']],
    ['nobody at the address', { FLYBALL_URL: 'http://127.0.0.1:9' }, 3, ['cannot be reached', 'Is the address right']],
  ])('%s', async (_what, env, exitCode, words) => {
    const ran = await flyball(['publish', file('a.json', limited('cli-a', '1/s')), '--note', 'x'], env);
    expect(ran).toMatchObject({ exitCode, out: '' });
    for (const word of words) expect(ran.err).toContain(word);
  });

  it('a control plane that cannot answer', async () => {
    const problem = { status: 503, detail: 'The table does not answer; try again shortly.' };
    const listener: RequestListener = (_, to) => to.writeHead(503).end(JSON.stringify(problem));
    await elsewhere(listener, async (url) => {
      const ran = await flyball(['pull', 'cli-a', '--url', url]);
      expect(ran).toMatchObject({ exitCode: 3 });
      expect(ran.err).toContain('could not answer (503): The table does not answer');
    });
  });

  it('one that never answers', async () => {
    await elsewhere(
      () => {},
      async (url) => {
        const err: string[] = [];
        const exitCode = await run(['pull', 'cli-a'], {
          env: { FLYBALL_URL: url, FLYBALL_TOKEN: 'fb_admin' },
          ...{ folder, version: '1.2.3', timeoutMs: 50, out: () => {}, err: (text) => err.push(text) },
        });
        expect(exitCode).toBe(3);
        expect(err.join()).toContain('did not answer within 0.05 s. Try again.');
      },
    );
  });

  it('an address that sends elsewhere: the key does not follow', async () => {
    const asked: unknown[] = [];
    const target = await serve(
      createServer((request, response) => {
        asked.push(request.headers.authorization);
        response.end('{}');
      }),
    );
    await elsewhere(
      (_, to) => to.writeHead(302, { location: target.url }).end(),
      async (url) => {
        const ran = await flyball(['pull', 'cli-a', '--url', url]);
        expect(ran).toMatchObject({ exitCode: 3 });
        expect(ran.err).toContain(target.url);
      },
    );
    await target.stop();
    expect(asked).toEqual([]);
  });

  it('is told as JSON with --json, with the whole problem', async () => {
    const { out, err, exitCode } = await flyball(['pull', 'cli-nobody', '--json']);
    expect({ err, exitCode }).toEqual({ err: '', exitCode: 1 });
    expect(JSON.parse(out)).toMatchObject({ error: { exitCode: 1, problem: { status: 404, code: 'NOT_FOUND' } } });
  });
});
