// The evaluator that judges our policies, held to what AWS's documentation says of IAM.
import { describe, expect, it } from 'vitest';
import { type Conditions, type Context, hold } from '../../../iam/conditions.ts';
import { decide, type PolicyDocument, type Statement } from '../../../iam/evaluate.ts';

const TABLE = 'arn:aws:dynamodb:us-east-1:111122223333:table/books';
const get = { action: 'dynamodb:GetItem', resource: TABLE };

const policy = (...Statement: Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });
const allow = (rest: Partial<Statement> = {}): Statement => ({ Effect: 'Allow', Action: '*', Resource: '*', ...rest });
const deny = (rest: Partial<Statement> = {}): Statement => ({ Effect: 'Deny', Action: '*', Resource: '*', ...rest });

describe('the logic', () => {
  it.each([
    ['denies what nothing speaks of', [], 'denied'],
    ['denies what only other actions are allowed', [policy(allow({ Action: 'dynamodb:PutItem' }))], 'denied'],
    ['allows what a statement allows', [policy(allow())], 'allowed'],
    ['lets a deny win over an allow after it', [policy(deny(), allow())], 'explicitly denied'],
    ['lets a deny win over an allow of another policy', [policy(allow()), policy(deny())], 'explicitly denied'],
    ['does not mind a deny of something else', [policy(allow(), deny({ Action: 's3:*' }))], 'allowed'],
    [
      'does not mind a deny whose condition does not hold',
      [policy(allow(), deny({ Condition: { Bool: { 'aws:SecureTransport': 'false' } } }))],
      'allowed',
    ],
    ['takes one statement without a list', [{ Statement: allow() }], 'allowed'],
  ] as const)('%s', (_, policies, outcome) => {
    expect(decide(policies, { ...get, context: { 'aws:SecureTransport': 'true' } }).outcome).toBe(outcome);
  });

  it('names the statements that decided', () => {
    const own = allow({ Sid: 'Own' });
    expect(decide([policy(own, allow({ Sid: 'Other', Action: 's3:*' }))], get).by).toEqual([own]);
  });
});

describe('actions', () => {
  it.each([
    ['dynamodb:GetItem', true],
    ['DynamoDB:getitem', true],
    ['dynamodb:Get*', true],
    ['dynamodb:*Item', true],
    ['dynamodb:BatchGetItem', false],
    ['dynamodb:Get', false],
    ['dynamodb:Ge?Item', true],
    ['dynamodb:Ge?tItem', false],
    ['s3:*', false],
    ['*', true],
  ])('%s is GetItem: %s', (Action, fits) => {
    expect(decide([policy(allow({ Action }))], get).outcome === 'allowed').toBe(fits);
    expect(decide([policy({ Effect: 'Allow', NotAction: Action, Resource: '*' })], get).outcome === 'allowed').toBe(
      !fits,
    );
  });
});

describe('resources', () => {
  const queue = 'arn:aws:sqs:us-east-2:111122223333:queue1';
  const picture = 'arn:aws:s3:::amzn-s3-demo-bucket/test/1/2/object.jpg';
  const version = 'arn:aws:lambda:us-east-1:111122223333:function:payments:live';
  it.each([
    [queue, queue, true],
    ['arn:aws:sqs:us-east-2:111122223333:Queue1', queue, false],
    ['arn:aws:sqs:*:111122223333:queue1', queue, true],
    ['arn:aws:sqs:us-*:111122223333:queue1', queue, true],
    // The examples of the documentation: a wildcard goes over slashes.
    ['arn:aws:s3:::amzn-s3-demo-bucket/*/test/*', 'arn:aws:s3:::amzn-s3-demo-bucket/1/test/object.jpg', true],
    ['arn:aws:s3:::amzn-s3-demo-bucket/*/test/*', 'arn:aws:s3:::amzn-s3-demo-bucket/1/2/test/3/object.jpg', true],
    ['arn:aws:s3:::amzn-s3-demo-bucket/*/test/*', picture, false],
    // One in the middle of a part stays within it, one at its end goes on beyond colons.
    ['arn:aws:lambda:us-east-1:111122223333:function:pay*s:live', version, true],
    ['arn:aws:lambda:us-east-1:111122223333:func*ts:live', version, false],
    ['arn:aws:lambda:us-east-1:111122223333:function:payments', version, false],
    ['arn:aws:lambda:us-east-1:111122223333:function:payments:*', version, true],
    ['arn:aws:lambda:us-east-1:111122223333:function:payments*', version, true],
    ['arn:aws:lambda:us-east-1:111122223333:*', version, true],
    ['arn:aws:s3:::bucket.a', 'arn:aws:s3:::bucket-a', false],
    ['*', picture, true],
  ])('%s is %s: %s', (Resource, resource, fits) => {
    expect(decide([policy(allow({ Resource }))], { action: 'a:b', resource }).outcome === 'allowed').toBe(fits);
    const but: Statement = { Effect: 'Allow', Action: '*', NotResource: Resource };
    expect(decide([policy(but)], { action: 'a:b', resource }).outcome === 'allowed').toBe(!fits);
  });
});

describe('conditions', () => {
  const cases: readonly (readonly [what: string, conditions: Conditions, context: Context, holds: boolean])[] = [
    ['no condition', {}, {}, true],
    ['a value that is equal', { StringEquals: { 'a:k': 'x' } }, { 'a:k': 'x' }, true],
    ['a key in another case', { StringEquals: { 'A:K': 'x' } }, { 'a:k': 'x' }, true],
    ['a value in another case', { StringEquals: { 'a:k': 'X' } }, { 'a:k': 'x' }, false],
    ['the same, ignoring case', { StringEqualsIgnoreCase: { 'a:k': 'X' } }, { 'a:k': 'x' }, true],
    ['one of several values', { StringEquals: { 'a:k': ['x', 'y'] } }, { 'a:k': 'y' }, true],
    ['a wildcard where none is meant', { StringEquals: { 'a:k': 'x*' } }, { 'a:k': 'xy' }, false],
    ['a wildcard', { StringLike: { 'a:k': 'x*' } }, { 'a:k': 'xy' }, true],
    ['a wildcard in another case', { StringLike: { 'a:k': 'X*' } }, { 'a:k': 'xy' }, false],
    ['a key that is not there', { StringEquals: { 'a:k': 'x' } }, {}, false],
    ['a key that is not there, if it exists', { StringEqualsIfExists: { 'a:k': 'x' } }, {}, true],
    ['a key that is there, if it exists', { StringEqualsIfExists: { 'a:k': 'x' } }, { 'a:k': 'y' }, false],
    ['two operators, one of which fails', { StringEquals: { a: 'x' }, StringLike: { b: 'y*' } }, { a: 'x' }, false],
    ['two keys, one of which fails', { StringEquals: { a: 'x', b: 'y' } }, { a: 'x', b: 'z' }, false],
    ['a negated operator that matches', { StringNotEquals: { a: ['x', 'y'] } }, { a: 'y' }, false],
    ['a negated operator that matches none', { StringNotEquals: { a: ['x', 'y'] } }, { a: 'z' }, true],
    ['a negated operator without the key', { StringNotLike: { a: 'x*' } }, {}, true],
    ['an ARN', { ArnLike: { a: 'arn:aws:sns:*:1:t*' } }, { a: 'arn:aws:sns:us-east-1:1:topic' }, true],
    ['a boolean', { Bool: { 'aws:SecureTransport': 'true' } }, { 'aws:SecureTransport': 'true' }, true],
    ['an absent key asked to be there', { Null: { a: 'false' } }, {}, false],
    ['a present key asked to be there', { Null: { a: 'false' } }, { a: 'x' }, true],
    ['an absent key asked to be absent', { Null: { a: 'true' } }, {}, true],
    // Sets: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
    ['all of a set', { 'ForAllValues:StringLike': { a: ['x*', 'y'] } }, { a: ['x1', 'y'] }, true],
    ['all but one of a set', { 'ForAllValues:StringLike': { a: ['x*'] } }, { a: ['x1', 'y'] }, false],
    ['all of nothing: the trap', { 'ForAllValues:StringLike': { a: ['x*'] } }, {}, true],
    ['all of an empty set: the trap again', { 'ForAllValues:StringLike': { a: ['x*'] } }, { a: [] }, true],
    [
      'all of nothing, closed by Null',
      { 'ForAllValues:StringLike': { a: ['x*'] }, Null: { a: 'false' } },
      { a: [] },
      false,
    ],
    ['any of a set', { 'ForAnyValue:StringEquals': { a: ['x'] } }, { a: ['y', 'x'] }, true],
    ['any of nothing', { 'ForAnyValue:StringEquals': { a: ['x'] } }, {}, false],
    ['none of a set', { 'ForAllValues:StringNotEquals': { a: ['x'] } }, { a: ['y', 'z'] }, true],
    ['none of a set that has one', { 'ForAllValues:StringNotEquals': { a: ['x'] } }, { a: ['y', 'x'] }, false],
    ['some that is not', { 'ForAnyValue:StringNotEquals': { a: ['x'] } }, { a: ['x', 'y'] }, true],
  ];

  it.each(cases)('%s', (_, conditions, context, holds) => {
    expect(hold(conditions, context)).toBe(holds);
  });
});

describe('what it does not know', () => {
  it.each([
    ['an operator', allow({ Condition: { DateLessThan: { 'aws:CurrentTime': '2027' } } }), /DateLessThan/],
    ['a variable of a value', allow({ Condition: { StringLike: { a: '${aws:userid}' } } }), /aws:userid/],
    ['a variable of a resource', allow({ Resource: 'arn:aws:s3:::${aws:userid}' }), /aws:userid/],
    ['a principal', allow({ Principal: '*' }), /Principal/],
    ['a statement without an action', { Effect: 'Allow', Resource: '*' }, /Action or NotAction/],
    ['a statement with both', allow({ NotResource: '*' }), /Resource or NotResource/],
    ['many values without a set operator', allow({ Condition: { StringLike: { many: 'x' } } }), /ForAllValues/],
  ] as const)('is refused: %s', (_, statement, message) => {
    expect(() => decide([policy(statement)], { ...get, context: { a: 'x', many: ['x', 'y'] } })).toThrow(message);
  });
});
