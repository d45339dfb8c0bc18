// What the deploy hands on: SSM parameters for other stacks, outputs for people, and the way of the README from there.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { CREDENTIALS, PYTHON, REGION, withoutAws } from '../../infra/deploy/moto.ts';
import { httpV2 } from '../support/events-http.ts';
import { aws } from './aws.ts';
import { STACK, STAGE } from './cli.ts';

const awsEnvironment = {
  ...withoutAws(process.env),
  ...CREDENTIALS,
  AWS_REGION: REGION,
  AWS_ENDPOINT_URL: inject('moto'),
};

describe('SSM parameters', async () => {
  const { Parameters } = await aws<{ Parameters: { Name: string; Value: string }[] }>('ssm', 'get_parameters_by_path', {
    Path: `/flyball/${STAGE}`,
  });
  const { Items } = await aws<{ Items: { ApiEndpoint: string }[] }>('apigatewayv2', 'get_apis');

  it('name the table, its ARN, the cell and the address of the control plane', () => {
    expect(Object.fromEntries(Parameters.map(({ Name, Value }) => [Name, Value]))).toEqual({
      '/flyball/test/table': STACK,
      '/flyball/test/table-arn': `arn:aws:dynamodb:${REGION}:123456789012:table/${STACK}`,
      '/flyball/test/cell': `123456789012:${REGION}:${STAGE}`,
      '/flyball/test/api-url': Items[0]?.ApiEndpoint,
    });
  });
});

it('outputs name what people look for', async () => {
  const { Stacks } = await aws<{ Stacks: { Outputs: { OutputKey: string; OutputValue: string }[] }[] }>(
    'cloudformation',
    'describe_stacks',
    { StackName: STACK },
  );
  const outputs = Object.fromEntries(
    Stacks[0]?.Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]) ?? [],
  );
  expect(outputs).toMatchObject({
    Table: STACK,
    HttpApiUrl: expect.stringMatching(/^https:\/\/.+\.execute-api\./) as unknown,
    SettlementQueueUrl: expect.stringContaining('flyball-test-settlement') as unknown,
    SettlementDeadLetterQueueUrl: expect.stringContaining('flyball-test-settlement-dlq') as unknown,
    ThumbnailsParkingQueueUrl: expect.stringContaining('flyball-test-thumbnails-parking') as unknown,
    ThumbnailsParkingDeadLetterQueueUrl: expect.stringContaining('flyball-test-thumbnails-parking-dlq') as unknown,
    ParkingQueueUrl: expect.stringContaining('flyball-test-parking') as unknown,
    UploadsBucket: `flyball-test-uploads-123456789012-${REGION}`,
    AlarmTopic: expect.stringMatching(/:flyball-test-alarms$/) as unknown,
  });
});

describe('the way of the README, against the deployed table', async () => {
  const zip = join(inject('folder'), 'package', 'configCenter.zip');
  const code = join(inject('folder'), 'config-center');
  execFileSync(PYTHON, ['-m', 'zipfile', '-e', zip, code]);
  const deployed = await aws<{
    CodeSha256: string;
    Handler: string;
    Environment: { Variables: Record<string, string> };
  }>('lambda', 'get_function_configuration', { FunctionName: `${STACK}-config-center` });

  it('what runs is what was packaged', () => {
    expect(deployed.CodeSha256).toBe(createHash('sha256').update(readFileSync(zip)).digest('base64'));
  });

  const key = execFileSync(process.execPath, ['infra/new-key.ts', '--role', 'admin', '--name', 'first-admin'], {
    env: { ...awsEnvironment, FLYBALL_TABLE: STACK },
    encoding: 'utf8',
  }).trim();

  it('makes a key, of which the table keeps the hash alone', async () => {
    expect(key).toMatch(/^fb_[A-Za-z0-9_-]{43}$/);
    const { Items } = await aws<{ Items: unknown[] }>('dynamodb', 'scan', { TableName: STACK });
    expect(JSON.stringify(Items)).not.toContain(key);
    expect(Items).toContainEqual(expect.objectContaining({ name: { S: 'first-admin' }, role: { S: 'admin' } }));
  });

  it.each([
    { what: 'an unknown role', table: STACK, role: 'root', status: 2, says: /^There is no role "root": .+\n$/ },
    { what: 'no such table', table: 'nowhere', role: 'admin', status: 1, says: /^No key was made: .+"nowhere".+\n$/ },
  ])('makes none for $what, and says so in one line', ({ table, role, status, says }) => {
    const ended = spawnSync(process.execPath, ['infra/new-key.ts', '--role', role, '--name', 'second'], {
      env: { ...awsEnvironment, FLYBALL_TABLE: table },
      encoding: 'utf8',
    });
    expect(ended).toMatchObject({ status, stdout: '', stderr: expect.stringMatching(says) as unknown });
  });

  /** The deployed bundle, in the deployed environment. */
  function request(method: string, path: string, token: string, body?: unknown): { status: number; body: string } {
    const [file = '', name = ''] = deployed.Handler.split('.');
    const event = httpV2({
      method,
      path,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const said = execFileSync(process.execPath, ['test/deploy/invoke.ts', join(code, `${file}.mjs`), name], {
      input: JSON.stringify(event),
      // A laptop's emulator is slower than DynamoDB.
      env: { ...awsEnvironment, ...deployed.Environment.Variables, FLYBALL_STORE_PATIENCE: '20' },
      encoding: 'utf8',
    });
    const answer = JSON.parse(said.trim().split('\n').pop() ?? '') as { statusCode: number; body: string };
    return { status: answer.statusCode, body: answer.body };
  }

  it('publishes the first rules with it', () => {
    const rules = { apiVersion: 'flyball/v1', service: 'shop', throttles: { everyone: { limit: '100/s' } } };
    expect(request('PUT', '/v1/services/shop/draft', key, rules)).toMatchObject({ status: 200 });
    expect(request('POST', '/v1/services/shop/publish', key, { note: 'first rules' })).toMatchObject({ status: 200 });
    expect(request('GET', '/v1/services', key).body).toContain('shop');
  });

  it('lets nobody in without one', () => {
    expect(request('GET', '/v1/services', 'fb_none')).toMatchObject({ status: 401 });
  });
});
