// Gray publications in the store: started, stepped, promoted, aborted and rolled over, under races and crashes.
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { abortGray, promoteGray, stepGray } from '../../../store/items/gray-changes.ts';
import { notePlan, readPlan } from '../../../store/items/gray-plan.ts';
import type { GrayTerms } from '../../../store/items/gray.ts';
import {
  laterThan,
  listRevisions,
  publishRevision,
  readDocument,
  readRevision,
  readState,
  type Published,
} from '../../../store/items/rules.ts';
import { keys } from '../../../store/keys.ts';
import type { Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';

let table: Table;

beforeAll(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
});

const AT = Date.UTC(2026, 10, 21, 8);
const FIVE_PERCENT: GrayTerms = { by: 'instance', share: 500 };

/** As the head stands, or as it stood when the publisher looked. */
async function publish(service: string, limit: string, gray?: GrayTerms, seen?: { seq: number }, through = table) {
  const { head } = await readState(table, service);
  return publishRevision(through, {
    service,
    document: { apiVersion: 'flyball/v1', service, throttles: { everyone: { limit } } },
    source: `# ${limit}\nservice: ${service}\n`,
    author: 'ana',
    note: `limit ${limit}`,
    at: laterThan(head, AT),
    expectedSeq: seen?.seq ?? head?.seq ?? 0,
    gray,
  });
}

/** A service at revision 1 with revision 2 given to 5 % of its instances. */
async function withGray(service: string, terms: GrayTerms = FIVE_PERCENT) {
  await publish(service, '1/s');
  const started = await publish(service, '2/s', terms);
  expect(started.applied).toBe(true);
  return readState(table, service);
}

const statesOf = async (service: string) =>
  (await listRevisions(table, service)).revisions.map(({ revision, state }) => `${revision} ${state}`);

describe('a gray publication', () => {
  it('stands beside what the rest of the fleet runs', async () => {
    const { head, gray, last } = await withGray('beside');
    expect(head).toMatchObject({ seq: 2, revision: 1, publishedAt: AT, changedAt: AT + 1 });
    expect(gray).toEqual({ revision: 2, startedAt: AT + 1, by: 'instance', share: 500, step: 0 });
    expect(last).toBe(2);
    expect(await readDocument(table, 'beside', 2, 7)).toMatchObject({ throttles: { everyone: { limit: '2/s' } } });
    expect(await statesOf('beside')).toEqual(['2 gray', '1 current']);
  });

  it('keeps what selects its part', async () => {
    const terms: GrayTerms = {
      by: 'key',
      key: 'header:x-tenant',
      share: 5000,
      versions: ['7', 'live'],
      match: { method: 'POST' },
    };
    expect((await withGray('selecting', terms)).gray).toMatchObject(terms);
  });

  it('needs something for the rest of the fleet to run', async () => {
    await expect(publish('first', '1/s', FIVE_PERCENT)).rejects.toThrow(/publish to the whole fleet first/);
    expect((await readState(table, 'first')).head).toBeUndefined();
  });

  it('becomes what all run when it is promoted', async () => {
    const seen = await withGray('promoted');
    const promoted = await promoteGray(table, { service: 'promoted', seen, at: AT });
    expect(promoted).toMatchObject({ applied: true, head: { seq: 3, revision: 2, publishedAt: AT + 2 } });
    expect(await readState(table, 'promoted')).toMatchObject({ gray: undefined, last: 2 });
    expect(await statesOf('promoted')).toEqual(['2 current', '1 past']);
  });

  it('takes what the library needs along when it is promoted', async () => {
    const service = 'needy';
    await publish(service, '1/s');
    const at = AT + 1;
    const source = 'service: needy';
    const document = { service };
    const named = { author: 'ana', note: '' };
    await publishRevision(table, {
      ...{ service, document, source, ...named, at, expectedSeq: 1, needs: '0.3.0', gray: FIVE_PERCENT },
    });
    const seen = await readState(table, service);
    expect(seen.head?.needs).toBeUndefined();
    expect(seen.gray?.needs).toBe('0.3.0');
    expect((await promoteGray(table, { service, seen, at })).head?.needs).toBe('0.3.0');
  });

  it('leaves its number taken when it is aborted', async () => {
    const seen = await withGray('aborted');
    const aborted = await abortGray(table, { service: 'aborted', seen, at: AT });
    expect(aborted).toMatchObject({ applied: true, head: { seq: 3, revision: 1, publishedAt: AT } });
    expect(await publish('aborted', '3/s')).toMatchObject({ applied: true, head: { seq: 4, revision: 3 } });
    expect(await statesOf('aborted')).toEqual(['3 current', '2 aborted', '1 past']);
    expect(await readRevision(table, 'aborted', 2)).toMatchObject({ state: 'aborted', note: 'limit 2/s' });
  });

  it('is remembered as aborted after the next one has ended otherwise', async () => {
    const service = 'remembered';
    await abortGray(table, { service, seen: await withGray(service), at: AT });
    await publish(service, '3/s', FIVE_PERCENT);
    expect(await statesOf(service)).toEqual(['3 gray', '2 aborted', '1 current']);
    await promoteGray(table, { service, seen: await readState(table, service), at: AT });
    await publish(service, '4/s');
    expect(await statesOf(service)).toEqual(['4 current', '3 past', '2 aborted', '1 past']);
  });

  it('is ended by the same write that publishes to all', async () => {
    await withGray('over');
    expect(await publish('over', '3/s')).toMatchObject({ applied: true, head: { seq: 3, revision: 3 } });
    const { gray, ended, head } = await readState(table, 'over');
    expect({ gray, ended }).toEqual({ gray: undefined, ended: { revision: 2, how: 'aborted' } });
    expect(head?.changedAt).toBeUndefined();
    expect(await statesOf('over')).toEqual(['3 current', '2 aborted', '1 past']);
  });

  it('is given to another share step by step', async () => {
    const seen = await withGray('stepped');
    const stepped = await stepGray(table, { service: 'stepped', seen, at: AT + 60_000, share: 2500, step: 1 });
    expect(stepped).toMatchObject({ applied: true, head: { seq: 3, revision: 1, changedAt: AT + 60_000 } });
    const { gray } = await readState(table, 'stepped');
    expect(gray).toEqual({ revision: 2, startedAt: AT + 1, by: 'instance', share: 2500, step: 1 });
  });

  it('changes nothing for whoever has seen an older head', async () => {
    const service = 'stale';
    const seen = await withGray(service);
    await stepGray(table, { service, seen, at: AT, share: 2500, step: 1 });
    const late = { service, seen, at: AT };
    for (const change of [promoteGray(table, late), abortGray(table, late)]) {
      expect(await change).toMatchObject({ applied: false, head: { seq: 3, revision: 1 } });
    }
    expect((await readState(table, service)).gray?.share).toBe(2500);
  });

  it('cannot be ended when there is none', async () => {
    await publish('none', '1/s');
    const change = { service: 'none', seen: await readState(table, 'none'), at: AT };
    expect(() => promoteGray(table, change)).toThrow('Service "none" has no gray publication under way');
  });

  it('reads as none when a newer flyball selects its part in a way this one does not know', async () => {
    await withGray('newer');
    await table.update({
      key: keys.rulesHead('newer'),
      update: 'SET #gray.#weather = :rain',
      names: { '#gray': 'gray', '#weather': 'weather' },
      values: { ':rain': 'rain' },
    });
    expect(await readState(table, 'newer')).toMatchObject({ gray: undefined, last: 2, head: { revision: 1 } });
  });
});

describe('the plan of a gray publication', () => {
  it('says who began it beside what, and how it ended', async () => {
    const service = 'planned';
    const seen = await withGray(service);
    expect(await readPlan(table, service, seen)).toEqual({
      ...{ revision: 2, baseRevision: 1, author: 'ana', note: 'limit 2/s', startedAt: AT + 1 },
      ...{ steps: [], step: 0, stepSince: AT + 1, ifTooLittleTraffic: 'extend', state: 'running', reason: '' },
    });
    await abortGray(table, { service, seen, at: AT });
    await notePlan(table, service, 2, { state: 'aborted', reason: 'errors' });
    expect(await readPlan(table, service, await readState(table, service))).toMatchObject({
      state: 'aborted',
      reason: 'errors',
    });
  });

  it('says what the head says, when whoever ended it died before the plan', async () => {
    const seen = await withGray('untold');
    await promoteGray(table, { service: 'untold', seen, at: AT });
    expect(await readPlan(table, 'untold', await readState(table, 'untold'))).toMatchObject({ state: 'promoted' });
  });

  it('is none when its publisher died before the head', async () => {
    const dying: Table = {
      ...table,
      update: (request) =>
        request.update.startsWith('SET') ? Promise.reject(new Error('died')) : table.update(request),
    };
    await publish('died', '1/s');
    await expect(publish('died', '2/s', FIVE_PERCENT, undefined, dying)).rejects.toThrow('died');
    const state = await readState(table, 'died');
    expect(state).toMatchObject({ gray: undefined, last: 1 });
    expect(await readPlan(table, 'died', state)).toBeUndefined();
    expect(await statesOf('died')).toEqual(['1 current']);
    expect(await publish('died', '3/s', FIVE_PERCENT)).toMatchObject({ applied: true, head: { revision: 1 } });
    expect(await readDocument(table, 'died', 2, 0)).toMatchObject({ throttles: { everyone: { limit: '3/s' } } });
  });
});

describe('twenty who change what is in force at once', () => {
  it('never lose an update: one wins each time, and numbers only grow', async () => {
    const service = 'raced';
    let seen = await withGray(service);
    const numbers = new Set<number>([1, 2]);
    for (let round = 0; round < 3; round++) {
      const change = { service, seen, at: AT };
      const { head } = seen;
      const deeds = Array.from({ length: 20 }, (_, i) => (): Promise<Published> => {
        if (seen.gray && i % 4 === 0) return promoteGray(table, change);
        if (seen.gray && i % 4 === 1) return abortGray(table, change);
        return publish(service, `${100 * round + i}/s`, i % 4 === 2 ? FIVE_PERCENT : undefined, head);
      });
      const results = await Promise.all(deeds.map((deed) => deed()));
      // Whoever took the newest fence wins, unless a change that takes none was faster.
      expect(results.filter(({ applied }) => applied)).toHaveLength(1);
      const now = await readState(table, service);
      expect(now.head?.seq).toBe((head?.seq ?? 0) + 1);
      expect(now.last).toBeGreaterThanOrEqual(seen.last);
      expect(now.last).toBeLessThanOrEqual(seen.last + 1);
      numbers.add(now.last);
      // Whatever is named is there, whole.
      for (const revision of [now.head?.revision ?? 0, ...(now.gray ? [now.gray.revision] : [])]) {
        const found = await readRevision(table, service, revision);
        const [, limit] = /^# (\S+)/.exec(found?.source ?? '') ?? [];
        for (const copy of [0, 5, 15]) {
          expect(await readDocument(table, service, revision, copy)).toMatchObject({
            throttles: { everyone: { limit } },
          });
        }
      }
      seen = now;
    }
    const { revisions } = await listRevisions(table, service);
    expect(revisions.map(({ revision }) => revision)).toEqual([...numbers].sort((a, b) => b - a));
  });
});
