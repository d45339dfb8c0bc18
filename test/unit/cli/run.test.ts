// What the `flyball` command makes of a command line, a file and the environment, before it asks anybody.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../cli/commands.ts';
import { run } from '../../../cli/run.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flyball-cli-'));
  writeFileSync(join(folder, 'shop.json'), '{"apiVersion":"flyball/v1","service":"shop"}');
  writeFileSync(join(folder, 'cart.json'), '{"apiVersion":"flyball/v1","service":"cart"}');
  writeFileSync(join(folder, 'nobody.yaml'), 'apiVersion: flyball/v1\nnested:\n  service: shop\n');
  writeFileSync(join(folder, 'base.yaml'), 'apiVersion: flyball/v1\nkind: baseline\nowner: platform\n');
  writeFileSync(join(folder, 'base.json'), '{"apiVersion":"flyball/v1",\n  "kind": "baseline"}');
  writeFileSync(join(folder, 'broken.json'), '{"service": }');
  writeFileSync(join(folder, 'empty.yaml'), ' \n');
  return () => rmSync(folder, { recursive: true, force: true });
});

/** Nobody listens there: a command that gets as far ends with 3. */
const NOBODY = { FLYBALL_URL: 'http://127.0.0.1:9', FLYBALL_TOKEN: 'fb_key' };

async function flyball(argv: readonly string[], env: Readonly<Record<string, string>> = NOBODY) {
  const ran = { exitCode: 0, out: '', err: '' };
  ran.exitCode = await run(argv, {
    ...{ env, folder, version: '1.2.3' },
    out: (text) => (ran.out += text),
    err: (text) => (ran.err += text),
  });
  return ran;
}

const publish = (...files: readonly string[]) => ['publish', ...files, '--note', 'x'];

describe('help', () => {
  it('names every command, the environment and the exit codes', async () => {
    const { exitCode, out } = await flyball(['--help']);
    expect(exitCode).toBe(0);
    for (const { name, summary } of COMMANDS) expect(out).toMatch(new RegExp(`^ {2}${name} +${summary}$`, 'm'));
    for (const word of ['FLYBALL_URL', 'FLYBALL_TOKEN', 'Exit codes:', 'simulate found', '--version'])
      expect(out).toContain(word);
  });

  it.each(COMMANDS)('tells of $name what it takes and every option it has', async ({ name, synopsis, options }) => {
    const { exitCode, out } = await flyball([name, '--help']);
    expect(exitCode).toBe(0);
    expect(out).toContain(`Usage: flyball ${name} ${synopsis}`);
    for (const option of [...Object.keys(options), 'url', 'json', 'help']) expect(out).toContain(`--${option}`);
  });

  it('needs neither an address nor a key, and is given before anything else is looked at', async () => {
    expect(await flyball(['publish', '--help'], {})).toMatchObject({ exitCode: 0, err: '' });
  });

  it.each([['--version'], ['-v']])('%s prints the version', async (option) => {
    expect(await flyball([option])).toEqual({ exitCode: 0, out: '1.2.3', err: '' });
  });
});

describe('wrong usage ends with 2 and says what to do', () => {
  it.each<[string, readonly string[], Readonly<Record<string, string>>, string]>([
    [
      'no command',
      [],
      NOBODY,
      `A command is missing: write ${COMMANDS.map(({ name }) => name).join(', ')}, or --help.`,
    ],
    ['an unknown command', ['deploy'], NOBODY, 'There is no command "deploy"'],
    ['a mistyped command', ['publsih'], NOBODY, 'Did you mean "publish"?'],
    ['a mistyped option', ['publish', 'a.json', '--noet', 'x'], NOBODY, 'Did you mean "note"?'],
    ['a mistyped version', ['diff', 'shop', 'pubilshed'], NOBODY, 'Did you mean "published"?'],
    ['a mistyped word of gray', ['gray', 'strat', 'a.json'], NOBODY, 'Did you mean "start"?'],
    ['a mistyped state', ['force', 'shop', 'payments', 'opne', '--reason', 'x'], NOBODY, 'Did you mean "open"?'],
    ['a mistyped shell', ['completion', 'bsh'], NOBODY, 'Did you mean "bash"?'],
    ['a gray start of nobody', ['gray', 'start', 'shop.json', '--note', 'x'], NOBODY, 'Say which part of the fleet'],
    [
      'a share without its sign',
      ['gray', 'start', 'shop.json', '--note', 'x', '--share', '5'],
      NOBODY,
      'A share is a percentage: 5%, not "5".',
    ],
    [
      'a step whose share is without its sign',
      ['gray', 'start', 'shop.json', '--note', 'x', '--steps', '5:10m'],
      NOBODY,
      'A share is a percentage: 5%',
    ],
    [
      'two first shares',
      ['gray', 'start', 'shop.json', '--note', 'x', '--share', '5%', '--steps', '5%:10m'],
      NOBODY,
      'leave out --share',
    ],
    [
      'a broken match',
      ['gray', 'start', 'shop.json', '--note', 'x', '--match', 'POST'],
      NOBODY,
      '--match is method=POST,path=/orders',
    ],
    [
      'a step without its time',
      ['gray', 'start', 'shop.json', '--note', 'x', '--steps', '5%'],
      NOBODY,
      'A step is a share and a time',
    ],
    ['a file and a draft', [...publish('shop.json'), '--draft', 'shop'], NOBODY, 'not both'],
    ['nothing to publish', publish(), NOBODY, 'Say what to publish'],
    ['a file and a service to compare', ['diff', 'shop', '-f', 'shop.json'], NOBODY, 'not both'],
    ['no file to apply', ['apply'], NOBODY, 'Say which files'],
    ['a folder without rules to apply', ['apply', '-f', 'nowhere'], NOBODY, 'no such file or folder'],
    ['an apply that publishes without a note', ['apply', '-f', '.', '--publish'], NOBODY, '--note is missing'],
    ['a rollback to no number', ['rollback', 'shop', 'last', '--note', 'x'], NOBODY, '"last" is no revision'],
    ['a rollback without a note', ['rollback', 'shop', '1'], NOBODY, '--note is missing'],
    ['a promotion without a note', ['promote', 'shop'], NOBODY, '--note is missing'],
    ['a key without a role', ['keys', 'create', 'mine'], NOBODY, '--role is missing'],
    ['a key in place of its id', ['keys', 'revoke', 'fb_secret'], NOBODY, 'not the key'],
    ['a login without a key', ['login'], NOBODY, 'No key was given'],
    ['an option of nobody', ['pull', 'shop', '--loud'], NOBODY, "Unknown option '--loud': flyball pull --help"],
    ['an option without its value', ['pull', 'shop', '-o'], NOBODY, "'-o, --output <value>' argument missing"],
    ['too few arguments', ['pull'], NOBODY, 'flyball pull <service> [-o <file>]'],
    ['too many arguments', ['pull', 'a', 'b'], NOBODY, 'flyball pull <service> [-o <file>]'],
    ['a key on the command line', ['pull', 'shop', '--token', 'fb_secret'], NOBODY, 'set FLYBALL_TOKEN'],
    ['a key behind an equals sign', ['pull', 'shop', '--token=fb_secret'], NOBODY, 'set FLYBALL_TOKEN'],
    ['no address', ['pull', 'shop'], { FLYBALL_TOKEN: 'k' }, 'set FLYBALL_URL, or give --url'],
    ['no such address', ['pull', 'shop', '--url', 'ftp://x'], NOBODY, '"ftp://x" is no address'],
    ['a key in the address', ['pull', 'shop', '--url', 'https://me:key@x'], NOBODY, 'holds a name or a password'],
    ['a broken address with a key', ['pull', 'shop', '--url', 'https//me:key@x'], NOBODY, 'holds a name or a password'],
    ['an address others can listen to', ['pull', 'shop', '--url', 'http://example.com'], NOBODY, 'write https://'],
    ['dots for a service', ['pull', '..'], NOBODY, '".." names no service'],
    ['a path for a service', ['pull', 'a/b'], NOBODY, '"a/b" names no service'],
    ['no key', ['pull', 'shop'], { FLYBALL_URL: 'http://127.0.0.1:9' }, 'FLYBALL_TOKEN is not set'],
    ['a blank key', ['pull', 'shop'], { ...NOBODY, FLYBALL_TOKEN: ' ' }, 'FLYBALL_TOKEN is not set'],
    [
      'a key that a build has not',
      ['pull', 'shop'],
      { ...NOBODY, FLYBALL_TOKEN: '' },
      'but empty: put one there, or unset',
    ],
    ['an address that a build has not', ['pull', 'shop'], { ...NOBODY, FLYBALL_URL: '' }, 'is empty: set FLYBALL_URL'],
    ['a key with a line in it', ['pull', 'shop'], { ...NOBODY, FLYBALL_TOKEN: 'a\nb' }, 'more than the key'],
    ['no note', ['publish', 'shop.json'], NOBODY, '--note is missing'],
    [
      'a file that is not there',
      ['validate', 'nowhere.yaml'],
      NOBODY,
      'nowhere.yaml cannot be read: there is no such file',
    ],
    ['a folder', ['validate', '.'], NOBODY, '. cannot be read: it is a folder'],
    ['an empty file', ['validate', 'empty.yaml'], NOBODY, 'empty.yaml is empty'],
    ['text that is no JSON', ['validate', 'broken.json'], NOBODY, 'broken.json is no JSON'],
    ['rules of nobody', ['validate', 'nobody.yaml'], NOBODY, 'nobody.yaml does not say which service'],
    ['a baseline among rules', ['validate', 'base.yaml'], NOBODY, 'flyball apply -f base.yaml --publish'],
    ['a baseline to publish', publish('base.yaml'), NOBODY, 'base.yaml is the baseline and for no service'],
    ['a baseline in JSON', ['diff', '-f', 'base.json'], NOBODY, 'base.json is the baseline and for no service'],
    ['a mistyped name among those to publish', publish('shop.json', 'shpo.json'), NOBODY, 'shpo.json cannot be read'],
    ['several files to publish', publish('shop.json', 'cart.json'), NOBODY, 'cart.json holds rules of cart'],
    ['a service whose rules none holds', ['validate', 'shop.json', '--service', 'cart'], NOBODY, 'rules of "cart"'],
  ])('%s', async (_what, argv, env, message) => {
    const ran = await flyball(argv, env);
    expect(ran).toMatchObject({ exitCode: 2, out: '' });
    expect(ran.err).toContain(message);
    expect(ran.err).not.toContain('fb_secret');
  });
});

describe('which service a document is for', () => {
  it.each([
    ['service: shop', 'shop'],
    ['service:   "my-shop"   # quoted', 'my-shop'],
    ["'service': 'shop'", 'shop'],
    ['# service: other\napiVersion: flyball/v1\r\nservice: shop\r\n', 'shop'],
  ])('%j is for %s', async (text, service) => {
    writeFileSync(join(folder, 'rules.yaml'), text);
    const asked = await addressAsked(['validate', 'rules.yaml']);
    expect(asked).toBe(`/v1/services/${service}/draft/validate`);
  });

  it('is the one given with --service where the document does not tell, for the control plane to refuse', async () => {
    expect(await addressAsked(['validate', 'nobody.yaml', '--service', 'other-one'])).toBe(
      '/v1/services/other-one/draft/validate',
    );
  });

  it.each([
    [['validate', 'shop.json', 'cart.json', '--service', 'cart'], '/v1/services/cart/draft/validate'],
    [[...publish('shop.json', 'cart.json'), '--service', 'shop'], '/v1/services/shop/publish'],
  ])('decides which of several files %j is about', async (argv, path) => {
    expect(await addressAsked(argv)).toBe(path);
  });
});

/** The path of the last request that a command makes. */
async function addressAsked(argv: readonly string[]): Promise<string | undefined> {
  const { createServer } = await import('node:http');
  let path: string | undefined;
  const server = createServer((request, response) => {
    path = request.url;
    response.end('{"valid":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await flyball([...argv, '--url', `http://127.0.0.1:${String(port)}/`]);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return path;
}
