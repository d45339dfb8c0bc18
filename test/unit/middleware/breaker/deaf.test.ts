// One answer of the table that does not come: for how long the instance that waited for it asks nothing.
import { expect, it } from 'vitest';
import { breakerFleet } from '../../../support/breaker-fleet.ts';
import { memoryTable } from '../../../support/memory-table.ts';
import { reply } from '../../../support/outbound.ts';

const failure = reply('500');

/** An instance whose reports of failures have no answer, so many of them; gives when it asked, ms after the last that had one. */
async function askedAt(silent: number): Promise<number[]> {
  const table = memoryTable();
  const fleet = breakerFleet(1, table, { window: { minimumCalls: 1_000 } });
  const member = fleet.member(0);
  await member.attempt(reply('ok'));
  fleet.clock.advance(1_000);
  const from = fleet.clock.now();
  const asked: number[] = [];
  table.fault = (kind) => {
    if (kind !== 'update') return undefined;
    asked.push(fleet.clock.now() - from);
    return asked.length <= silent ? 'lost' : undefined;
  };
  for (let calls = 0; calls < 60; calls++) {
    await member.attempt(failure);
    fleet.clock.advance(10);
  }
  return asked;
}

it('while it is closed it asks again at once, as it may be open by then and each call may fail', async () => {
  const [first = 0, second = 0] = await askedAt(1);
  expect(second - first).toBeGreaterThan(0);
  expect(second - first).toBeLessThanOrEqual(20);
});

it('when the next one does not come either it leaves the table alone for longer', async () => {
  const [, second = 0, third = 0] = await askedAt(2);
  expect(third - second).toBeGreaterThanOrEqual(400);
});
