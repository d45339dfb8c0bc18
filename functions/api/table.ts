// The control plane's table, made from the environment once per Lambda environment.
import { sdkTable } from '../../store/adapters/sdk.ts';
import type { Table } from '../../store/port.ts';

let table: Table | undefined;

/** The table that `FLYBALL_TABLE` names. @throws {Error} when it is not set: a control plane is nothing without it. */
export function controlPlaneTable(): Table {
  const tableName = process.env['FLYBALL_TABLE'];
  if (tableName === undefined || tableName === '') {
    throw new Error('FLYBALL_TABLE is not set: set it to the name of the flyball table (serverless.yml does)');
  }
  table ??= sdkTable({ tableName });
  return table;
}
