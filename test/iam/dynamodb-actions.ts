// The actions of DynamoDB that name a table, its items or its streams.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html

export const DYNAMODB_ACTIONS = [
  ...['BatchGetItem', 'BatchWriteItem', 'ConditionCheckItem', 'CreateBackup', 'CreateGlobalTable', 'CreateTable'],
  ...['CreateTableReplica', 'DeleteItem', 'DeleteResourcePolicy', 'DeleteTable', 'DeleteTableReplica'],
  ...['DescribeContinuousBackups', 'DescribeContributorInsights', 'DescribeKinesisStreamingDestination'],
  ...['DescribeStream', 'DescribeTable', 'DescribeTableReplicaAutoScaling', 'DescribeTimeToLive'],
  ...['DisableKinesisStreamingDestination', 'EnableKinesisStreamingDestination', 'ExportTableToPointInTime', 'GetItem'],
  ...['GetRecords', 'GetResourcePolicy', 'GetShardIterator', 'ImportTable', 'ListTagsOfResource', 'PartiQLDelete'],
  ...['PartiQLInsert', 'PartiQLSelect', 'PartiQLUpdate', 'PutItem', 'PutResourcePolicy', 'Query'],
  ...['RestoreTableFromBackup', 'RestoreTableToPointInTime', 'Scan', 'StartAwsBackupJob', 'TagResource'],
  ...['UntagResource', 'UpdateContinuousBackups', 'UpdateContributorInsights', 'UpdateGlobalTable', 'UpdateItem'],
  ...['UpdateKinesisStreamingDestination', 'UpdateTable', 'UpdateTableReplicaAutoScaling', 'UpdateTimeToLive'],
] as const;
