// The console's answers: which path is what, in which form, for how long, and what the page may do.
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '../../../../functions/api/index.ts';
import { consoleIn } from '../../../../functions/console/files.ts';
import type { Manifest } from '../../../../functions/console/manifest.ts';
import { consoleRoutes } from '../../../../functions/console/routes.ts';
import { signInOf } from '../../../../functions/console/sign-in.ts';
import { buildConsole } from '../../../../infra/console/build.ts';
import { LIBRARY_VERSION } from '../../../../middleware/kernel/version.ts';
import { httpV2 } from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { silentLogger } from '../../../support/instance.ts';

const ISSUERS = JSON.stringify([
  {
    ...{ name: 'corp', issuer: 'https://login.example.com', audience: ['flyball', 'page'] },
    console: {
      clientId: 'page',
      authorizationEndpoint: 'https://login.example.com/authorize',
      tokenEndpoint: 'https://token.example.com/oauth/token',
    },
    roles: [{ when: { groups: 'platform' }, role: 'admin' }],
  },
  {
    name: 'ci',
    issuer: 'https://ci.example.com',
    audience: 'flyball',
    roles: [{ when: { sub: 'x' }, role: 'viewer' }],
  },
]);

let folder: string;
let source: string;
let out: string;
let manifest: Manifest;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flyball-console-'));
  [source, out] = [join(folder, 'source'), join(folder, 'out')];
  mkdirSync(source);
  writeFileSync(join(source, 'index.html'), '<html><head><!-- styles --><!-- scripts --></head><body>ü</body></html>');
  writeFileSync(join(source, 'main.css'), 'body { color: black; }');
  writeFileSync(join(source, 'main.tsx'), "import './main.css'; document.title = 'flyball';");
  manifest = await buildConsole(out, source);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function api(issuers = '', logger = silentLogger) {
  const routes = consoleRoutes({ files: consoleIn(out), signIn: signInOf(issuers, logger), stage: 'prod' });
  return createApi({ routes, clock: fakeClock(), logger });
}

async function get(path: string, headers: Record<string, string> = {}, served = api()) {
  const result = await served(httpV2({ method: 'GET', path, headers }), { awsRequestId: 'request-1' });
  const { statusCode: status = 0, headers: sent = {}, body = '', isBase64Encoded } = result;
  const bytes = Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8');
  return { status, headers: sent as Record<string, string>, bytes, text: bytes.toString('utf8') };
}

function recordingLogger() {
  const lines: unknown[] = [];
  return { lines, logger: { ...silentLogger, error: (...line: unknown[]) => void lines.push(line) } };
}

const asset = (ending: string) =>
  `/console/assets/${Object.keys(manifest.files).find((name) => name.endsWith(ending)) ?? ''}`;

describe('the page', () => {
  it.each(['/console', '/console/', '/console/services/orders/rules', '/console/alerts', '/console/a%20b'])(
    'is at %s',
    async (path) => {
      const { status, headers, text } = await get(path);
      expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
      expect(text).toContain('<body>ü</body>');
    },
  );

  it('is asked for each time, and not sent again while it stands', async () => {
    const first = await get('/console');
    expect(first.headers['cache-control']).toBe('no-cache');
    const again = await get('/console', { 'if-none-match': first.headers['etag'] ?? '' });
    expect([again.status, again.text]).toEqual([304, '']);
    for (const name of ['etag', 'cache-control', 'vary', 'content-security-policy'])
      expect(again.headers[name], name).toBe(first.headers[name]);
  });

  it('may load what comes from here, ask here and at the issuers where people sign in, and nothing else', async () => {
    const { headers } = await get('/console', {}, api(ISSUERS));
    const policy = Object.fromEntries(
      (headers['content-security-policy'] ?? '').split('; ').map((line) => {
        const [name = '', ...values] = line.split(' ');
        return [name, values.join(' ')];
      }),
    );
    expect(policy).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': "'self' data:",
      'font-src': "'self'",
      'connect-src': "'self' https://token.example.com",
      'manifest-src': "'self'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
      'require-trusted-types-for': "'script'",
      'trusted-types': "'none'",
    });
    expect((await get('/console')).headers['content-security-policy']).toContain("connect-src 'self';");
  });

  it('is in no frame, tells nobody where its reader came from, and shares no window', async () => {
    expect((await get('/console')).headers).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
  });

  it('is another one once the console was built anew', async () => {
    const served = api();
    const before = await get('/console', {}, served);
    writeFileSync(join(source, 'main.css'), 'body { color: blue; }');
    manifest = await buildConsole(out, source);
    const after = await get('/console', {}, served);
    expect(after.headers['etag']).not.toBe(before.headers['etag']);
    expect((await get(asset('.css'), {}, served)).text).toContain('#00f');
  });
});

describe('an asset', () => {
  it.each([
    ['.js', 'text/javascript; charset=utf-8'],
    ['.css', 'text/css; charset=utf-8'],
  ])('%s has its type and is kept for a year', async (ending, type) => {
    const { status, headers } = await get(asset(ending));
    expect([status, headers['content-type']]).toEqual([200, type]);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  it('is sent in the form the browser likes best, each with a tag of its own', async () => {
    const plain = await get(asset('.js'));
    const brotli = await get(asset('.js'), { 'accept-encoding': 'gzip, deflate, br' });
    const gzip = await get(asset('.js'), { 'accept-encoding': 'gzip' });
    expect(brotliDecompressSync(brotli.bytes).equals(plain.bytes)).toBe(true);
    expect(gunzipSync(gzip.bytes).equals(plain.bytes)).toBe(true);
    const all = [plain, brotli, gzip];
    expect(all.map(({ headers }) => headers['content-encoding'])).toEqual([undefined, 'br', 'gzip']);
    expect(new Set(all.map(({ headers }) => headers['etag'])).size).toBe(3);
    expect(all.map(({ headers }) => headers['vary'])).toEqual(Array(3).fill('accept-encoding'));
  });

  it('is not sent again to who has that very form', async () => {
    const { headers } = await get(asset('.js'), { 'accept-encoding': 'br' });
    const tag = { 'if-none-match': headers['etag'] ?? '' };
    expect((await get(asset('.js'), { ...tag, 'accept-encoding': 'br' })).status).toBe(304);
    expect((await get(asset('.js'), { ...tag, 'accept-encoding': 'gzip' })).status).toBe(200);
  });

  it.each([
    '/console/assets/main-GONE.js',
    '/console/assets/../manifest.json',
    '/console/assets/manifest.json',
    '/console/assets/__proto__',
    '/console/assets',
    '/console/assets/',
    '/console/assets/a/main.js',
    '/console/assets/%2e%2e%2fmanifest.json',
  ])('%s is not there, and the page is not in its place', async (path) => {
    const { status, headers } = await get(path);
    expect([status, headers['content-type']]).toEqual([404, 'application/problem+json']);
    expect(headers['cache-control']).toBe('no-store');
  });

  it('is none that is the page itself', async () => {
    expect((await get(`/console/assets/${manifest.page}`)).status).toBe(404);
  });
});

describe('what the console must know before anybody has signed in', () => {
  it('is the stage, the version, and the issuers that say how to sign in', async () => {
    const { headers, text } = await get('/console/config.json', {}, api(ISSUERS));
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(text)).toEqual({
      stage: 'prod',
      version: LIBRARY_VERSION,
      signIn: [
        {
          ...{ name: 'corp', issuer: 'https://login.example.com', clientId: 'page' },
          authorizationEndpoint: 'https://login.example.com/authorize',
          tokenEndpoint: 'https://token.example.com/oauth/token',
          ...{ scope: 'openid profile email', token: 'id' },
        },
      ],
    });
  });

  it('has no issuer when the setting cannot be read, and the log says why', async () => {
    const { logger, lines } = recordingLogger();
    const { status, text } = await get('/console/config.json', {}, api('[{}]', logger));
    expect([status, (JSON.parse(text) as { signIn: unknown }).signIn]).toEqual([200, []]);
    expect(JSON.stringify(lines)).toContain('FLYBALL_ISSUERS cannot be used');
  });
});

describe('a console that has not been built', () => {
  function servedFrom(where: string, logger = silentLogger) {
    const routes = consoleRoutes({ files: consoleIn(where), signIn: signInOf('', logger), stage: 'prod' });
    return createApi({ routes, clock: fakeClock(), logger });
  }

  it.each(['/console', '/console/services/orders', '/console/assets/main-A1.js'])(
    'is a 503 at %s that says where it should be and what builds it, as the log does',
    async (path) => {
      const nowhere = join(folder, 'nowhere');
      const { logger, lines } = recordingLogger();
      const { status, headers, text } = await get(path, {}, servedFrom(nowhere, logger));
      expect([status, headers['content-type'], headers['retry-after']]).toEqual([
        503,
        'application/problem+json',
        '10',
      ]);
      const said = `There is no whole console in ${nowhere}: npm start builds it`;
      expect(JSON.parse(text)).toMatchObject({ code: 'NOT_BUILT', detail: expect.stringContaining(said) as string });
      expect(JSON.stringify(lines)).toContain(said);
    },
  );

  it('is the same while a part of it is missing, until it is built', async () => {
    const half = join(folder, 'half');
    await buildConsole(half, source);
    rmSync(join(half, `${manifest.page}.br`));
    const served = servedFrom(half);
    expect((await get('/console', {}, served)).status).toBe(503);
    await buildConsole(half, source);
    expect((await get('/console', {}, served)).status).toBe(200);
  });
});
