// Runs one tick of the merge in a process of its own, as a cold environment would.
import { Memory } from '../../functions/telemetry/merge/memory.ts';
import { mergeTick, type MergeReport } from '../../functions/telemetry/merge/tick.ts';
import { systemClock, systemRandom } from '../../middleware/kernel/clock.ts';
import { signedTable } from '../../store/adapters/signed.ts';
import { failing, probed, type Probed } from '../probed.ts';

export type Found = Probed<MergeReport>;

const [tableName = '', now = ''] = process.argv.slice(2);
await probed(() =>
  mergeTick({
    table: signedTable({ tableName, clock: systemClock }),
    clock: { ...systemClock, now: () => Number(now) },
    random: systemRandom,
    logger: failing,
    memory: new Memory(),
    exporters: [],
  }),
);
