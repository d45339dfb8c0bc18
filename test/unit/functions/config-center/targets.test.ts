// Where calls go and what they may bring back, as it is looked at when rules are published.
import { describe, expect, it } from 'vitest';
import { validateDocument } from '../../../../functions/config-center/validate.ts';

function errorsOf(rule: object): string[] {
  const result = validateDocument('orders', {
    apiVersion: 'flyball/v1',
    service: 'orders',
    dependencies: { subject: rule },
  });
  return result.valid ? [] : result.errors.map(({ path, reason }) => `${path.slice(21)}: ${reason}`);
}

const ARN = 'arn:aws:lambda:eu-central-1:210987654321:function:payments';

describe('a target', () => {
  it.each([
    { function: 'payments' },
    { function: 'payments', alias: 'live' },
    { function: 'payments', alias: '$LATEST' },
    { function: 'payments:7' },
    { function: '210987654321:function:payments', alias: 'live' },
    { function: ARN },
    { function: ARN, alias: 'live' },
    { function: `${ARN}:live` },
    { url: 'https://api.example.com/v1' },
    { url: 'https://169.254.example.com' },
    { url: 'https://fe80.example.com' },
    // An extension of the function, the local world.
    { url: 'http://localhost:2773' },
    { url: 'http://127.0.0.1:3000' },
    { url: 'http://[::1]:3000' },
    { url: 'https://example.com:9001' },
  ])('may be %o', (target) => {
    expect(errorsOf({ target })).toEqual([]);
  });

  it.each([
    [{ function: 'pay ments' }, '/target/function: is not the name of a Lambda function'],
    [{ function: 'arn:aws:sqs:eu-central-1:210987654321:payments' }, '/target/function: is neither a function'],
    [{ function: 'payments:' }, '/target/function: is neither a function'],
    [{ function: `${ARN}:live`, alias: 'next' }, `/target/alias: "${ARN}:live" names live already`],
    [{ function: 'payments:7', alias: '7' }, '/target/alias: "payments:7" names 7 already'],
    [{ function: 'payments', alias: '$NEWEST' }, '/target/alias: is not an alias'],
  ])('%o is refused: %s', (target, expected) => {
    const errors = errorsOf({ target });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(expected);
  });
});

describe('a target never is what belongs to the platform', () => {
  it.each([
    'http://169.254.169.254/',
    'http://169.254.170.2/v2/credentials',
    'http://169.254.100.1:9001/2018-06-01/runtime',
    'http://0xa9fea9fe/',
    'http://2852039166/latest/meta-data',
    'http://[::ffff:169.254.169.254]/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/latest',
  ])('a link-local address: %s', (url) => {
    expect(errorsOf({ target: { url } })).toEqual([
      '/target/url: is a link-local address, where instances find their credentials; no rule may have functions call it',
    ]);
  });

  it.each([
    'http://127.0.0.1:9001/2018-06-01/runtime',
    'http://127.1:9001',
    'http://localhost:9001',
    'http://LOCALHOST.:9001',
    'http://a.localhost:9001',
    'http://0.0.0.0:9001',
    'http://0:9001',
    'http://[::1]:9001',
    'http://[::]:9001',
    'http://[::ffff:127.0.0.1]:9001',
    'http://[::ffff:0.0.0.0]:9001',
  ])('the runtime API: %s', (url) => {
    expect(errorsOf({ target: { url } })).toEqual([
      "/target/url: is where Lambda's own runtime API is; no rule may have functions call it",
    ]);
  });
});

describe('maxAnswer', () => {
  const url = { url: 'https://api.example.com' };
  it.each([
    { target: url, maxAnswer: '10mb' },
    { target: url, maxAnswer: '512kb' },
    { target: { function: 'payments' }, maxAnswer: '1mb' },
  ])('may be %o', (rule) => {
    expect(errorsOf(rule)).toEqual([]);
  });

  it.each([
    [{ maxAnswer: '1mb' }, '/maxAnswer: limits nothing: without a target'],
    [
      { target: { function: 'payments' }, maxAnswer: '7mb' },
      '/maxAnswer: 7mb is more than a function can answer (6mb)',
    ],
    [{ target: url, maxAnswer: '200mb' }, '/maxAnswer: 200mb is more than is read into memory (100mb)'],
    [{ target: url, maxAnswer: '10' }, '/maxAnswer: "10" is not a size'],
    [{ target: url, maxAnswer: '0kb' }, '/maxAnswer: "0kb" is not a size'],
  ])('%o is refused: %s', (rule, expected) => {
    const errors = errorsOf(rule);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(expected);
  });
});

describe('an operation', () => {
  const rule = (method: string, target?: object) => ({
    ...(target && { target }),
    operations: { reserve: { match: { method }, idempotency: 'safe' } },
  });

  it('of a client of an AWS service is known by its command', () => {
    expect(errorsOf(rule('UpdateItem'))).toEqual([]);
    expect(errorsOf(rule('PUT'))).toEqual([]);
  });

  it.each([
    [rule('UpdateItemCommand'), 'commands are named without "Command": UpdateItem'],
    [rule('UpdateItem', { url: 'https://api.example.com' }), 'no call has it; one of GET, HEAD'],
    [rule('post'), 'no call has it; one of GET, HEAD'],
  ])('%o is refused: %s', (refused, expected) => {
    expect(errorsOf(refused)).toEqual([expect.stringContaining(`/operations/reserve/match/method: ${expected}`)]);
  });
});
