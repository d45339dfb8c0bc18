// Rules in the store: drafts, publishing under races, what instances read, and what is refused.
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import {
  listRevisions,
  listServices,
  type Publication,
  publishRevision,
  readDocument,
  readDraft,
  readHead,
  readRevision,
  RulesTooLarge,
  writeDraft,
} from '../../../store/items/rules.ts';
import { keys, RULE_COPIES } from '../../../store/keys.ts';
import type { Table } from '../../../store/port.ts';
import { createTable, type TestTable } from '../table.ts';
import { SOON } from '../../support/patience.ts';

let created: TestTable;
let table: Table;

beforeAll(async () => {
  created = await createTable(inject('dynamodb'));
  table = created.sdk;
});

const AT = Date.UTC(2026, 10, 21, 8);

function publication(service: string, expectedSeq: number, limit = '100/s'): Publication {
  const document = { apiVersion: 'flyball/v1', service, throttles: { everyone: { limit } } };
  const source = `# ${limit}\nservice: ${service}\n`;
  return { service, document, source, author: 'ana', note: `limit ${limit}`, at: AT + expectedSeq, expectedSeq };
}

describe('publishing', () => {
  it('shows nothing before the first publish', async () => {
    expect(await readHead(table, 'unpublished')).toBeUndefined();
    expect(await listRevisions(table, 'unpublished')).toEqual({ revisions: [] });
    expect(await readRevision(table, 'unpublished', 1)).toBeUndefined();
  });

  it('counts revisions and sequence numbers up by one', async () => {
    const first = await publishRevision(table, publication('counted', 0));
    const second = await publishRevision(table, publication('counted', 1));
    expect(first).toEqual({ applied: true, head: { seq: 1, revision: 1, publishedAt: AT } });
    expect(second).toEqual({ applied: true, head: { seq: 2, revision: 2, publishedAt: AT + 1 } });
    expect(await readHead(table, 'counted', { consistent: true })).toEqual(second.head);
  });

  it('gives every copy of the document to the data plane', async () => {
    const { document } = publication('copied', 0);
    await publishRevision(table, publication('copied', 0));
    for (let copy = 0; copy < RULE_COPIES; copy++) {
      expect(await readDocument(created.signed, 'copied', 1, copy)).toEqual(document);
    }
  });

  it('keeps the head, which every instance polls, small', async () => {
    await publishRevision(table, publication('small', 0));
    const head = await table.get(keys.rulesHead('small'));
    expect(JSON.stringify(head).length).toBeLessThan(200);
  });

  it('tells a publisher who saw an older head what stands', async () => {
    await publishRevision(table, publication('stale', 0, '1/s'));
    const { head } = await publishRevision(table, publication('stale', 1, '2/s'));
    expect(await publishRevision(table, publication('stale', 1, '3/s'))).toEqual({ applied: false, head });
    expect(await publishRevision(table, publication('stale', 0, '4/s'))).toEqual({ applied: false, head });
    expect(await readDocument(table, 'stale', 2, 3)).toMatchObject({ throttles: { everyone: { limit: '2/s' } } });
  });

  it('lets one of many racing publishers win, with its own document in every copy', async () => {
    const limits = Array.from({ length: 6 }, (_, i) => `${i + 1}/s`);
    const results = await Promise.all(limits.map((limit) => publishRevision(table, publication('raced', 0, limit))));
    const winners = limits.filter((_, i) => results[i]?.applied);
    expect(winners).toHaveLength(1);
    expect(await readHead(table, 'raced', { consistent: true })).toMatchObject({ seq: 1, revision: 1 });
    for (let copy = 0; copy < RULE_COPIES; copy++) {
      expect(await readDocument(table, 'raced', 1, copy)).toMatchObject({
        throttles: { everyone: { limit: winners[0] } },
      });
    }
    expect(await readRevision(table, 'raced', 1)).toMatchObject({
      note: `limit ${winners[0]}`,
      source: `# ${winners[0]}\nservice: raced\n`,
    });
  });

  it('is not undone by a publisher that slept through another’s publish', async () => {
    // Holds the sleeper's writes of copies back until the other has published the same number.
    let wake = () => {};
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const sleepy: Table = {
      ...table,
      put: async (request) => {
        if (request.item.pk !== 'ctl#services') await asleep;
        return table.put(request);
      },
    };
    const sleeper = publishRevision(sleepy, publication('slept', 0, '1/s'));
    await expect
      .poll(async () => (await table.get(keys.rulesHead('slept'), { consistent: true }))?.['fence'], SOON)
      .toBe(1);
    const other = await publishRevision(table, publication('slept', 0, '2/s'));
    wake();
    expect(other.applied).toBe(true);
    expect(await sleeper).toEqual({ applied: false, head: other.head });
    for (let copy = 0; copy < RULE_COPIES; copy++) {
      expect(await readDocument(table, 'slept', 1, copy)).toMatchObject({ throttles: { everyone: { limit: '2/s' } } });
    }
  });

  it('goes on where a publisher died before the head', async () => {
    const dying: Table = {
      ...table,
      update: (request) =>
        request.update.startsWith('SET') ? Promise.reject(new Error('died')) : table.update(request),
    };
    await expect(publishRevision(dying, publication('died', 0, '1/s'))).rejects.toThrow('died');
    expect(await readHead(table, 'died', { consistent: true })).toBeUndefined();
    expect(await listRevisions(table, 'died')).toEqual({ revisions: [] });
    expect(await publishRevision(table, publication('died', 0, '2/s'))).toMatchObject({
      applied: true,
      head: { revision: 1 },
    });
    expect(await readDocument(table, 'died', 1, 0)).toMatchObject({ throttles: { everyone: { limit: '2/s' } } });
  });

  it.each([
    {
      name: 'plain',
      text: 'x'.repeat(256 * 1024),
      message: /The rule document as JSON is 256\.\d KB, and at most 256 KB/,
    },
    {
      name: 'compressed',
      text: randomBytes(60 * 1024).toString('hex'),
      message: /compressed, is 6\d\.?\d* KB.* at most 64 KB/,
    },
  ])('refuses a document that is too large $name', async ({ text, message }) => {
    const large = { ...publication('large', 0), document: { text } };
    const error = await publishRevision(table, large).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RulesTooLarge);
    expect(error).toHaveProperty('message', expect.stringMatching(message));
    expect(await readHead(table, 'large')).toBeUndefined();
  });

  it('says which copy is missing', async () => {
    await expect(readDocument(table, 'counted', 99, 5)).rejects.toThrow(
      'Copy 5 of revision 99 of service "counted" is missing: publish it again',
    );
  });

  it('refuses to guess at an item of a newer flyball', async () => {
    await table.put({ item: { ...keys.rulesHead('future'), v: 2, seq: 1, revision: 1, publishedAt: AT } });
    await expect(readHead(table, 'future')).rejects.toMatchObject({ name: 'UnreadableItem' });
  });
});

describe('revisions', () => {
  it('are listed newest first, page by page', async () => {
    for (let seq = 0; seq < 3; seq++) await publishRevision(table, publication('listed', seq, `${seq}/s`));
    const first = await listRevisions(table, 'listed', { limit: 2 });
    expect(first.revisions).toEqual([
      { revision: 3, seq: 3, author: 'ana', note: 'limit 2/s', publishedAt: AT + 2, state: 'current' },
      { revision: 2, seq: 2, author: 'ana', note: 'limit 1/s', publishedAt: AT + 1, state: 'past' },
    ]);
    const rest = await listRevisions(table, 'listed', { limit: 2, ...(first.cursor ? { cursor: first.cursor } : {}) });
    expect(rest.revisions.map(({ revision }) => revision)).toEqual([1]);
  });

  it('come back with source and document', async () => {
    const published = publication('whole', 0);
    await publishRevision(table, published);
    expect(await readRevision(table, 'whole', 1)).toEqual({
      revision: 1,
      seq: 1,
      author: 'ana',
      note: 'limit 100/s',
      publishedAt: AT,
      state: 'current',
      source: published.source,
      document: published.document,
    });
    expect(await readRevision(table, 'whole', 2)).toBeUndefined();
  });
});

describe('drafts', () => {
  const write = { service: 'drafted', source: 'service: drafted\n', author: 'ben', at: AT };

  it('are written, read back and replaced under the ETag they had', async () => {
    expect(await readDraft(table, 'drafted')).toBeUndefined();
    const first = await writeDraft(table, { ...write, ifMatch: null });
    expect(first.applied).toBe(true);
    const draft = await readDraft(table, 'drafted');
    expect(draft).toEqual(first.draft);
    expect(draft).toMatchObject({ source: write.source, author: 'ben', updatedAt: AT });

    const second = await writeDraft(table, { ...write, source: 'changed', ifMatch: draft?.etag ?? '' });
    expect(second).toMatchObject({ applied: true, draft: { source: 'changed' } });
    expect(second.draft?.etag).not.toBe(draft?.etag);
  });

  it('show an editor who started from an older one what stands', async () => {
    const service = 'edited-twice';
    const base = await writeDraft(table, { ...write, service, source: 'base' });
    const winner = await writeDraft(table, { ...write, service, source: 'mine', ifMatch: base.draft?.etag ?? '' });
    const loser = await writeDraft(table, { ...write, service, source: 'yours', ifMatch: base.draft?.etag ?? '' });
    expect(loser).toEqual({ applied: false, draft: winner.draft });
    expect(await writeDraft(table, { ...write, service, ifMatch: null })).toEqual({
      applied: false,
      draft: winner.draft,
    });
  });

  it('match nothing where there is none', async () => {
    expect(await writeDraft(table, { ...write, service: 'fresh', ifMatch: 'some-etag' })).toEqual({
      applied: false,
      draft: undefined,
    });
  });

  it('are refused when too large', async () => {
    await expect(writeDraft(table, { ...write, source: 'x'.repeat(256 * 1024 + 1) })).rejects.toBeInstanceOf(
      RulesTooLarge,
    );
  });
});

describe('the list of services', () => {
  it('holds each service with a draft or rules once, in order, page by page', async () => {
    const { sdk } = await createTable(inject('dynamodb'));
    for (const service of ['beta', 'alpha', 'gamma']) {
      await writeDraft(sdk, { service, source: service, author: 'ana', at: AT });
    }
    await publishRevision(sdk, { ...publication('alpha', 0), at: AT + 99 });
    const first = await listServices(sdk, { limit: 2 });
    expect(first.services).toEqual([
      { service: 'alpha', since: AT },
      { service: 'beta', since: AT },
    ]);
    const rest = await listServices(sdk, first.cursor ? { cursor: first.cursor } : {});
    expect(rest).toEqual({ services: [{ service: 'gamma', since: AT }] });
  });
});
