// What a check that is down says: what was heard of it last, and where its alerts go.
import { describe, expect, it } from 'vitest';
import { checkCondition, unknownCheck } from '../../../../../functions/alerting/signals/check-condition.ts';
import { newCheck, paused, pinged } from '../../../../../functions/batch-monitor/checks/fold.ts';
import type { NumberedPing } from '../../../../../store/items/check-log.ts';
import type { Check, CheckSettings, PingRecord } from '../../../../../store/items/check-record.ts';
import { uniqueKeyOf } from '../../../../../store/items/checks.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = Date.UTC(2026, 2, 2);
const UUID = '5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278';
const KEY = `check/orders/${uniqueKeyOf(UUID)}`;

const settings: Partial<CheckSettings> = { name: 'Backup', timeoutMs: HOUR, graceMs: 20 * MINUTE };
const made = (more: Partial<CheckSettings> = {}) =>
  newCheck({ uuid: UUID, badgeKey: UUID, service: 'orders', at: DAY }, { ...settings, ...more });
const ping = (at: number, kind: PingRecord['kind'], exitStatus?: number): PingRecord => ({
  ...{ at, kind, scheme: 'https', method: 'GET', remoteAddress: '', userAgent: '', bodySize: 0, exitStatus },
});
const after = (check: Check, ...pings: PingRecord[]) => pings.reduce((each, one) => pinged(each, one).check, check);
const numbered = (...pings: PingRecord[]): NumberedPing[] =>
  pings.map((each, i) => ({ n: i + 1, ping: each })).reverse();
const facts = { pings: [], said: '', owner: 'team-orders' };

describe('what a check says', () => {
  it('that failed: with its exit status, and the first lines of what it sent', () => {
    const pings = [ping(DAY, 'success'), ping(DAY + MINUTE, 'fail', 2), ping(DAY + 2 * MINUTE, 'fail', 3)];
    const said = 'disk is full\n\npassword=hunter22\n';
    expect(checkCondition(after(made(), ...pings), { ...facts, pings: numbered(...pings), said }, DAY + HOUR)).toEqual({
      key: KEY,
      kind: 'check',
      service: 'orders',
      name: 'Backup',
      owner: 'team-orders',
      firing: true,
      since: DAY + MINUTE,
      severity: 'deferred',
      tags: [],
      channels: undefined,
      summary: 'Backup failed with exit status 3, 2 times in a row',
      exception: ['disk is full', 'password=[redacted]'],
      failures: 2,
    });
  });

  it('that was not heard of in time', () => {
    const check = after(made(), ping(DAY, 'success'));
    expect(checkCondition(check, facts, DAY + 2 * HOUR)).toMatchObject({
      firing: true,
      since: DAY + 80 * MINUTE,
      summary: 'Backup was not heard of: it was expected by 2026-03-02 01:00:00 +00:00, and 20 min more have passed',
    });
  });

  it('that has begun and not ended', () => {
    const check = after(made(), ping(DAY, 'start'));
    expect(checkCondition(check, facts, DAY + HOUR)).toMatchObject({
      firing: true,
      summary: 'Backup has been running for more than 20 min since 2026-03-02 00:00:00 +00:00',
    });
  });

  it('that is up, late, new, paused or gone: nothing', () => {
    const up = after(made(), ping(DAY, 'success'));
    const stopped = paused(up, DAY + 1)?.check;
    expect(checkCondition(up, facts, DAY + 1)).toMatchObject({ firing: false, summary: 'Backup is up' });
    expect(checkCondition(up, facts, DAY + HOUR + 1)).toMatchObject({ firing: false, summary: 'Backup is late' });
    expect(checkCondition(made(), facts, DAY)).toMatchObject({ firing: false, summary: 'Backup is new' });
    expect(checkCondition(stopped ?? up, facts, DAY)).toMatchObject({ firing: false, summary: 'Backup is paused' });
    expect(unknownCheck('orders', uniqueKeyOf(UUID), DAY)).toMatchObject({ key: KEY, firing: false });
  });
});

describe('where it goes', () => {
  const said = (more: Partial<CheckSettings>) => checkCondition(after(made(more), ping(DAY, 'fail')), facts, DAY + 1);

  it.each<[string, Partial<CheckSettings>, readonly string[] | undefined]>([
    ['to whoever owns its service, by itself', {}, undefined],
    ['to the channels that it names', { channels: 'mail,pager' }, ['mail', 'pager']],
    ['to nobody, if that was set', { channels: '' }, []],
  ])('%s', (_what, more, channels) => {
    expect(said(more).channels).toEqual(channels);
  });

  it('is as urgent as a tag says', () => {
    expect(said({ tags: 'prod severity:realtime' })).toMatchObject({
      ...{ severity: 'realtime', tags: ['prod', 'severity:realtime'] },
    });
    expect(said({ tags: 'severity:whatever' }).severity).toBe('deferred');
  });
});
