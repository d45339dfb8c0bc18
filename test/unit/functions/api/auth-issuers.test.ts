import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readIssuers } from '../../../../functions/api/auth-issuers.ts';
import { compileRoles } from '../../../../functions/api/auth-roles.ts';

const corp = {
  name: 'corp',
  issuer: 'https://login.example.com/',
  audience: 'flyball',
  roles: [{ when: { groups: 'platform' }, role: 'admin' }],
};
const github = {
  name: 'github',
  issuer: 'https://token.actions.githubusercontent.com',
  audience: 'flyball-prod',
  roles: [{ when: { repository: 'acme/orders', ref: 'refs/heads/main' }, role: 'publisher', services: ['orders'] }],
};

const read = (...issuers: object[]) => readIssuers(JSON.stringify(issuers));

describe('the text of FLYBALL_ISSUERS', () => {
  const shared = (issuer: string, when: object) => () =>
    read({ name: 'shared', issuer, audience: 'flyball', roles: [{ when, role: 'viewer' }] });

  it.each([
    ['https://gitlab.com', { ref: 'main', ref_protected: 'true' }],
    ['https://gitlab.com/', { project_path: 'acme*' }],
    ['https://gitlab.com', { namespace_path: '*acme' }],
    ['https://gitlab.com', { sub: 'project_path:*:ref:main' }],
    ['https://gitlab.com', { namespace_id: '7*' }],
    ['https://agent.buildkite.com', { pipeline_slug: 'deploy' }],
    ['https://agent.buildkite.com', { sub: 'organization:acme*' }],
    ['https://app.terraform.io', { terraform_workspace_name: 'prod' }],
    ['https://accounts.google.com', { email_verified: 'true' }],
    ['https://accounts.google.com', { email: '*acme.com' }],
  ])('of %s, which gives tokens to everybody, is refused without an owner: %o', (issuer, when) => {
    expect(shared(issuer, when)).toThrow(/would be for every one of the|of others; write the whole owner/);
  });

  it.each([
    ['https://gitlab.com', { project_path: 'acme/*', ref: 'main' }],
    ['https://gitlab.com', { namespace_path: ['acme', 'acme/*'] }],
    ['https://gitlab.com', { namespace_id: '72' }],
    ['https://gitlab.com', { sub: 'project_path:acme/*:ref_type:branch:ref:main' }],
    ['https://gitlab.com.acme.example', { ref: 'main' }],
    ['https://gitlab.acme.example', { ref: 'main' }],
    ['https://agent.buildkite.com', { organization_slug: 'acme' }],
    ['https://app.terraform.io', { sub: 'organization:acme:project:*' }],
    ['https://accounts.google.com', { email: '*@acme.com' }],
    ['https://accounts.google.com', { hd: 'acme.com' }],
  ])('of %s is taken with one, as is that of an issuer of one’s own: %o', (issuer, when) => {
    expect(shared(issuer, when)()).toHaveLength(1);
  });

  it('says whose tokens are taken, and which role their claims give', () => {
    expect(read(corp, github)).toEqual([
      { ...corp, actor: 'sub' },
      { ...github, actor: 'sub' },
    ]);
  });

  it.each([
    { repository: 'acme/*' },
    { repository_owner: 'acme', sub: '*:ref:refs/heads/main' },
    { sub: 'repo:acme/*:ref:refs/heads/main' },
    { repository_owner: 'acme' },
  ])('may give a role to all of one owner: %j', (when) => {
    expect(read({ ...github, roles: [{ when, role: 'viewer' }] })).toHaveLength(1);
  });

  it('may be what the page on access to the control plane shows', () => {
    const page = readFileSync(new URL('../../../../docs/control-plane-access.md', import.meta.url), 'utf8');
    const [, block = ''] = /```yaml\n(params:[^]*?)```/.exec(page) ?? [];
    const { params } = parse(block) as { params: { prod: { oidcIssuers: string } } };
    expect(readIssuers(params.prod.oidcIssuers).map(({ name }) => name)).toEqual(['github', 'corp']);
  });

  it.each([
    ['is no JSON', 'nothing', /^not JSON/],
    ['is longer than an environment may be', `[${' '.repeat(4000)}]`, /^it has 4002 characters; at most 3072/],
    ['names nobody', '[]', /at least|too small|>=1/i],
    ['has a key twice', '[{"name":"a","name":"b"}]', /\/0\/name: this key stands here twice/],
    ['has a key that JavaScript gives a meaning to', '[{"__proto__":{}}]', /__proto__: this name cannot be used/],
  ])('that %s is refused', (_what, text, reason) => {
    expect(() => readIssuers(text)).toThrow(reason);
  });

  const role = (when: object, more: object = {}) => ({ roles: [{ when, role: 'viewer', ...more }] });

  it.each<[string, object[], RegExp]>([
    ['no audience', [{ ...corp, audience: undefined }], /\/0\/audience/],
    ['a symmetric algorithm', [{ ...corp, algorithms: ['HS256'] }], /\/0\/algorithms\/0/],
    ['no algorithm at all', [{ ...corp, algorithms: ['none'] }], /\/0\/algorithms\/0/],
    ['keys over http', [{ ...corp, jwksUri: 'http://login.example.com/keys' }], /\/0\/jwksUri.*https/],
    [
      'keys at the runtime API',
      [{ ...corp, jwksUri: 'http://localhost:9001/keys' }],
      /\/0\/jwksUri: is where Lambda's own runtime API is/,
    ],
    ['keys where credentials are', [{ ...corp, jwksUri: 'https://169.254.170.2/' }], /\/0\/jwksUri: is a link-local/],
    ['a description at the runtime API', [{ ...corp, issuer: 'http://127.0.0.1:9001' }], /\/0\/issuer: is where/],
    ['no place to find keys at', [{ ...corp, issuer: 'corp' }], /\/0\/issuer: is no https address/],
    ['a role nobody has', [{ ...corp, ...role({ groups: 'a' }, { role: 'root' }) }], /\/0\/roles\/0\/role/],
    ['a role for everybody', [{ ...corp, ...role({}) }], /\/0\/roles\/0\/when: names no claim/],
    [
      'a value that everybody has',
      [{ ...corp, ...role({ groups: '*' }) }],
      /\/0\/roles\/0\/when\/groups.*fits everybody/,
    ],
    ['an empty list of services', [{ ...corp, ...role({ groups: 'a' }, { services: [] }) }], /\/0\/roles\/0\/services/],
    ['one name twice', [corp, { ...github, name: 'corp' }], /\/1\/name: stands here twice/],
    ['one issuer twice', [corp, { ...corp, name: 'again' }], /\/1\/issuer: stands here twice/],
    [
      'workflows of any repository',
      [{ ...github, ...role({ ref: 'refs/heads/main' }) }],
      /\/0\/roles\/0\/when: would be for every one of the repositories there are/,
    ],
    ...[
      ...[{ sub: 'repo:*' }, { sub: '*:ref:refs/heads/main' }, { repository: '*/*' }, { repository: 'acme*' }],
      ...[{ repository_owner: '*a*' }, { repository_id: '4*' }, { repository: ['acme/x', '*/x'] }],
    ].map((when): [string, object[], RegExp] => [
      `workflows of strangers, ${JSON.stringify(when)},`,
      [{ ...github, ...role(when) }],
      /\/0\/roles\/0\/when\/\w+: fits repositories of others/,
    ]),
    ['what nobody knows', [{ ...corp, rolls: [] }], /rolls/],
  ])('with %s is refused, and says where', (_what, issuers, reason) => {
    expect(() => read(...issuers)).toThrow(reason);
  });
});

/** Who the bearer of these claims is, with these settings in place of the usual. */
function callerOf(settings: object, claims: Record<string, unknown>) {
  const [issuer] = read({ ...corp, ...settings });
  if (!issuer) throw new Error('there is one');
  return compileRoles(issuer)('user-1', claims);
}

describe('claims', () => {
  const when = (claim: string, value: string | string[]) => ({ roles: [{ when: { [claim]: value }, role: 'editor' }] });

  it.each<[string, object, Record<string, unknown>, boolean]>([
    ['a text', when('team', 'orders'), { team: 'orders' }, true],
    ['another text', when('team', 'orders'), { team: 'orders-2' }, false],
    ['a member of a list', when('cognito:groups', 'ops'), { 'cognito:groups': ['dev', 'ops'] }, true],
    ['one of several values', when('team', ['a', 'b']), { team: 'b' }, true],
    [
      'a pattern',
      when('job', 'repo:acme/*:ref:refs/heads/main'),
      { job: 'repo:acme/orders:ref:refs/heads/main' },
      true,
    ],
    ['what a pattern does not fit', when('job', 'repo:acme/*'), { job: 'repo:acme-evil/x' }, false],
    ['a word of a scope', when('scope', 'flyball.write'), { scope: 'openid flyball.write' }, true],
    ['a word of another text', when('team', 'ops'), { team: 'dev ops' }, false],
    ['a number', when('repository_owner_id', '4711'), { repository_owner_id: 4711 }, true],
    ['a path', when('realm_access.roles', 'ops'), { realm_access: { roles: ['ops'] } }, true],
    ['a name with dots', when('https://acme.example/roles', 'ops'), { 'https://acme.example/roles': ['ops'] }, true],
    ['an object', when('team', 'orders'), { team: { orders: true } }, false],
    ['none', when('team', 'orders'), {}, false],
    ['what an object inherits', when('constructor.name', 'Object'), {}, false],
  ])('with %s: fits or not', (_what, settings, claims, fits) => {
    expect(callerOf(settings, claims)).toEqual(
      fits ? { name: 'jwt:corp:user-1', identity: 'jwt:corp:user-1', role: 'editor' } : undefined,
    );
  });

  it.each<[string, string, object, Record<string, unknown>, boolean]>([
    ['that its issuer has made sure of', 'email', {}, { email_verified: true }, true],
    ['whose issuer says so in a text', 'email', {}, { email_verified: 'true' }, true],
    ['that anybody may have written', 'email', {}, { email_verified: false }, false],
    ['of an issuer that says nothing of it', 'email', {}, {}, false],
    ['of an issuer whose addresses are taken', 'email', { emailVerified: 'assumed' }, {}, true],
    ['within another claim', 'user.email', {}, { user: { email: 'eve@acme.com' }, email_verified: true }, false],
    [
      'within another claim that says so',
      'user.email',
      {},
      { user: { email: 'eve@acme.com', email_verified: true } },
      true,
    ],
  ])('with an address %s: give a role or not', (_what, claim, settings, claims, fits) => {
    const caller = callerOf({ ...when(claim, '*@acme.com'), ...settings }, { email: 'eve@acme.com', ...claims });
    expect(caller?.role).toBe(fits ? 'editor' : undefined);
  });

  it('must all fit, and the first entry that does decides', () => {
    const roles = [
      { when: { groups: 'orders-team', mfa: 'yes' }, role: 'publisher', services: ['orders'] },
      { when: { groups: ['orders-team', 'staff'] }, role: 'viewer' },
    ];
    expect(callerOf({ roles }, { groups: ['orders-team'], mfa: 'yes' })).toMatchObject({
      role: 'publisher',
      services: ['orders'],
    });
    expect(callerOf({ roles }, { groups: ['orders-team'] })).toEqual({
      name: 'jwt:corp:user-1',
      identity: 'jwt:corp:user-1',
      role: 'viewer',
    });
    expect(callerOf({ roles }, { groups: ['guests'] })).toBeUndefined();
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a verified address', { email: 'ada@example.com', email_verified: true }, 'jwt:corp:ada@example.com'],
    ['an address of an issuer that says nothing of it', { email: 'ada@example.com' }, 'jwt:corp:ada@example.com'],
    ['an address that is not verified', { email: 'ada@example.com', email_verified: false }, 'jwt:corp:user-1'],
    ['no address', {}, 'jwt:corp:user-1'],
    ['one that is too long', { email: 'a'.repeat(300) }, 'jwt:corp:user-1'],
  ])('name their bearer by the claim that is configured: %s', (_what, claims, name) => {
    expect(callerOf({ actor: 'email' }, { groups: 'platform', ...claims })).toMatchObject({
      name,
      identity: 'jwt:corp:user-1',
    });
  });
});
