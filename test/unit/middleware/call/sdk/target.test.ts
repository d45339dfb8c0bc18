import { expect, it } from 'vitest';
import { targetOfInput } from '../../../../../middleware/call/sdk/target.ts';

it.each([
  [{ QueueUrl: 'https://sqs.eu-west-1.amazonaws.com/111122223333/settlement' }, 'queue:settlement'],
  [{ Bucket: 'uploads', Key: 'a.png' }, 'bucket:uploads'],
  [{ TableName: 'arn:aws:dynamodb:eu-west-1:111122223333:table/orders' }, 'table:orders'],
  [{ TopicArn: 'arn:aws:sns:eu-west-1:111122223333:news' }, 'topic:news'],
  [{ FunctionName: 'payments' }, 'function:payments'],
  [{ FunctionName: 'payments:live' }, 'function:payments'],
  [{ FunctionName: 'arn:aws:lambda:eu-west-1:111122223333:function:payments:live' }, 'function:payments'],
  [{ FunctionName: '111122223333:function:payments' }, 'function:payments'],
  [{ QueueUrl: '' }, undefined],
  [{ Name: 'x' }, undefined],
  ['settlement', undefined],
  [null, undefined],
])('%j is about %s', (input, target) => {
  expect(targetOfInput(input)).toBe(target);
});
