// The `flyball` command on rules as they change: shown, compared, given to a part, taken back, told of, applied, edited.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { NOBODY, type Console } from '../../../cli/console.ts';
import { run } from '../../../cli/run.ts';
import { limited, startCenter, type Center } from '../config-center/center.ts';
import { createTable } from '../table.ts';
import { serveCenter, type ServedCenter } from './center-over-http.ts';

let center: Center;
let served: ServedCenter;
let folder: string;

beforeAll(async () => {
  center = await startCenter((await createTable(inject('dynamodb'))).sdk);
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
const put = (service: string, body: string | object) => center.send('PUT', `/v1/services/${service}/draft`, { body });
async function publish(service: string, limit: string): Promise<void> {
  await put(service, limited(service, limit));
  await center.send('POST', `/v1/services/${service}/publish`, { body: { note: `${limit} it is` } });
}

async function flyball(argv: readonly string[], console: Partial<Console> = {}, env: Record<string, string> = {}) {
  const ran = { exitCode: 0, out: '', err: '' };
  ran.exitCode = await run(argv, {
    env: { FLYBALL_URL: served.url, FLYBALL_TOKEN: 'fb_admin', ...env },
    ...{ folder, version: '1.2.3', timeoutMs: 60_000, console: { ...NOBODY, ...console } },
    out: (text) => (ran.out += text),
    err: (text) => (ran.err += text),
  });
  return ran;
}
const json = async (argv: readonly string[]) => JSON.parse((await flyball([...argv, '--json'])).out) as unknown;

describe('services', () => {
  beforeAll(async () => {
    for (const [service, owner] of [
      ['list-a', 'ada'],
      ['list-b', 'bob'],
    ] as const) {
      await put(service, { ...limited(service, '5/s'), owner, tags: { tier: 'one' } });
      await center.send('POST', `/v1/services/${service}/publish`, { body: {} });
    }
    await put('list-c', limited('list-c', '5/s'));
  });

  it('are a table, with what waits', async () => {
    const { exitCode, out } = await flyball(['services', 'list-']);
    expect(exitCode).toBe(0);
    expect(out.split('\n').map((line) => line.split(/ {2,}/).map((one) => one.trim()))).toEqual([
      ['SERVICE', 'REVISION', 'SINCE', 'BY', 'OWNER', 'WAITING'],
      ['list-a', '1', '2026-01-05 12:00:00', 'admin-key', 'ada'],
      ['list-b', '1', '2026-01-05 12:00:00', 'admin-key', 'bob'],
      ['list-c', 'draft of admin-key'],
    ]);
  });

  it.each([
    [['--owner', 'bob'], ['list-b']],
    [
      ['--tag', 'tier=one'],
      ['list-a', 'list-b'],
    ],
    [['--tag', 'tier=two'], []],
  ])('are chosen with %j', async (options, names) => {
    const { services } = (await json(['services', 'list-', ...options])) as { services: { service: string }[] };
    expect(services.map(({ service }) => service)).toEqual(names);
  });
});

describe('get', () => {
  const yaml = 'apiVersion: flyball/v1\nservice: get-a # mine\nthrottles:\n  everyone: { limit: 7/s }\n';

  beforeAll(async () => {
    await publish('get-a', '5/s');
    await put('get-a', yaml);
  });

  it('gives the draft back as it was written', async () => {
    expect(await flyball(['get', 'get-a', 'draft'])).toEqual({ exitCode: 0, out: yaml.trimEnd(), err: '' });
    await flyball(['get', 'get-a', 'draft', '-o', 'mine.yaml']);
    expect(readFileSync(join(folder, 'mine.yaml'), 'utf8')).toBe(yaml);
  });

  it('gives what is in force, and a revision', async () => {
    expect(JSON.parse((await flyball(['get', 'get-a'])).out)).toEqual(limited('get-a', '5/s'));
    expect(await json(['get', 'get-a', '1'])).toMatchObject({ which: '1', revision: 1 });
    expect(await json(['get', 'get-a', 'draft'])).toMatchObject({ author: 'admin-key', inForce: false, source: yaml });
  });
});

describe('diff', () => {
  beforeAll(async () => {
    await publish('diff-a', '5/s');
    await put('diff-a', {
      ...limited('diff-a', '7/s'),
      throttles: { everyone: { limit: '7/s' }, others: { limit: '1/s' } },
    });
  });
  const lines = [
    '~ /throttles/everyone',
    '  - limit: "5/s"',
    '  + limit: "7/s"',
    '+ /throttles/others  {"limit":"1/s"}',
  ];

  it('tells what came, went and changed', async () => {
    expect(await flyball(['diff', 'diff-a'])).toEqual({ exitCode: 0, out: lines.join('\n'), err: '' });
    expect((await flyball(['diff', 'diff-a', 'draft', '1'])).out).toContain('- /throttles/others');
  });

  it('ends with 4 for a difference where that is asked for, and with 0 without one', async () => {
    expect(await flyball(['diff', 'diff-a', '--exit-code'])).toMatchObject({ exitCode: 4 });
    expect(await flyball(['diff', 'diff-a', '1', 'published', '--exit-code'])).toMatchObject({
      exitCode: 0,
      out: 'diff-a: revision 1 and what is in force say the same.',
    });
  });

  it('compares what is in force, or another version, with a file, and stores nothing', async () => {
    const before = await center.send('GET', '/v1/services/diff-a/draft');
    const given = ['diff', '-f', file('a.json', limited('diff-a', '7/s'))];
    const { out } = await flyball(given);
    expect(out).toBe('~ /throttles/everyone\n  - limit: "5/s"\n  + limit: "7/s"');
    expect(await flyball([...given, '--exit-code', '--from', 'draft'])).toMatchObject({
      exitCode: 4,
      out: '- /throttles/others  {"limit":"1/s"}',
    });
    const same = await flyball([
      'diff',
      '-f',
      file('same.json', limited('diff-a', '5/s')),
      '--from',
      '1',
      '--exit-code',
    ]);
    expect(same).toMatchObject({ exitCode: 0, out: 'same.json and revision 1 of diff-a say the same.' });
    expect((await center.send('GET', '/v1/services/diff-a/draft')).headers['etag']).toBe(before.headers['etag']);
    const none = await flyball(['diff', '-f', file('b.json', limited('diff-nobody', '7/s'))]);
    expect(none.out).toContain('+ /throttles/everyone');
    const bad = await flyball(['diff', '-f', file('c.json', limited('diff-a', 'fast'))]);
    expect(bad).toMatchObject({ exitCode: 1, out: '' });
    expect(bad.err).toContain('/throttles/everyone/limit');
    expect(await flyball(['diff', 'diff-a', '--from', 'draft'])).toMatchObject({ exitCode: 2 });
  });

  it('is coloured for those who see colours', async () => {
    const { out } = await flyball(['diff', 'diff-a'], { colour: true });
    expect(out).toContain('\u001b[32m+ /throttles/others  {"limit":"1/s"}\u001b[0m');
    expect(out).toContain('\u001b[31m  - limit: "5/s"\u001b[0m');
  });
});

describe('part of the fleet first', () => {
  const start = (service: string, ...options: readonly string[]) =>
    flyball(['gray', 'start', file('next.json', limited(service, '9/s')), '--note', 'more', ...options]);
  const limitOf = async (service: string) =>
    ((await center.send('GET', `/v1/services/${service}/rules`)).body as ReturnType<typeof limited>)['throttles'];

  it('is given a revision, shown, and everybody is given it', async () => {
    await publish('gray-a', '5/s');
    expect(await start('gray-a', '--share', '5%', '--by', 'client')).toMatchObject({
      exitCode: 0,
      out: 'gray-a: revision 2 is given to part of the fleet.',
    });
    expect((await flyball(['gray', 'show', 'gray-a'])).out.split('\n')).toEqual([
      'gray-a: revision 2 beside 1 since 2026-01-05 12:00:00, by admin-key: more',
      '  given to 5% of the values of client',
      '  its part: 0 requests, 0 refused, 0 failed; the rest: 0 requests, 0 refused, 0 failed',
    ]);
    expect(await limitOf('gray-a')).toEqual({ everyone: { limit: '5/s' } });
    expect(await flyball(['promote', 'gray-a', '--note', 'well', '--revision', '2'])).toMatchObject({
      exitCode: 0,
      out: 'gray-a: revision 2 is in force in the whole fleet.',
    });
    expect(await limitOf('gray-a')).toEqual({ everyone: { limit: '9/s' } });
  });

  it('has it taken back', async () => {
    await publish('gray-b', '5/s');
    await start('gray-b', '--match', 'method=POST,path=/orders', '--versions', '7,canary');
    expect(await flyball(['abort', 'gray-b', '--note', 'no', '--revision', '7'])).toMatchObject({ exitCode: 1 });
    expect(await flyball(['abort', 'gray-b', '--note', 'refusals'])).toMatchObject({
      exitCode: 0,
      out: 'gray-b: revision 1 is in force in the whole fleet.',
    });
    expect((await flyball(['gray', 'show', 'gray-b'])).out).toContain('aborted: refusals');
  });

  it('goes on step by step, by a condition', async () => {
    await publish('gray-d', '5/s');
    const plan = ['--steps', '5%:10m,50%:30m', '--abort-when', 'errors=+2%,minimumSample=500'];
    expect(await start('gray-d', ...plan, '--if-too-little-traffic', 'abort')).toMatchObject({ exitCode: 0, err: '' });
    const [, given, steps, verdict, figures, ...rest] = (await flyball(['gray', 'show', 'gray-d'])).out.split('\n');
    expect(given).toBe('  given to 5% of the instances');
    expect(steps).toBe('  steps: 5% for 600s, 50% for 1800s; at step 1 since 2026-01-05 12:00:00');
    expect(verdict).toMatch(/^ {2}not enough traffic: .*; next: wait$/);
    expect(figures).toContain('its part: 0 requests, 0 refused, 0 failed; the rest: 0 requests');
    expect(rest).toEqual([]);
    expect(await json(['gray', 'show', 'gray-d'])).toMatchObject({
      judgement: { abortWhen: { errors: '+2%', minimumSample: 500 }, ifTooLittleTraffic: 'abort' },
    });
  });

  it('is watched until somebody ends the command', async () => {
    await publish('gray-c', '5/s');
    await start('gray-c', '--share', '10%');
    const written: string[] = [];
    const seen = { isTerminal: true, write: (text: string) => void written.push(text) };
    expect(await flyball(['gray', 'show', 'gray-c', '--watch'], seen)).toMatchObject({ exitCode: 0 });
    expect(written.join('')).toContain('given to 10% of the instances');
  });

  it.each([[[]], [['--json']]])('is waited for where nobody looks, and told once it has ended: %j', async (more) => {
    const service = `gray-e${more.length}`;
    await publish(service, '5/s');
    await start(service, '--share', '10%');
    const written: string[] = [];
    let waits = 0;
    const wait = async () => {
      waits += 1;
      if (waits === 2) await flyball(['abort', service, '--note', 'enough seen']);
      return 'over' as const;
    };
    const unseen = { write: (text: string) => void written.push(text), wait };
    const { exitCode, out } = await flyball(['gray', 'show', service, '--watch', ...more], unseen);
    expect({ exitCode, waits, written }).toEqual({ exitCode: 0, waits: 2, written: [] });
    expect(out).toContain('aborted');
    expect(out).toContain('enough seen');
  });
});

describe('breakers', () => {
  it('are none where the rules have none', async () => {
    await publish('bare', '5/s');
    expect(await flyball(['breakers', 'bare'])).toMatchObject({
      exitCode: 0,
      out: 'The rules of bare have no breakers.',
    });
  });
});

describe('rollback', () => {
  it('puts an earlier revision in force as a new one', async () => {
    await publish('back-a', '5/s');
    await publish('back-a', '6/s');
    expect(await flyball(['rollback', 'back-a', '1', '--note', 'as it was'])).toEqual({
      exitCode: 0,
      out: 'back-a: revision 3, with the rules of 1, is in force.',
      err: '',
    });
    expect(await flyball(['rollback', 'back-a', '77', '--note', 'x'])).toMatchObject({ exitCode: 1 });
  });
});

describe('history', () => {
  beforeAll(async () => {
    for (const limit of ['1/s', '2/s', '3/s']) await publish('past-a', limit);
  });

  it('lists what was published, newest first', async () => {
    const { out } = await flyball(['history', 'past-a', '--limit', '2']);
    const [head = '', ...rows] = out.split('\n');
    expect(head.split(/ {2,}/)).toEqual(['REVISION', 'STATE', 'WHEN', 'BY', 'NOTE']);
    expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual([
      ['3', 'current', '2026-01-05 12:00:00', 'admin-key', '3/s it is'],
      ['2', 'past', '2026-01-05 12:00:00', 'admin-key', '2/s it is'],
      ['There are more: --limit'],
    ]);
  });

  it('tells who did what', async () => {
    expect(await json(['history', 'past-a', '--action', 'draft.'])).toMatchObject({
      entries: [{ action: 'draft.put' }, { action: 'draft.put' }, { action: 'draft.put' }],
      more: false,
    });
    expect((await flyball(['history', 'past-a', '--actor', 'nobody'])).out).toBe('Nobody did anything of that kind.');
  });
});

describe('apply', () => {
  const rules = (service: string, limit: string) =>
    `# of ${service}\napiVersion: flyball/v1\nservice: ${service}\nthrottles:\n  everyone: { limit: ${limit} }\n`;
  const folderOf = (limit: string) => {
    mkdirSync(join(folder, 'rules/more'), { recursive: true });
    file('rules/two.yaml', `${rules('apply-a', limit)}---\n${rules('apply-b', limit)}`);
    file('rules/more/one.json', limited('apply-c', limit));
    file('rules/README.md', 'not rules');
    return ['apply', '-f', 'rules'];
  };

  it('says with 4 what it would change, changes it, and says with 0 that nothing is left', async () => {
    const argv = folderOf('5/s');
    const would = await flyball([...argv, '--dry-run', '--publish']);
    expect(would).toMatchObject({ exitCode: 4, err: '' });
    expect(would.out.split('\n')).toEqual([
      'rules/more/one.json: apply-c would come in force',
      'rules/two.yaml#1: apply-a would come in force',
      'rules/two.yaml#2: apply-b would come in force',
      '3 of 3 would change.',
    ]);
    expect(await center.send('GET', '/v1/services/apply-a/draft')).toMatchObject({ status: 404 });

    const done = await flyball([...argv, '--publish', '--note', 'release 1']);
    expect(done).toMatchObject({ exitCode: 0, err: '' });
    expect(done.out).toContain('rules/two.yaml#1: apply-a is in force as revision 1');
    expect((await flyball(['get', 'apply-a', 'draft'])).out).toContain('# of apply-a');

    expect(await flyball([...argv, '--dry-run', '--publish'])).toMatchObject({ exitCode: 0 });
    expect((await flyball([...argv, '--publish', '--note', 'again'])).out).toContain('0 of 3 changed.');
  });

  it('sees a draft that is not in force, and writes nothing of a set with an error in it', async () => {
    const argv = ['apply', '-f', file('d.yaml', rules('apply-d', '5/s'))];
    expect((await flyball(argv)).out).toContain('apply-d is the draft now');
    expect(await flyball([...argv, '--dry-run'])).toMatchObject({ exitCode: 0 });
    expect(await flyball([...argv, '--dry-run', '--publish'])).toMatchObject({ exitCode: 4 });

    const wrong = await flyball([...argv, '-f', file('e.yaml', rules('apply-e', 'fast'))]);
    expect(wrong).toMatchObject({ exitCode: 1, out: '' });
    expect(wrong.err).toContain('e.yaml: apply-e has errors');
    expect(wrong.err).toContain('/throttles/everyone/limit');
  });

  it('takes a baseline as well, whatever its file is called, and before the rest', async () => {
    mkdirSync(join(folder, 'all'));
    file('all/a.yaml', rules('apply-base', '5/s'));
    file('all/z.yaml', 'apiVersion: flyball/v1\nkind: baseline\ndefaults: { telemetry: { slow: 3s } }\n');
    const argv = ['apply', '-f', 'all', '--publish'];
    const would = await flyball([...argv, '--dry-run']);
    expect(would).toMatchObject({ exitCode: 4, err: '' });
    expect(would.out).toContain('all/z.yaml: the baseline would come in force');
    const done = await flyball([...argv, '--note', 'with a baseline']);
    expect(done).toMatchObject({ exitCode: 0, err: '' });
    expect(done.out.split('\n')[0]).toBe('all/z.yaml: the baseline is in force as revision 1');
    expect((await center.send('GET', '/v1/services/apply-base/rules')).body).toMatchObject({
      telemetry: { slow: '3s' },
    });
    expect(await flyball([...argv, '--dry-run'])).toMatchObject({ exitCode: 0 });
  });

  describe('--prune', () => {
    const MARK = 'managed-by=shop-repo';
    const managed = (service: string, mark: object = { 'managed-by': 'shop-repo' }) => ({
      ...limited(service, '5/s'),
      tags: mark,
    });
    /** A folder of its own with these services, all of which carry the mark. */
    function only(...services: readonly string[]) {
      const name = `kept-${String(services.length)}`;
      mkdirSync(join(folder, name), { recursive: true });
      for (const service of services) file(`${name}/${service}.json`, managed(service));
      return ['apply', '-f', name, '--publish', '--note', 'pruned', '--prune', MARK];
    }
    const rulesOf = async (service: string) => (await center.send('GET', `/v1/services/${service}/rules`)).status;

    it('removes what carries the mark and is not among the files, after it has been agreed to, and nothing else', async () => {
      await flyball(only('p-a', 'p-b', 'p-c', 'p-d'));
      await put('p-other', managed('p-other', { 'managed-by': 'another-repo' }));
      await center.send('POST', '/v1/services/p-other/publish', { body: {} });
      const argv = only('p-a', 'p-b');

      const would = await flyball([...argv, '--dry-run']);
      expect(would).toMatchObject({ exitCode: 4, err: '' });
      expect(would.out).toContain('p-c would lose its rules (they were revision 1)');
      const refused = await flyball(argv);
      expect(refused).toMatchObject({ exitCode: 2, out: '' });
      expect(refused.err).toContain('give --yes');
      expect(refused.err).toContain('p-d');
      expect((await flyball(argv, { confirm: () => Promise.resolve(false) })).exitCode).toBe(2);
      expect(await rulesOf('p-c')).toBe(200);

      const asked: string[] = [];
      const done = await flyball(argv, { confirm: (question) => Promise.resolve(asked.push(question) > 0) });
      expect(done).toMatchObject({ exitCode: 0, err: '' });
      expect(asked).toEqual(['This removes the rules of p-c, p-d. Go on?']);
      expect(done.out).toContain('p-d has no rules any more (they were revision 1)');
      expect([await rulesOf('p-c'), await rulesOf('p-a'), await rulesOf('p-other')]).toEqual([404, 200, 200]);
      expect(await flyball([...argv, '--dry-run'])).toMatchObject({ exitCode: 0 });
      expect(await flyball([...argv, '--json'])).toMatchObject({ exitCode: 0 });
      expect((await flyball(['history', 'p-c'])).out).toContain('removal');
      expect((await flyball(['services', 'p-c'])).out).toContain('removed by admin-key');
    });

    it('removes no more than half, unless somebody says how many', async () => {
      await flyball(only('p-a', 'p-b', 'p-c', 'p-d'));
      const argv = [...only('p-a'), '--yes'];
      const refused = await flyball(argv);
      expect(refused).toMatchObject({ exitCode: 2, out: '' });
      expect(refused.err).toContain('3 of the 4 services with this mark are not among the files: at most 2');
      expect(await rulesOf('p-d')).toBe(200);
      expect(await json([...argv, '--at-most', '3'])).toMatchObject({
        changed: 3,
        removed: [{ service: 'p-b' }, { service: 'p-c' }, { service: 'p-d' }],
      });
      expect(await rulesOf('p-d')).toBe(404);
    });

    it('keeps what has been published meanwhile, and says what is removed', async () => {
      await flyball(only('p-a', 'p-b', 'p-c', 'p-d'));
      const meanwhile = async () => {
        await put('p-d', { ...managed('p-d'), owner: 'somebody' });
        await center.send('POST', '/v1/services/p-d/publish', { body: {} });
        return true;
      };
      const ran = await flyball(only('p-a', 'p-b'), { confirm: meanwhile });
      expect(ran).toMatchObject({ exitCode: 1, out: '' });
      expect(ran.err).toContain('The files are applied, but p-d keeps its rules.');
      expect(ran.err).toContain('p-c: has no rules any more');
      expect(await rulesOf('p-d')).toBe(200);
    });

    it('warns of files without the mark, and is refused where it cannot be meant', async () => {
      const argv = ['apply', '-f', file('m.json', limited('p-unmarked', '1/s')), '--publish', '--note', 'x'];
      const ran = await flyball([...argv, '--prune', 'managed-by=nobody']);
      expect(ran).toMatchObject({ exitCode: 0 });
      expect(ran.out).toContain('the rules of p-unmarked do not carry the tag');
      expect((await flyball([...argv, '--prune', 'managed-by'])).exitCode).toBe(2);
      expect((await flyball(['apply', '-f', 'm.json', '--prune', MARK])).err).toContain('--prune goes with --publish');
    });
  });

  it('takes more than one request holds', async () => {
    const many = Array.from({ length: 101 }, (_, i) => `apiVersion: flyball/v1\nservice: many-${String(i)}\n`);
    const ran = await flyball(['apply', '-f', file('many.yaml', many.join('---\n'))]);
    expect(ran).toMatchObject({ exitCode: 0, err: '' });
    expect(ran.out).toContain('101 of 101 changed.');
  });
});

describe('remove', () => {
  it('takes the rules away that are in force, and says how they come back', async () => {
    await publish('gone-a', '5/s');
    expect(await flyball(['remove', 'gone-a'])).toMatchObject({ exitCode: 2 });
    expect(await flyball(['remove', 'gone-a', '--note', 'x', '--revision', '7'])).toMatchObject({ exitCode: 2 });
    expect(await flyball(['remove', 'gone-a', '--note', 'no more orders', '--revision', '1'])).toEqual({
      ...{ exitCode: 0, err: '' },
      out: 'gone-a: has no rules any more (revision 2).\nflyball rollback gone-a 1 --note … puts them in force again.',
    });
    expect(await flyball(['remove', 'gone-a', '--note', 'again'])).toMatchObject({ exitCode: 1 });
    expect((await flyball(['rollback', 'gone-a', '1', '--note', 'back'])).out).toContain('revision 3');
    expect(await flyball(['get', 'gone-a'])).toMatchObject({ exitCode: 0 });
  });
});

describe('edit', () => {
  /** Saves these texts, one each time the editor is opened; a function makes one of what stands there. */
  function editor(...texts: readonly (string | ((text: string) => string | Promise<string>))[]) {
    const opened: string[] = [];
    const edit = async (path: string) => {
      const text = readFileSync(path, 'utf8');
      const next = texts[opened.length];
      opened.push(text);
      writeFileSync(path, typeof next === 'function' ? await next(text) : (next ?? text));
      return true;
    };
    return { opened, edit };
  }
  const yaml = (service: string, limit: string) =>
    `apiVersion: flyball/v1\nservice: ${service} # mine\nthrottles:\n  everyone: { limit: ${limit} }\n`;

  it('opens the draft as it was written, and puts what is saved', async () => {
    await put('edit-a', yaml('edit-a', '5/s'));
    const { opened, edit } = editor((text) => text.replace('5/s', '6/s'));
    const ran = await flyball(['edit', 'edit-a'], { edit });
    expect(ran).toMatchObject({ exitCode: 0, err: '' });
    expect(ran.out).toContain('flyball publish --draft edit-a');
    expect(opened).toEqual([yaml('edit-a', '5/s')]);
    expect((await flyball(['get', 'edit-a', 'draft'])).out).toBe(yaml('edit-a', '6/s').trimEnd());
    expect(await flyball(['publish', '--draft', 'edit-a', '--note', 'six'])).toMatchObject({
      exitCode: 0,
      out: 'edit-a: revision 1 is in force.',
    });
  });

  it('begins a draft where there is none', async () => {
    const { opened, edit } = editor((text) => `${text}throttles: { everyone: { limit: 1/s } }\n`);
    expect(await flyball(['edit', 'edit-new'], { edit })).toMatchObject({ exitCode: 0 });
    expect(opened).toEqual(['apiVersion: flyball/v1\nservice: edit-new\n']);
  });

  it('changes nothing when nothing was changed', async () => {
    await put('edit-b', yaml('edit-b', '5/s'));
    expect(await flyball(['edit', 'edit-b'], editor())).toMatchObject({
      exitCode: 0,
      out: 'Nothing was changed of edit-b.',
    });
  });

  it('writes errors above the text and opens it again, until it is in order', async () => {
    await put('edit-c', yaml('edit-c', '5/s'));
    const { opened, edit } = editor(
      (text) => text.replace('5/s', 'fast'),
      (text) => text.replace('limit: fast', 'limit: 8/s'),
    );
    expect(await flyball(['edit', 'edit-c'], { edit })).toMatchObject({ exitCode: 0 });
    expect(opened[1]).toContain('# flyball:   /throttles/everyone/limit  "fast" is not a rate');
    expect((await flyball(['get', 'edit-c', 'draft'])).out).toBe(yaml('edit-c', '8/s').trimEnd());
  });

  it('keeps what was written for those who give up', async () => {
    await put('edit-d', yaml('edit-d', '5/s'));
    const { edit } = editor((text) => text.replace('5/s', 'fast'));
    const ran = await flyball(['edit', 'edit-d'], { edit });
    expect(ran).toMatchObject({ exitCode: 1, out: '' });
    const [, kept = ''] = /What you wrote is in (\S+)/.exec(ran.err) ?? [];
    expect(readFileSync(kept, 'utf8')).toContain('limit: fast');
    rmSync(join(kept, '..'), { recursive: true });
  });

  it('shows what somebody else has put meanwhile, and replaces it once that was seen', async () => {
    await put('edit-e', yaml('edit-e', '5/s'));
    const { opened, edit } = editor(
      async (text) => {
        await put('edit-e', yaml('edit-e', '7/s'));
        return text.replace('5/s', '9/s');
      },
      (text) => text.replace(/^# flyball:.*\n/gm, ''),
    );
    expect(await flyball(['edit', 'edit-e'], { edit })).toMatchObject({ exitCode: 0 });
    expect(opened[1]).toContain('# flyball: Meanwhile admin-key has changed the draft.');
    expect(opened[1]).toContain('# flyball: From theirs to yours:');
    expect(opened[1]).toContain('# flyball:     - limit: "7/s"');
    expect((await flyball(['get', 'edit-e', 'draft'])).out).toBe(yaml('edit-e', '9/s').trimEnd());
  });

  it('says who was faster to those who then give up, without a list that is not there', async () => {
    await put('edit-f', yaml('edit-f', '5/s'));
    const { edit } = editor(async (text) => {
      await put('edit-f', yaml('edit-f', '7/s'));
      return text.replace('5/s', '9/s');
    });
    const ran = await flyball(['edit', 'edit-f'], { edit });
    const [said, where = ''] = ran.err.split('\n');
    expect(said).toBe('flyball: Nothing was changed. Meanwhile admin-key has changed the draft.');
    rmSync(join(where.replace(/^.* is in /, ''), '..'), { recursive: true });
  });
});
