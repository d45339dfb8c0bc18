// The name of the control plane's table, from the environment.

/** What `FLYBALL_TABLE` says. @throws {Error} when it is not set: a control plane is nothing without it. */
export function controlPlaneTableName(): string {
  const tableName = process.env['FLYBALL_TABLE'];
  if (tableName === undefined || tableName === '') {
    throw new Error('FLYBALL_TABLE is not set: set it to the name of the flyball table (serverless.yml does)');
  }
  return tableName;
}
