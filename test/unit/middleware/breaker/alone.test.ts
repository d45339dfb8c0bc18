// A breaker that one instance has opened for itself, and a table that refuses breakers: both would go unseen but for the log.
import { describe, expect, it, vi } from 'vitest';
import { StoreRejected } from '../../../../store/port.ts';
import { breakerFleet, type Member } from '../../../support/breaker-fleet.ts';
import { memoryTable } from '../../../support/memory-table.ts';
import { reply } from '../../../support/outbound.ts';

const rule = { window: { time: '30s', minimumCalls: 20 }, surge: 'off', consecutiveFailures: 2 } as const;

/** What is logged at this level from now on. */
function logged(member: Member, level: 'warn' | 'info'): { message: string; fields: Record<string, unknown> }[] {
  const lines: { message: string; fields: Record<string, unknown> }[] = [];
  vi.spyOn(member.instance.logger, level).mockImplementation((message, fields) => lines.push({ message, fields }));
  return lines;
}

async function failTwice(member: Member): Promise<void> {
  for (let i = 0; i < 2; i++) await member.attempt(reply('500'));
}

describe('a breaker that is open on one instance alone', () => {
  it('is a warning in its log, and its closing a line', async () => {
    const fleet = breakerFleet(1, memoryTable(), rule);
    const [warned, told] = [logged(fleet.member(0), 'warn'), logged(fleet.member(0), 'info')];
    await failTwice(fleet.member(0));
    expect(warned).toEqual([
      {
        message: 'flyball opened a breaker on this instance alone',
        fields: { breaker: 'payments', from: 'CLOSED', fleet: 'CLOSED' },
      },
    ]);
    fleet.clock.advance(6_000);
    await fleet.member(0).attempt(reply('ok'));
    expect(warned).toHaveLength(1);
    expect(told).toMatchObject([
      { message: 'flyball closed a breaker on this instance', fields: { breaker: 'payments' } },
    ]);
  });

  it('says in its refusals where it is open', async () => {
    const fleet = breakerFleet(1, memoryTable(), rule);
    await failTwice(fleet.member(0));
    const { error } = await fleet.member(0).attempt(reply('ok'));
    expect(String(error)).toContain('the breaker of "payments" is open on this instance; try again in 5000 ms');
  });
});

describe('a table that refuses breakers', () => {
  it('is a warning, once an instance', async () => {
    const table = memoryTable();
    const refusing: typeof table = {
      ...table,
      update: () => Promise.reject(new StoreRejected('ValidationException', 'an attribute is spelt wrong')),
    };
    const fleet = breakerFleet(1, refusing, rule);
    const warned = logged(fleet.member(0), 'warn');
    for (let i = 0; i < 4; i++) {
      await fleet.member(0).attempt(reply('500'));
      fleet.clock.advance(6_000);
    }
    const of = warned.filter(({ message }) => message === 'flyball cannot keep a breaker in its table');
    expect(of).toHaveLength(1);
    expect(of[0]?.fields).toMatchObject({ breaker: 'payments', reason: 'an attribute is spelt wrong' });
  });
});
