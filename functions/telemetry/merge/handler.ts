// The deployed function: merges what instances put, every minute, governed by flyball itself.
import { randomUUID } from 'node:crypto';
import { governed } from '../../../middleware/index.ts';
import { systemClock, systemRandom } from '../../../middleware/kernel/clock.ts';
import { signedTable } from '../../../store/adapters/signed.ts';
import { logged, loggerOf } from '../../api/logging.ts';
import { controlPlaneTableName } from '../../api/table-name.ts';
import { openTelemetry } from '../otlp/export.ts';
import { faultGuard } from '../slo/fault-guard.ts';
import { cloudWatch } from './cloudwatch.ts';
import { Memory } from './memory.ts';
import { mergeTick, type Exporter } from './tick.ts';

const clock = systemClock;
const logger = loggerOf('telemetry');
const { FLYBALL_STAGE = '', FLYBALL_METRICS_NAMESPACE: namespace = `flyball/${FLYBALL_STAGE}` } = process.env;
// Not the SDK's client: of a large fleet's minutes most of the time goes into reading answers, in which it takes twice as long.
const table = signedTable({ tableName: controlPlaneTableName(), clock });
const memory = new Memory();
// Written past the console, which would put something before it.
const print = (line: string) => void process.stdout.write(`${line}\n`);
const exporters: readonly Exporter[] = [
  faultGuard({ clock, logger, newId: randomUUID }),
  ...(namespace === '' ? [] : [cloudWatch({ namespace, clock, logger, print })]),
  ...openTelemetry({ environment: process.env, clock, logger }),
];

/** Some services could not be merged: their minutes stay open, and the next tick tries again. */
class MergeFailed extends Error {
  override readonly name = 'MergeFailed';
  readonly code = 'MERGE_FAILED';
  constructor(failed: number, services: number) {
    super(`${failed} of ${services} services could not be merged; the lines before this one name them and say why`);
  }
}

const merge = governed({ service: 'telemetry', logger }, async (_event: unknown, { flyball }) => {
  const began = clock.precise();
  const remainingMs = () => flyball.remainingMs();
  const report = await mergeTick({ table, clock, random: systemRandom, logger, memory, exporters, remainingMs });
  const ms = Math.round(clock.precise() - began);
  logger.debug('merged', { ...report, ms, rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20) });
  // What was merged is committed; whoever watches this function's errors is to know of the rest.
  if (report.failed > 0) throw new MergeFailed(report.failed, report.services);
  return report;
});

export const handler = logged(logger, merge);
