// What moto cannot do of our stack, by name: each is still so in this version, and what the deploy asked for is right.
import { describe, expect, inject, it } from 'vitest';
import { aws } from './aws.ts';
import { STACK } from './cli.ts';
import { deployedTemplate, ofType, type Template } from './template.ts';

interface Limit {
  readonly name: string;
  /** What moto makes of it. */
  readonly moto: 'has no such type' | 'ignores it';
  /** Where moto would show it, if it could: the answer, or the code of the error. */
  readonly seen: () => Promise<unknown>;
  readonly instead: unknown;
  /** What the template asks for, and what it has to be. */
  readonly asked: (template: Template) => unknown;
  readonly expected: unknown;
}

const BUCKET = 'flyball-test-uploads-123456789012-eu-central-1';
const table = ({ Resources }: Template) => Resources['FlyballTable']?.Properties;
const bucket = ({ Resources }: Template) => Resources['S3BucketUploads']?.Properties;
const functionsOf = (template: Template) =>
  ofType(template, 'AWS::Lambda::Function').map(({ Properties }) => Properties);
const anything = expect.anything() as unknown;

/** The code of the error that a request ends in; what it answered, if it did. */
async function codeOf(answer: Promise<unknown>): Promise<unknown> {
  return answer.catch((error: unknown) => (error instanceof Error ? error.name : error));
}

/** A field of the configuration of every function, each value once. */
async function ofFunctions(field: string): Promise<unknown[]> {
  const { Functions } = await aws<{ Functions: Record<string, unknown>[] }>('lambda', 'list_functions');
  return [...new Set(Functions.map((deployed) => JSON.stringify(deployed[field])))];
}

const LIMITS: readonly Limit[] = [
  {
    name: 'AWS::DynamoDB::Table TimeToLiveSpecification',
    moto: 'ignores it',
    seen: () => aws('dynamodb', 'describe_time_to_live', { TableName: STACK }),
    instead: { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } },
    asked: (template) => table(template)?.['TimeToLiveSpecification'],
    expected: { AttributeName: 'expiration', Enabled: true },
  },
  {
    name: 'AWS::DynamoDB::Table PointInTimeRecoverySpecification',
    moto: 'ignores it',
    seen: () => aws('dynamodb', 'describe_continuous_backups', { TableName: STACK }),
    instead: {
      ContinuousBackupsDescription: {
        PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
      },
    },
    asked: (template) => table(template)?.['PointInTimeRecoverySpecification'],
    expected: { PointInTimeRecoveryEnabled: true },
  },
  {
    name: 'AWS::DynamoDB::Table SSESpecification',
    moto: 'ignores it',
    seen: async () => {
      const { Table } = await aws<{ Table: object }>('dynamodb', 'describe_table', { TableName: STACK });
      return Object.keys(Table).includes('SSEDescription');
    },
    instead: false,
    asked: (template) => table(template)?.['SSESpecification'],
    expected: { SSEEnabled: true },
  },
  {
    name: 'AWS::DynamoDB::Table ContributorInsightsSpecification',
    moto: 'ignores it',
    seen: () => codeOf(aws('dynamodb', 'describe_contributor_insights', { TableName: STACK })),
    instead: '500',
    asked: (template) => table(template)?.['ContributorInsightsSpecification'],
    expected: { Enabled: false },
  },
  {
    name: 'AWS::Lambda::Function Architectures',
    moto: 'ignores it',
    seen: () => ofFunctions('Architectures'),
    instead: ['["x86_64"]'],
    asked: (template) => functionsOf(template).map(({ Architectures }) => Architectures),
    expected: expect.not.arrayContaining([expect.not.arrayContaining(['arm64'])]) as unknown,
  },
  {
    name: 'AWS::Lambda::Function TracingConfig',
    moto: 'ignores it',
    seen: () => ofFunctions('TracingConfig'),
    instead: ['{"Mode":"PassThrough"}'],
    asked: (template) => new Set(functionsOf(template).map(({ TracingConfig }) => JSON.stringify(TracingConfig))),
    expected: new Set(['{"Mode":"Active"}']),
  },
  {
    name: 'AWS::SQS::Queue RedriveAllowPolicy',
    moto: 'ignores it',
    seen: async () => {
      const { QueueUrl } = await aws<{ QueueUrl: string }>('sqs', 'get_queue_url', {
        QueueName: `${STACK}-settlement-dlq`,
      });
      const asked = { QueueUrl, AttributeNames: ['RedriveAllowPolicy'] };
      return codeOf(aws('sqs', 'get_queue_attributes', asked));
    },
    instead: 'InvalidAttributeName',
    asked: ({ Resources }) => [
      Resources['SettlementDeadLetterQueue']?.Properties['RedriveAllowPolicy'],
      Resources['ThumbnailsParkingDeadLetterQueue']?.Properties['RedriveAllowPolicy'],
      Resources['ParkingQueue']?.Properties['RedriveAllowPolicy'],
    ],
    expected: [
      {
        redrivePermission: 'byQueue',
        sourceQueueArns: [{ 'Fn::Sub': expect.stringMatching(/:flyball-test-settlement$/) as unknown }],
      },
      {
        redrivePermission: 'byQueue',
        sourceQueueArns: [{ 'Fn::Sub': expect.stringMatching(/:flyball-test-thumbnails-parking$/) as unknown }],
      },
      { redrivePermission: 'denyAll' },
    ],
  },
  {
    name: 'AWS::S3::Bucket NotificationConfiguration',
    moto: 'ignores it',
    seen: () => aws('s3', 'get_bucket_notification_configuration', { Bucket: BUCKET }),
    instead: {},
    asked: (template) => bucket(template)?.['NotificationConfiguration'],
    expected: {
      LambdaConfigurations: [
        {
          Event: 's3:ObjectCreated:*',
          Function: { 'Fn::GetAtt': ['ThumbnailsLambdaFunction', 'Arn'] },
          Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'uploads/' }] } },
        },
      ],
    },
  },
  {
    name: 'AWS::S3::Bucket PublicAccessBlockConfiguration',
    moto: 'ignores it',
    seen: () => codeOf(aws('s3', 'get_public_access_block', { Bucket: BUCKET })),
    instead: 'NoSuchPublicAccessBlockConfiguration',
    asked: (template) => bucket(template)?.['PublicAccessBlockConfiguration'],
    expected: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
  },
  {
    name: 'AWS::S3::Bucket LifecycleConfiguration',
    moto: 'ignores it',
    seen: () => codeOf(aws('s3', 'get_bucket_lifecycle_configuration', { Bucket: BUCKET })),
    instead: 'NoSuchLifecycleConfiguration',
    asked: (template) => bucket(template)?.['LifecycleConfiguration'],
    expected: { Rules: [expect.objectContaining({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } })] },
  },
  {
    name: 'AWS::S3::Bucket OwnershipControls',
    moto: 'ignores it',
    seen: () => codeOf(aws('s3', 'get_bucket_ownership_controls', { Bucket: BUCKET })),
    instead: 'OwnershipControlsNotFoundError',
    asked: (template) => bucket(template)?.['OwnershipControls'],
    expected: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
  },
  {
    // Nor could it be taught: moto reads no conditions of bucket policies, and ours would refuse everybody.
    name: 'AWS::S3::BucketPolicy',
    moto: 'has no such type',
    seen: async () => {
      const Bucket = 'scratch-of-the-limits';
      const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' };
      await aws('s3', 'create_bucket', { Bucket, CreateBucketConfiguration });
      for (const secure of ['false', 'true']) {
        const Condition = { Bool: { 'aws:SecureTransport': secure } };
        const Resource = `arn:aws:s3:::${Bucket}/*`;
        const Statement = [{ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource, Condition }];
        await aws('s3', 'put_bucket_policy', { Bucket, Policy: JSON.stringify({ Statement }) });
        const code = await codeOf(aws('s3', 'put_object', { Bucket, Key: 'a' }));
        if (code !== '403') return code;
        await aws('s3', 'delete_bucket_policy', { Bucket });
      }
      await aws('s3', 'delete_bucket', { Bucket });
      return 'refused whatever the condition';
    },
    instead: 'refused whatever the condition',
    asked: ({ Resources }) => Resources['UploadsBucketPolicy']?.Properties['PolicyDocument'],
    expected: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'EncryptedInTransit',
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: anything,
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    },
  },
];

const template = await deployedTemplate();

describe.each(LIMITS)('$name: moto $moto', ({ seen, instead, asked, expected }) => {
  it('still', async () => {
    const shown = await seen();
    if (typeof instead === 'object' && instead !== null && !Array.isArray(instead))
      expect(shown).toMatchObject(instead);
    else expect(shown).toEqual(instead);
  });

  it('the deploy asked for the right thing', () => {
    expect(asked(template)).toEqual(expected);
  });
});

describe('the types of the stack', async () => {
  const response = await fetch(`${inject('moto')}/flyball/types`);
  const { moto, taught } = (await response.json()) as { moto: string[]; taught: string[] };
  const used = [...new Set(Object.values(template.Resources).map(({ Type }) => Type))].sort();

  it('are known to moto, taught to it, or in the table above', () => {
    const unknown = LIMITS.flatMap((limit) => (limit.moto === 'has no such type' ? [limit.name] : []));
    expect(used.filter((type) => ![...moto, ...taught].includes(type))).toEqual(unknown);
  });

  it('are not taught what moto knows by itself, nor what the stack does not use', () => {
    expect(taught.filter((type) => moto.includes(type))).toEqual([]);
    expect(taught.filter((type) => !used.includes(type))).toEqual([]);
  });
});
