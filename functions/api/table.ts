// The control plane's table, made from the environment once per Lambda environment.
import { sdkTable } from '../../store/adapters/sdk.ts';
import type { Table } from '../../store/port.ts';
import { controlPlaneTableName } from './table-name.ts';

let table: Table | undefined;

/** The table that `FLYBALL_TABLE` names. @throws {Error} when it is not set. */
export function controlPlaneTable(): Table {
  const tableName = controlPlaneTableName();
  table ??= sdkTable({ tableName });
  return table;
}
