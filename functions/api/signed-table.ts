// The control plane's table without the SDK, for functions that read thousands of items.
import { systemClock } from '../../middleware/kernel/clock.ts';
import { signedTable } from '../../store/adapters/signed.ts';
import type { Table } from '../../store/port.ts';
import { controlPlaneTableName } from './table-name.ts';

/** As the SDK's client has it, which takes twice the time and the memory. */
const LIMITS = { defaultTimeoutMs: 2_000, firstTimeoutMs: 3_000 };

/** The table that `FLYBALL_TABLE` names. @throws {Error} when it is not set. */
export function signedControlPlaneTable(): Table {
  return signedTable({ tableName: controlPlaneTableName(), clock: systemClock, ...LIMITS });
}
