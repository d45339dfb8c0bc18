// Which answers of DynamoDB's mean "later" and which mean "never", and that no message gives a secret away.
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../../../store/adapters/rejections.ts';

const WHAT = 'UpdateItem on table "flyball"';

describe('an answer of DynamoDB’s', () => {
  it.each([
    { type: 'ProvisionedThroughputExceededException', status: 400, reason: 'throttled' },
    { type: 'ThrottlingException', status: 400, reason: 'throttled' },
    { type: 'RequestLimitExceeded', status: 400, reason: 'throttled' },
    { type: 'InternalServerError', status: 500, reason: 'server' },
    { type: 'ServiceUnavailable', status: 503, reason: 'server' },
    { type: 'TransactionConflictException', status: 400, reason: 'server' },
    { type: '', status: 502, reason: 'server' },
  ])('$type ($status) means later: $reason', ({ type, status, reason }) => {
    expect(failureOf(WHAT, status, type, 'm')).toMatchObject({ name: 'StoreUnavailable', reason });
  });

  it.each(['ValidationException', 'AccessDeniedException', 'ResourceNotFoundException', 'SomethingNew'])(
    '%s means never',
    (type) => {
      const error = failureOf(WHAT, 400, `com.amazonaws.dynamodb.v20120810#${type}`, 'the reason');
      expect(error).toMatchObject({ name: 'StoreRejected', type });
      expect(error.message).toContain(`${WHAT}: the store answered ${type} (400): the reason`);
    },
  );

  it('is not repeated where it may quote the session token', () => {
    const said = "The Canonical String should have been 'POST / x-amz-security-token:SECRET-TOKEN'";
    const { message } = failureOf(WHAT, 400, 'com.amazon.coral.service#InvalidSignatureException', said);
    expect(message).not.toContain('SECRET-TOKEN');
    expect(message).toContain("check the credentials and this machine's clock");
  });

  it('is cut short', () => {
    expect(failureOf(WHAT, 400, 'ValidationException', 'x'.repeat(10_000)).message.length).toBeLessThan(500);
  });
});
