// The audit log: entries stand as first written, and are read newest first over days, without scans.
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { appendAudit, type AuditEntry, type AuditQuery, readAudit } from '../../../store/items/audit.ts';
import { keys } from '../../../store/keys.ts';
import type { Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';

const DAY = 86_400_000;
const NOON = Date.UTC(2026, 10, 21, 12);

let table: Table;

const entry = (id: string, at: number, service = 'orders'): AuditEntry => ({
  at,
  id,
  actor: 'ana',
  action: 'rules.publish',
  service,
});

beforeAll(async () => {
  ({ sdk: table } = await createTable(inject('dynamodb')));
  await appendAudit(table, entry('a', NOON - 2 * DAY));
  await appendAudit(table, entry('b', NOON - 1, 'payments'));
  await appendAudit(table, entry('c', NOON));
  await appendAudit(table, entry('d', NOON));
  await appendAudit(table, entry('e', NOON + 1));
});

async function all(query: AuditQuery): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await readAudit(table, { ...query, ...(cursor === undefined ? {} : { cursor }) });
    ids.push(...page.entries.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return ids;
}

describe('the audit log', () => {
  it.each([1, 2, 3, 50])('is read newest first over days in pages of %i', async (limit) => {
    expect(await all({ from: NOON - 3 * DAY, to: NOON + DAY, limit })).toEqual(['e', 'd', 'c', 'b', 'a']);
  });

  it('includes both ends of the time asked for', async () => {
    expect(await all({ from: NOON, to: NOON })).toEqual(['d', 'c']);
    expect(await all({ from: NOON - 1, to: NOON })).toEqual(['d', 'c', 'b']);
    expect(await all({ from: NOON + 2, to: NOON + 1 })).toEqual([]);
  });

  it('is narrowed to a service', async () => {
    expect(await all({ from: NOON - 3 * DAY, to: NOON + DAY, service: 'payments', limit: 1 })).toEqual(['b']);
  });

  it('asks for at most 31 days a page, and goes on from there', async () => {
    let queries = 0;
    const counted: Table = { ...table, query: (request) => ((queries += 1), table.query(request)) };
    const page = await readAudit(counted, { from: NOON - 300 * DAY, to: NOON - 3 * DAY });
    expect(page.entries).toEqual([]);
    expect(page.cursor).toMatch(/^[\w-]+$/);
    expect(queries).toBe(31);
    expect(await all({ from: NOON - 3 * DAY, to: NOON + 100 * DAY })).toEqual(['e', 'd', 'c', 'b', 'a']);
  });

  it('keeps an entry as it was first written', async () => {
    const whole = {
      ...entry('once', NOON - 10 * DAY),
      target: 'revision 3',
      detail: { from: 2, fields: ['limit'] },
      note: 'raise',
    };
    expect(await appendAudit(table, whole)).toBe(true);
    expect(await appendAudit(table, { ...whole, actor: 'mallory' })).toBe(false);
    const { entries } = await readAudit(table, { from: whole.at, to: whole.at });
    expect(entries).toEqual([whole]);
  });

  it('is kept for 400 days', async () => {
    const time = new Date(NOON).toISOString();
    const item = await table.get(keys.audit('2026-11-21', time, 'c'), { consistent: true });
    expect(item).toMatchObject({ v: 1, expiration: (NOON + 400 * DAY) / 1000 });
  });

  it.each(['garbage', Buffer.from('2026-99-99T00:00:00.000Z#x').toString('base64url'), ''])(
    'refuses the cursor "%s"',
    async (cursor) => {
      await expect(readAudit(table, { from: 0, to: NOON, cursor })).rejects.toMatchObject({ type: 'InvalidCursor' });
    },
  );

  it('does not let a cursor reach beyond the time asked for', async () => {
    const cursor = Buffer.from('2099-01-01T00:00:00.000Z$').toString('base64url');
    const { entries } = await readAudit(table, { from: NOON - DAY, to: NOON - 1, cursor });
    expect(entries.map(({ id }) => id)).toEqual(['b']);
  });
});
