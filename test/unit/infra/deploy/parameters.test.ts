// Which parameters a deploy takes: those of serverless.yml and docs/deploy.md, each in its form, and no other.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CONTROL_PLANE } from '../../../../functions/api/function-names.ts';
import { PARAMETERS, whatIsWrongWithParameters } from '../../../../infra/deploy/parameters.ts';

const wrongWith = (name: string, value: unknown) =>
  whatIsWrongWithParameters([{ name, value, place: '--param' }], 'prod');

const { params } = parse(readFileSync('serverless.yml', 'utf8'), { logLevel: 'silent' }) as {
  params: Record<string, Record<string, unknown>>;
};

describe('the parameters', () => {
  it('are those with a default in serverless.yml', () => {
    expect(Object.keys(params['default'] ?? {}).sort()).toEqual(Object.keys(PARAMETERS).sort());
  });

  it('stand in docs/deploy.md, each in the table', () => {
    const page = readFileSync('docs/deploy.md', 'utf8');
    const table = page.slice(page.indexOf('## Parameters'), page.indexOf('## The first API key'));
    const rows = table.split('\n').filter((line) => line.startsWith('| `'));
    const named = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name));
    expect(named.sort()).toEqual(Object.keys(PARAMETERS).sort());
  });

  it.each(Object.entries(params))('of stage %s are as they may be', (stage, given) => {
    const all = Object.entries(given).map(([name, value]) => ({ name, value, place: `params.${stage}` }));
    expect(whatIsWrongWithParameters(all, stage)).toBeUndefined();
  });
});

describe('a parameter nobody knows', () => {
  it.each([
    ['alarmEmial', 'did you mean alarmEmail?'],
    ['AlarmEmail', 'did you mean alarmEmail?'],
    ['warmRead', 'did you mean warmReads?'],
    ['logRetentionDay', 'did you mean logRetentionDays?'],
  ])('%s is refused: %s', (name, says) => {
    expect(wrongWith(name, 'x')).toBe(`--param: there is no parameter "${name}"; ${says}`);
  });

  it.each(['colour', 'toString', '__proto__'])(
    'and that is near to none, such as %s, is told all there are',
    (name) => {
      expect(wrongWith(name, 'x')).toMatch(
        /there is no parameter ".+"; there are alarmTopic, alarmEmail, .+boundary\.$/i,
      );
    },
  );
});

describe('a parameter', () => {
  it.each([
    ['alarmTopic', 'arn:aws:sns:eu-central-1:123456789012:alarms'],
    ['alarmTopic', 'arn:aws-us-gov:sns:us-gov-east-1:123456789012:alarms'],
    ['alarmTopic', ''],
    ['alarmEmail', 'ops+flyball@example.com'],
    ['logRetentionDays', '14'],
    ['logRetentionDays', 14],
    ['apiBurst', '1'],
    ['warmReads', '12000'],
    ['warmIndexWrites', 4000],
    ['contributorInsights', true],
    ['contributorInsights', 'false'],
    ['controlPlaneConcurrency', ''],
    ['controlPlaneConcurrency', '5'],
    ['settlementConcurrency', '1000'],
    ['actuatedFunctions', 'flyball-prod-orders'],
    ['actuatedFunctions', 'orders-*'],
    ['actuatedFunctions', 'flyball-prod-o*'],
    ['actuatedFunctions', 'flyball-${sls:stage}-orders'],
    ['actuatedFunctions', ''],
    ['actuatedEventSources', '14e0db71-0000-4000-8000-000000000001'],
    ['actuatedEventSources', '*'],
    ['startableFunctions', ''],
    ['startableFunctions', 'flyball-prod-settlement'],
    ['startableFunctions', 'reports-*,flyball-${sls:stage}-settlement'],
    ['heartbeatUrl', ''],
    ['heartbeatUrl', 'https://hc-ping.com/6a3bb2a4-0000-4000-8000-000000000001'],
    ['keepData', 'Delete'],
    ['uploadsBucket', 'flyball-test-uploads-${AWS::AccountId}'],
    ['uploadsBucket', 'pictures.example'],
    ['otlpEndpoint', ''],
    ['otlpEndpoint', 'https://collector.example:4318'],
    ['otlpEndpoint', 'http://10.0.0.7:4318/otlp'],
    ['oidcIssuers', ''],
    [
      'oidcIssuers',
      '[{"name":"a","issuer":"https://a.example","audience":"b","roles":[{"when":{"groups":"c"},"role":"viewer"}]}]',
    ],
    ['publishApprovals', '1'],
    ['configHold', '0'],
    ['publishApprovals', 0],
    ['longestKey', ''],
    ['longestKey', '90d'],
    ['permissionsBoundary', 'arn:aws:iam::123456789012:policy/teams/boundary'],
    ['permissionsBoundary', 'arn:aws:iam::aws:policy/ReadOnlyAccess'],
    ['warmReads', null],
  ])('%s may be %j', (name, value) => {
    expect(wrongWith(name, value)).toBeUndefined();
  });

  it.each([
    ['alarmTopic', 'notanarn', 'the ARN of an SNS topic, arn:aws:sns:<Region>:<account>:<name>, or nothing'],
    ['alarmTopic', 'arn:aws:sqs:eu-central-1:123456789012:alarms', 'the ARN of an SNS topic'],
    ['alarmEmail', 'ops', 'one e-mail address, or nothing'],
    ['alarmEmail', 'a@example.com, b@example.com', 'one e-mail address'],
    ['logRetentionDays', '31', 'one of 1, 3, 5, 7, 14, 30'],
    ['apiBurst', '0', 'a whole number, 1 or more'],
    ['warmReads', 'abc', 'a whole number, 12000 or more'],
    ['warmReads', '', 'a whole number, 12000 or more'],
    ['warmReads', '1e5', 'a whole number, 12000 or more'],
    ['warmWrites', 3999, 'a whole number, 4000 or more'],
    ['contributorInsights', 'yes', 'true or false'],
    ['controlPlaneConcurrency', '0', 'a whole number, 1 or more, or nothing'],
    ['settlementConcurrency', '1', 'a whole number, from 2 to 1000'],
    ['settlementConcurrency', '1001', 'a whole number, from 2 to 1000'],
    [
      'actuatedFunctions',
      '*',
      "the name of a function, flyball-prod-orders, or a pattern, orders-*, that fits none of the control plane's, or nothing",
    ],
    ['actuatedEventSources', 'orders', 'the UUID of an event source mapping, or * for all, or nothing'],
    ['startableFunctions', 'a,', 'names of functions, or patterns of names, with commas between them'],
    ['startableFunctions', 'a, b', 'names of functions, or patterns of names, with commas between them'],
    ['startableFunctions', 'arn:aws:lambda:eu-central-1:111122223333:function:a', 'names of functions'],
    ['heartbeatUrl', 'http://hc-ping.com/a', 'an https address that is asked at the end of each tick of alerts'],
    ['heartbeatUrl', 'https://ann:secret@hc-ping.com/a', 'an https address'],
    ['keepData', 'retain', 'Retain or Delete'],
    ['protectData', ['true'], 'true or false'],
    ['uploadsBucket', 'My_Bucket', 'the name of a bucket'],
    ['otlpEndpoint', 'collector.example:4318', 'the URL of an OpenTelemetry collector'],
    ['oidcIssuers', 'https://a.example', 'whose tokens are taken and which roles they give, as JSON'],
    ['oidcIssuers', '[{"name":"a"}]', 'whose tokens are taken and which roles they give, as JSON'],
    ['longestKey', '0d', 'how long API keys may be good for: 90d, 12h, or nothing'],
    ['longestKey', 'for ever', 'how long API keys may be good for'],
    ['publishApprovals', 'all', 'a whole number, from 0 to 9'],
    ['configHold', '60000', 'a whole number, from 0 to 5000'],
    ['permissionsBoundary', 'boundary', 'the ARN of a policy'],
  ])('%s may not be %j: it takes %s', (name, value, takes) => {
    const wrong = wrongWith(name, value);
    expect(wrong).toContain(`--param: ${name} is "`);
    expect(wrong).toContain(`", but it takes ${takes}`);
  });
});

describe('the functions whose limits rules may set, and those that jobs are started by', () => {
  it.each([
    ...['**', 'f*', '*-center', 'flyball-*', 'flyball-prod-*', '*prod*con*center', 'flyball-${sls:stage}-*'],
    ...CONTROL_PLANE.map((part) => `flyball-prod-${part}`),
  ])('are never of the control plane: %s is refused', (names) => {
    expect(wrongWith('actuatedFunctions', names)).toContain("that fits none of the control plane's");
    expect(wrongWith('startableFunctions', `orders,${names}`)).toContain("that fit none of the control plane's");
  });

  it('are judged by the stage that is deployed', () => {
    const given = [{ name: 'actuatedFunctions', value: 'flyball-dev-*', place: '--param' }];
    expect(whatIsWrongWithParameters(given, 'prod')).toBeUndefined();
    expect(whatIsWrongWithParameters(given, 'dev')).toContain('actuatedFunctions is "flyball-dev-*"');
  });
});

it('says what exactly is wrong with issuers', () => {
  expect(wrongWith('oidcIssuers', '[{"name":"a"}]')).toMatch(/: \/0\/issuer: is required: .+; \/0\/roles: is required/);
});

it('all that is wrong is said at once, with its place', () => {
  const wrong = whatIsWrongWithParameters(
    [
      { name: 'keepData', value: 'keep', place: '--param' },
      { name: 'apiBurst', value: 1000, place: 'serverless.yml, params.default' },
      { name: 'warmRead', value: 12_000, place: 'serverless.yml, params.prod' },
    ],
    'prod',
  );
  expect(wrong?.split('\n')).toEqual([
    '--param: keepData is "keep", but it takes Retain or Delete.',
    'serverless.yml, params.prod: there is no parameter "warmRead"; did you mean warmReads?',
  ]);
});
