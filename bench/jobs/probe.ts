// Runs one tick of the batch monitor in a process of its own, as a cold environment would.
import { tick, type TickReport } from '../../functions/batch-monitor/tick.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { signedTable } from '../../store/adapters/signed.ts';
import { failing, probed, type Probed } from '../probed.ts';

export type Found = Probed<TickReport>;

const [tableName = '', now = ''] = process.argv.slice(2);
const limits = { defaultTimeoutMs: 1_000, firstTimeoutMs: 2_000 };
await probed(() =>
  tick({
    table: signedTable({ tableName, clock: systemClock, ...limits }),
    clock: { ...systemClock, now: () => Number(now) },
    logger: failing,
  }),
);
