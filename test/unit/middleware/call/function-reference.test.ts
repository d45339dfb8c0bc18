// Lambda functions as rules name them: what is a name, what an ARN, and which version is meant.
import { describe, expect, it } from 'vitest';
import { functionReference } from '../../../../middleware/kernel/function-name.ts';

const ARN = 'arn:aws:lambda:eu-central-1:210987654321:function:payments';
const NAME = { name: 'payments', qualifier: undefined, account: undefined, region: undefined };
const THERE = { ...NAME, account: '210987654321', region: 'eu-central-1' };

describe('a function', () => {
  it.each([
    ['payments', NAME],
    ['payments:live', { ...NAME, qualifier: 'live' }],
    ['payments:$LATEST', { ...NAME, qualifier: '$LATEST' }],
    ['payments:7', { ...NAME, qualifier: '7' }],
    ['210987654321:function:payments', { ...NAME, account: '210987654321' }],
    ['210987654321:function:payments:live', { ...NAME, account: '210987654321', qualifier: 'live' }],
    [ARN, THERE],
    [`${ARN}:live`, { ...THERE, qualifier: 'live' }],
    [ARN.replace('aws', 'aws-us-gov').replace('eu-central-1', 'us-gov-west-1'), { ...THERE, region: 'us-gov-west-1' }],
    [ARN.replace('aws', 'aws-cn').replace('eu-central-1', 'cn-north-1'), { ...THERE, region: 'cn-north-1' }],
  ])('%s', (text, reference) => {
    expect(functionReference(text)).toEqual(reference);
  });

  it.each([
    '',
    'pay ments',
    'payments:',
    'payments:live:now',
    '21098765432:function:payments',
    `${ARN}:live:now`,
    'arn:aws:lambda:eu-central-1:210987654321:layer:payments',
    'arn:aws:sqs:eu-central-1:210987654321:payments',
    'https://payments',
    'p'.repeat(65),
  ])('is not: %s', (text) => {
    expect(functionReference(text)).toBeUndefined();
  });
});
