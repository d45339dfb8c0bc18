// Who is let in by the lists: deny before allow, and a missing identity is nobody's.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf } from '../../../../middleware/access/addresses.ts';
import { compileLists, type Facts } from '../../../../middleware/access/lists.ts';
import type { AccessRule } from '../../../../middleware/kernel/rules/document.ts';

const person = (id: string, claims: Record<string, unknown> = {}): Facts['principal'] => ({ id, by: 'jwt', claims });

const facts = (some: Partial<Facts> = {}): Facts => ({
  resource: 'create-order',
  address: '198.51.100.7',
  principal: undefined,
  ...some,
});

const refuses = (rule: AccessRule, some: Partial<Facts> = {}) => compileLists(rule).refuses(facts(some));

describe('the order of the lists', () => {
  const everything: AccessRule = {
    require: ['jwt'],
    deny: [{ client: ['mallory'] }, { ip: ['203.0.113.0/24'] }],
    allow: [{ client: ['ada', 'mallory'] }],
  };

  it.each<[string, Partial<Facts>, string | undefined]>([
    ['denied, though allowed', { principal: person('mallory') }, 'deny'],
    ['denied by address before an identity is missed', { address: '203.0.113.9' }, 'deny'],
    ['without the identity that is required', {}, 'require'],
    ['not on the list', { principal: person('bob') }, 'allow'],
    ['on the list', { principal: person('ada') }, undefined],
  ])('%s', (_what, some, at) => {
    expect(refuses(everything, some)).toBe(at);
  });

  it('admits whoever is not denied when there is no list of the allowed', () => {
    expect(refuses({ deny: [{ ip: ['203.0.113.0/24'] }] })).toBeUndefined();
  });

  it('refuses everybody when the list of the allowed is empty, as packaged rules may have it', () => {
    expect(refuses({ allow: [] }, { principal: person('ada') })).toBe('allow');
  });
});

describe('an entry', () => {
  it('fits when all that it gives fits, and one of each list is enough', () => {
    const rule: AccessRule = {
      allow: [{ client: ['gold-*', 'ada'], claims: { scope: ['orders.write'] }, ip: ['198.51.100.0/24'] }],
    };
    const scope = { scope: 'orders.read orders.write' };
    expect(refuses(rule, { principal: person('gold-7', scope) })).toBeUndefined();
    expect(refuses(rule, { principal: person('ada', scope) })).toBeUndefined();
    expect(refuses(rule, { principal: person('silver-7', scope) })).toBe('allow');
    expect(refuses(rule, { principal: person('ada', { scope: 'orders.read' }) })).toBe('allow');
    expect(refuses(rule, { principal: person('ada', scope), address: '203.0.113.1' })).toBe('allow');
    expect(refuses(rule)).toBe('allow');
  });

  it('that gives nothing fits nobody', () => {
    expect(refuses({ allow: [{}] }, { principal: person('ada') })).toBe('allow');
    expect(refuses({ deny: [{}] })).toBeUndefined();
  });

  it('is for the resources it names', () => {
    const rule: AccessRule = { allow: [{ resources: ['health'] }, { client: ['*'] }] };
    expect(refuses(rule, { resource: 'health' })).toBeUndefined();
    expect(refuses(rule)).toBe('allow');
    expect(refuses(rule, { principal: person('anybody') })).toBeUndefined();
  });

  it.each([
    ['a text', 'admin', 'admin', true],
    ['a text with spaces, unless it is a scope', 'user admin', 'admin', false],
    ['a member of a list', ['user', 'admin'], 'admin', true],
    ['a number', 7, 7, true],
    ['a number written as text', 7, '7', true],
    ['true', true, true, true],
    ['part of a text', 'administrator', 'admin', false],
    ['an object', { admin: true }, 'admin', false],
    ['null', null, 'null', false],
    ['a list in a list', [['admin']], 'admin', false],
  ])('takes a claim that is %s', (_what, held, wanted, fits) => {
    const at = refuses({ allow: [{ claims: { role: [wanted] } }] }, { principal: person('ada', { role: held }) });
    expect(at === undefined).toBe(fits);
  });

  it('looks at claims, not at what every object has', () => {
    expect(refuses({ allow: [{ claims: { constructor: ['x'] } }] }, { principal: person('ada') })).toBe('allow');
  });
});

describe('an address', () => {
  const rule: AccessRule = { deny: [{ ip: ['203.0.113.0/24', '2001:db8::/32'] }] };

  it.each([
    ['203.0.113.255', 'deny'],
    ['203.0.114.0', undefined],
    ['2001:db8:ffff::1', 'deny'],
    ['2001:db9::1', undefined],
    ['::ffff:203.0.113.7', 'deny'],
  ])('%s is %s', (address, at) => {
    expect(refuses(rule, { address })).toBe(at);
  });

  it('that cannot be read may be a denied one, and is never an allowed one', () => {
    expect(refuses(rule, { address: undefined })).toBe('deny');
    expect(refuses({ allow: [{ ip: ['0.0.0.0/0', '::/0'] }] }, { address: undefined })).toBe('allow');
  });

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8::1', '2001:db8::1'],
    ['unknown', undefined],
    ['203.0.113.7, 198.51.100.1', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('is read from %s', (text, address) => {
    expect(addressOf(text)).toBe(address);
  });
});

describe('what is denied whoever it is', () => {
  it('is known before anybody is identified, and agrees with the whole', () => {
    const entry = fc.record(
      {
        client: fc.array(fc.constantFrom('ada', 'bob', '*'), { minLength: 1, maxLength: 2 }),
        ip: fc.array(fc.constantFrom('203.0.113.0/24', '0.0.0.0/0'), { minLength: 1, maxLength: 2 }),
        resources: fc.array(fc.constantFrom('create-order', 'default'), { minLength: 1, maxLength: 2 }),
      },
      { requiredKeys: [] },
    );
    const one = fc.record({
      resource: fc.constantFrom('create-order', 'default', 'other'),
      address: fc.constantFrom('203.0.113.9', '198.51.100.7', undefined),
      principal: fc.constantFrom(person('ada'), person('eve'), undefined),
    });
    const list = fc.array(entry, { maxLength: 3 });
    fc.assert(
      fc.property(list, fc.option(list, { nil: undefined }), fc.boolean(), one, (deny, allow, required, request) => {
        const rule = { deny, ...(allow && { allow }), ...(required && { require: ['jwt' as const] }) } as AccessRule;
        const lists = compileLists(rule);
        const at = lists.refuses(request);
        if (lists.deniedUnseen(request)) expect(at).toBe('deny');
        if (!request.principal && required) expect(at).not.toBeUndefined();
        if (!request.principal && allow?.every(({ client }) => client)) expect(at).not.toBeUndefined();
      }),
    );
  });
});

describe('a list claim that a gateway has made a text of', () => {
  const gateway = (groups: string): Facts['principal'] => ({ id: 'ada', by: 'gateway', claims: { groups } });
  it.each<[string, string | undefined, string | undefined]>([
    // the claim, what `deny` by one of its members says, what `allow` by it says
    ['[banned users]', 'deny', undefined],
    ['banned,users', 'deny', 'allow'],
    ['banned', 'deny', undefined],
    ['[unbanned users]', undefined, 'allow'],
    ['not banned', 'deny', 'allow'],
  ])('%s', (claim, denied, allowed) => {
    expect(refuses({ deny: [{ claims: { groups: ['banned'] } }] }, { principal: gateway(claim) })).toBe(denied);
    expect(refuses({ allow: [{ claims: { groups: ['banned'] } }] }, { principal: gateway(claim) })).toBe(allowed);
  });

  it('is one text when the token was verified here', () => {
    const principal = person('ada', { groups: '[banned users]' });
    expect(refuses({ deny: [{ claims: { groups: ['banned'] } }] }, { principal })).toBeUndefined();
  });
});
