// Which instances and which invocations run under a gray revision, and that none ever sees two.
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Instance } from '../../../middleware/kernel/instance.ts';
import { middlewareOf } from '../../../middleware/kernel/middleware.ts';
import type { Policy } from '../../../middleware/kernel/policy.ts';
import type { Recorder } from '../../../middleware/kernel/recorder.ts';
import { isInShare } from '../../../middleware/kernel/rules/gray.ts';
import { POLL_MS } from '../../../middleware/kernel/rules/live.ts';
import { StoreUnavailable, type Item } from '../../../store/port.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { httpV2, sqs } from '../../support/events.ts';
import { noTable, silentLogger, testContext, testInvocation } from '../../support/instance.ts';

describe('a share', () => {
  const ids = Array.from({ length: 100_000 }, (_, i) => `2026/11/21/[$LATEST]${i.toString(16).padStart(32, '0')}`);

  it.each([1, 100, 500, 2_500, 5_000, 9_000, 9_999])('of %i basis points is within 1 % of all of many', (share) => {
    const taken = ids.filter((id) => isInShare(share, `orders\n7\n${id}`)).length;
    expect(Math.abs(taken / ids.length - share / 10_000)).toBeLessThan(0.01);
  });

  it('of nothing takes nobody, and the whole takes everybody', () => {
    expect(ids.some((id) => isInShare(0, id))).toBe(false);
    expect(ids.every((id) => isInShare(10_000, id))).toBe(true);
  });

  it('keeps who was in it as it grows', () => {
    const share = fc.integer({ min: 0, max: 10_000 });
    fc.assert(
      fc.property(fc.string(), share, share, (text, one, other) => {
        const [small, large] = [Math.min(one, other), Math.max(one, other)];
        expect(isInShare(small, text) && !isInShare(large, text)).toBe(false);
      }),
    );
  });

  it('is another one for the next revision', () => {
    const both = ids.filter((id) => isInShare(1_000, `orders\n7\n${id}`) && isInShare(1_000, `orders\n8\n${id}`));
    expect(Math.abs(both.length / ids.length - 0.01)).toBeLessThan(0.005);
  });
});

const limited = (limit: string) => ({ apiVersion: 'flyball/v1', service: 'orders', throttles: { all: { limit } } });

/** What is published of one service, as its instances read it. */
function published() {
  const revisions = new Map<string, Item>();
  const reads: string[] = [];
  const store = {
    head: undefined as Item | undefined,
    reads,
    table: {
      ...noTable,
      get({ pk, sk }: { pk: string; sk: string }): Promise<Item | undefined> {
        reads.push(sk);
        return Promise.resolve(pk.includes('#copy#') ? revisions.get(sk) : store.head);
      },
    },
    put(revision: number, document: object) {
      const sk = `revision#${String(revision).padStart(10, '0')}`;
      revisions.set(sk, { pk: 'x', sk, v: 1, document: gzipSync(JSON.stringify(document)) });
    },
    lose: (revision: number) => revisions.delete(`revision#${String(revision).padStart(10, '0')}`),
    /** Raises `seq`, as every change of the head does. */
    set(fields: Item) {
      const seq = Number(store.head?.['seq'] ?? 0) + 1;
      store.head = { pk: 'x', sk: 'head', v: 1, publishedAt: 1, ...fields, seq };
    },
  };
  store.put(1, limited('1/s'));
  store.put(2, limited('2/s'));
  return store;
}

const gray = (terms: Item): Item => ({ revision: 2, startedAt: 5, step: 0, by: 'instance', ...terms });

interface Setup {
  readonly id?: string;
  readonly functionVersion?: string;
  readonly store?: ReturnType<typeof published>;
}

function setUp({ id = 'a', functionVersion = '7', store = published() }: Setup = {}) {
  const clock = fakeClock();
  const said: unknown[] = [];
  const instance = new Instance({
    service: 'orders',
    functionName: 'orders-fn',
    ...{ id, clock, functionVersion, table: store.table, random: () => 0.5 },
    logger: { ...silentLogger, error: (message, fields) => void said.push([message, fields]) },
  });
  const counted: string[] = [];
  instance.recorder = { ...instance.recorder, internal: (name) => void counted.push(name) } satisfies Recorder;
  const poll = () => {
    clock.advance(2 * POLL_MS);
    return instance.rules.run(clock.now(), new AbortController().signal);
  };
  /** The revision that an invocation of this event runs under. */
  const revisionOf = (event: unknown = {}, arn?: string) => {
    const context = { ...testContext(clock), ...(arn === undefined ? {} : { invokedFunctionArn: arn }) };
    const invocation = testInvocation(instance, event, context);
    instance.rules.assign(invocation);
    expect(invocation.snapshot.document.throttles?.['all']?.limit).toBe(`${invocation.snapshot.origin.revision}/s`);
    return invocation.snapshot.origin.revision;
  };
  return { store, clock, instance, rules: instance.rules, said, counted, poll, revisionOf };
}

describe('an instance', () => {
  it('that is in the share runs under the gray revision alone, and reads no other', async () => {
    const { store, poll, rules, revisionOf } = setUp();
    store.set({ revision: 1, gray: gray({ share: 10_000 }) });
    await poll();
    expect(revisionOf()).toBe(2);
    expect(rules.beside).toBeUndefined();
    expect(store.reads).toEqual(['head', 'revision#0000000002']);
  });

  it('that is not in the share never reads the gray revision', async () => {
    const { store, poll, revisionOf } = setUp();
    store.set({ revision: 1, gray: gray({ share: 0 }) });
    await poll();
    expect(revisionOf()).toBe(1);
    expect(store.reads).toEqual(['head', 'revision#0000000001']);
  });

  it('comes into a share that grows, and stays to the promotion', async () => {
    const { store, poll, revisionOf } = setUp();
    const seen: number[] = [];
    const changes: Item[] = [
      { revision: 1 },
      { revision: 1, changedAt: 5, gray: gray({ share: 0 }) },
      { revision: 1, changedAt: 6, gray: gray({ share: 10_000, step: 1 }) },
      { revision: 2, publishedAt: 7 },
    ];
    for (const change of changes) {
      store.set(change);
      await poll();
      seen.push(revisionOf());
    }
    expect(seen).toEqual([1, 1, 2, 2]);
  });

  it('goes back when it is aborted', async () => {
    const { store, poll, revisionOf } = setUp();
    store.set({ revision: 1, gray: gray({ share: 10_000 }) });
    await poll();
    store.set({ revision: 1, changedAt: 6 });
    await poll();
    expect(revisionOf()).toBe(1);
  });

  it('that was never in it reads nothing again when it ends', async () => {
    const { store, poll, revisionOf } = setUp();
    store.set({ revision: 1, gray: gray({ share: 0 }) });
    await poll();
    store.set({ revision: 1, changedAt: 6 });
    await poll();
    expect(revisionOf()).toBe(1);
    expect(store.reads).toEqual(['head', 'revision#0000000001', 'head']);
  });

  it.each([
    { versions: ['7'], revision: 2 },
    { versions: ['6', '8'], revision: 1 },
    { versions: ['$LATEST'], revision: 1 },
  ])('of version 7 runs under revision $revision when $versions are meant', async ({ versions, revision }) => {
    const { store, poll, rules, revisionOf } = setUp();
    store.set({ revision: 1, gray: gray({ versions }) });
    await poll();
    expect(revisionOf()).toBe(revision);
    expect(rules.beside).toBeUndefined();
  });

  it('knows by which alias each invocation came', async () => {
    const { store, poll, revisionOf } = setUp();
    store.set({ revision: 1, gray: gray({ versions: ['canary'] }) });
    await poll();
    const arn = 'arn:aws:lambda:eu-central-1:000000000000:function:orders-fn';
    expect(revisionOf({}, `${arn}:canary`)).toBe(2);
    expect(revisionOf({}, `${arn}:live`)).toBe(1);
    expect(revisionOf({}, arn)).toBe(1);
  });

  it('takes news of a table restored from a backup, whose numbers are lower', async () => {
    const { store, poll, revisionOf } = setUp();
    store.head = { seq: 20 };
    store.set({ revision: 1, publishedAt: 3 });
    await poll();
    store.head = { seq: 4 };
    store.set({ revision: 1, publishedAt: 3, changedAt: 9, gray: gray({ share: 10_000 }) });
    await poll();
    expect(revisionOf()).toBe(2);
  });
});

describe('a request', () => {
  async function under(terms: Item) {
    const set = setUp();
    set.store.set({ revision: 1, gray: gray({ by: 'key', ...terms }) });
    await set.poll();
    return set;
  }
  const tenant = (name: string) => httpV2({ headers: { 'x-tenant': name } });
  const tenants = Array.from({ length: 400 }, (_, i) => `tenant-${i}`);

  it('runs under the revision that its key is given, each time', async () => {
    const { revisionOf } = await under({ key: 'header:x-tenant', share: 5_000 });
    const first = tenants.map((name) => revisionOf(tenant(name)));
    expect(tenants.map((name) => revisionOf(tenant(name)))).toEqual(first);
    expect(first.filter((revision) => revision === 2).length).toBeGreaterThan(140);
    expect(first.filter((revision) => revision === 1).length).toBeGreaterThan(140);
  });

  it('is given the same revision by every instance', async () => {
    const [one, other] = [
      await under({ key: 'header:x-tenant', share: 5_000 }),
      setUp({ id: 'another', functionVersion: '8' }),
    ];
    other.store.set({ revision: 1, gray: gray({ by: 'key', key: 'header:x-tenant', share: 5_000 }) });
    await other.poll();
    const revisions = tenants.map((name) => one.revisionOf(tenant(name)));
    expect(tenants.map((name) => other.revisionOf(tenant(name)))).toEqual(revisions);
  });

  it('without the key is not in it', async () => {
    const { revisionOf } = await under({ key: 'header:x-tenant', share: 10_000 });
    expect([httpV2({}), sqs([{ body: 'x' }]), {}].map((event) => revisionOf(event))).toEqual([1, 1, 1]);
    expect(revisionOf(tenant('acme'))).toBe(2);
  });

  it.each([
    ['the subject of its token', jwtOf('ada'), jwtOf('ada'), true],
    ['whatever address it comes from', jwtOf('ada', '192.0.2.1'), jwtOf('ada', '192.0.2.77'), true],
    ['the address of who has none', httpV2({ sourceIp: '192.0.2.1' }), httpV2({ sourceIp: '192.0.2.1' }), true],
  ])('is told apart by client: %s', async (_what, one, other, same) => {
    for (const share of [2_000, 5_000, 8_000]) {
      const { revisionOf } = await under({ key: 'client', share });
      expect(revisionOf(one) === revisionOf(other)).toBe(same);
    }
  });

  it('with a token that nobody can read is told apart by its address', async () => {
    const { revisionOf } = await under({ key: 'client', share: 10_000 });
    const headers = { authorization: 'Bearer not.atoken.x' };
    expect(revisionOf(httpV2({ headers }))).toBe(2);
  });

  it.each([
    ['client', 2],
    ['claim:sub', 1],
  ])('with a token too long to be looked into is not known by it: %s', async (key, revision) => {
    const { revisionOf } = await under({ key, share: 10_000 });
    const parse = vi.spyOn(JSON, 'parse');
    try {
      expect(revisionOf(jwtOf('a'.repeat(2_048)))).toBe(revision);
      expect(parse).not.toHaveBeenCalled();
    } finally {
      parse.mockRestore();
    }
    expect(revisionOf(jwtOf('a'.repeat(1_024)))).toBe(2);
  });

  it('has to fit the match as well', async () => {
    const { revisionOf } = await under({
      key: 'header:x-tenant',
      share: 10_000,
      match: { method: 'POST', path: '/orders/*' },
    });
    const headers = { 'x-tenant': 'acme' };
    expect(revisionOf(httpV2({ method: 'POST', path: '/orders/1', headers }))).toBe(2);
    expect(revisionOf(httpV2({ method: 'GET', path: '/orders/1', headers }))).toBe(1);
    expect(revisionOf(httpV2({ method: 'POST', path: '/orders/1' }))).toBe(1);
  });

  it('finds both revisions there, each read once while the share grows', async () => {
    const { store, poll, revisionOf } = await under({ key: 'header:x-tenant', share: 1 });
    store.set({ revision: 1, changedAt: 6, gray: gray({ by: 'key', key: 'header:x-tenant', share: 10_000, step: 1 }) });
    await poll();
    expect(revisionOf(tenant('acme'))).toBe(2);
    expect(store.reads.filter((sk) => sk !== 'head').sort()).toEqual(['revision#0000000001', 'revision#0000000002']);
    store.set({ revision: 1, changedAt: 7 });
    await poll();
    expect(revisionOf(tenant('acme'))).toBe(1);
  });
});

function jwtOf(sub: string, sourceIp?: string) {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return httpV2({
    headers: { authorization: `Bearer ${part({ alg: 'RS256' })}.${part({ sub })}.${part({})}` },
    ...(sourceIp === undefined ? {} : { sourceIp }),
  });
}

describe('a gray revision that this instance cannot follow', () => {
  const fussy: Policy = {
    name: 'fussy',
    compile(document) {
      if (document.throttles?.['all']?.limit === '2/s') throw new Error('cannot compile this');
    },
  };

  it.each([{ share: 10_000 }, { by: 'key', key: 'ip', share: 10_000 }])(
    'is said once, and all goes on under the rest’s: %j',
    async (terms) => {
      const { store, poll, instance, revisionOf, said, counted } = setUp();
      instance.rules.register(fussy);
      for (const step of [0, 1, 2]) {
        store.set({ revision: 1, changedAt: 5 + step, gray: gray({ ...terms, step }) });
        await poll();
        expect(revisionOf(httpV2({}))).toBe(1);
      }
      expect(counted).toEqual(['rules:rejected']);
      expect(said).toEqual([
        ['flyball kept the last good rules', expect.objectContaining({ rejected: 2, reason: 'cannot compile this' })],
      ]);
    },
  );

  it('for a newer library is not even read', async () => {
    const { store, poll, revisionOf, said, counted } = setUp();
    store.set({ revision: 1, gray: gray({ share: 10_000, needs: '99.0.0' }) });
    await poll();
    expect(revisionOf()).toBe(1);
    expect(store.reads).toEqual(['head', 'revision#0000000001']);
    expect(counted).toEqual(['rules:rejected']);
    expect(JSON.stringify(said)).toContain('Revision 2 needs flyball 99.0.0');
  });

  it('is none when it selects in a way this library does not know', async () => {
    const { store, poll, revisionOf, counted } = setUp();
    store.set({ revision: 1, gray: gray({ share: 10_000, weather: 'rain' }) });
    await poll();
    expect(revisionOf()).toBe(1);
    expect(counted).toEqual([]);
  });

  it('because it is not there keeps nobody from the rest’s, and is asked for again', async () => {
    const { store, poll, revisionOf } = setUp();
    store.lose(2);
    store.set({ revision: 1, gray: gray({ share: 10_000 }) });
    await expect(poll()).rejects.toThrow('is missing');
    expect(revisionOf()).toBe(1);
    store.put(2, limited('2/s'));
    await poll();
    expect(revisionOf()).toBe(2);
  });

  it('leaves everything as it is while the table does not answer', async () => {
    const { store, poll, revisionOf } = setUp();
    store.set({ revision: 1, gray: gray({ share: 10_000 }) });
    await poll();
    store.table.get = () => Promise.reject(new StoreUnavailable('timeout', 'no answer'));
    await expect(poll()).rejects.toThrow('no answer');
    expect(revisionOf()).toBe(2);
  });
});

describe('a policy that comes later', () => {
  it('is compiled from both revisions with the next poll', async () => {
    const { store, poll, instance, revisionOf } = setUp();
    store.set({ revision: 1, gray: gray({ by: 'key', key: 'ip', share: 10_000 }) });
    await poll();
    expect(revisionOf(httpV2({}))).toBe(2);
    const seen: unknown[] = [];
    instance.rules.register({
      name: 'late',
      compile: (document) => void seen.push(document.throttles?.['all']?.limit),
    });
    expect(revisionOf(httpV2({}))).toBe(1);
    await poll();
    expect(revisionOf(httpV2({}))).toBe(2);
    expect(seen.sort()).toEqual(['1/s', '2/s']);
  });
});

describe('an invocation', () => {
  /** Policies that note which revision each of their hooks saw. */
  function noting(names: readonly string[], notes: string[], between: () => Promise<void>): Policy<string>[] {
    return names.map((name) => ({
      name,
      compile: (document) => document.throttles?.['all']?.limit ?? 'none',
      async before(invocation, limit) {
        notes.push(`${limit} ${invocation.snapshot.origin.revision}/s`);
        await between();
      },
      async after(invocation, limit) {
        notes.push(`${limit} ${invocation.snapshot.origin.revision}/s`);
        await between();
      },
    }));
  }

  it('sees one revision from its first hook to its last, whatever arrives meanwhile', async () => {
    const action = fc.record({
      kind: fc.constantFrom('gray', 'step', 'abort', 'promote', 'none'),
      by: fc.constantFrom('instance', 'key'),
      share: fc.constantFrom(0, 5_000, 10_000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 12 }), fc.string(), async (actions, tenantName) => {
        const { store, instance, poll } = setUp();
        const notes: string[] = [];
        const rest = [...actions];
        let at = 10;
        store.set({ revision: 1 });
        const between = async () => {
          const next = rest.shift();
          if (!next) return;
          at++;
          const { kind, by, share } = next;
          const key = by === 'key' ? { key: 'header:x-tenant' } : {};
          if (kind === 'gray' || kind === 'step') {
            store.set({ revision: 1, changedAt: at, gray: gray({ by, share, ...key }) });
          } else if (kind === 'abort') store.set({ revision: 1, changedAt: at });
          else if (kind === 'promote') store.set({ revision: 2, publishedAt: at });
          await poll();
        };
        const { before, after } = middlewareOf(instance, noting(['one', 'two', 'three'], notes, between));
        await poll();
        for (let i = 0; i < 4; i++) {
          notes.length = 0;
          const request = {
            event: httpV2({ headers: { 'x-tenant': tenantName } }),
            context: testContext(instance.clock),
            response: undefined,
            error: null,
            internal: {},
          };
          await before?.(request as never);
          await after?.(request as never);
          expect(notes).toHaveLength(6);
          expect(new Set(notes)).toHaveProperty('size', 1);
          const [limit, revision] = (notes[0] ?? '').split(' ');
          expect(limit).toBe(revision);
        }
      }),
      { numRuns: 60 },
    );
  });
});
