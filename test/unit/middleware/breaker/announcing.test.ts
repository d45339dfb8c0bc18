// Changes that come before there is what tells of them: each is told, however close together they are.
import { expect, it, vi } from 'vitest';
import { FleetView } from '../../../../middleware/breaker/fleet-view.ts';
import type * as Later from '../../../../middleware/breaker/later.ts';
import type { BreakerState } from '../../../../store/items/breaker-record.ts';
import { NO_BREAKER } from '../../../../store/items/breaker-record.ts';
import { START } from '../../../support/breaker-fleet.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testInstance } from '../../../support/instance.ts';
import { memoryTable } from '../../../support/memory-table.ts';
import { SOON } from '../../../support/patience.ts';

/** As on an instance whose breakers have never changed. */
vi.mock('../../../../middleware/breaker/later.ts', async (original) => ({
  ...(await original<typeof Later>()),
  changedIfHere: () => undefined,
}));

it('two transitions in one exchange, before the code that announces them is loaded, are both told', async () => {
  const instance = testInstance({ clock: fakeClock(START), table: memoryTable() });
  const told: string[] = [];
  instance.onTransition.add(({ from, to }) => told.push(`${from}>${to}`));
  const view = new FleetView('payments', instance);
  const seen = (epoch: number, state: BreakerState) => view.adopt({ ...NO_BREAKER, epoch, state });
  seen(START, { kind: 'OPEN', until: START + 5_000, openForMs: 5_000 });
  seen(START + 1, { kind: 'CLOSED' });
  await vi.waitFor(() => expect(instance.syncs.idle).toBe(true), SOON);
  expect(told).toEqual(['CLOSED>OPEN', 'OPEN>CLOSED']);
});
