// CloudFormation's functions, resolved against the local world.
import { describe, expect, it } from 'vitest';
import { type LocalStack, resolve } from '../../../infra/local/template.ts';

const stack: LocalStack = {
  region: 'us-east-1',
  account: '000000000000',
  name: 'flyball-local',
  sqs: 'http://127.0.0.1:4566',
  resources: {
    Table: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'rules' } },
    Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'work' } },
    Nameless: { Type: 'AWS::SQS::Queue', Properties: {} },
  },
  parameters: { Service: 'greeter' },
};

describe('resolving', () => {
  it.each([
    ['text', 'as it is', 'as it is'],
    ['a table', { Ref: 'Table' }, 'rules'],
    ['a queue: its address', { Ref: 'Queue' }, 'http://127.0.0.1:4566/000000000000/work'],
    ['a pseudo parameter', { Ref: 'AWS::Region' }, 'us-east-1'],
    ['a parameter', { 'Fn::Sub': '${Service}-${Table}' }, 'greeter-rules'],
    ['an attribute in a list', { 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:aws:sqs:us-east-1:000000000000:work'],
    ['an attribute after a dot', { 'Fn::GetAtt': 'Table.Arn' }, 'arn:aws:dynamodb:us-east-1:000000000000:table/rules'],
    ['a join with references', { 'Fn::Join': ['-', ['a', { Ref: 'Table' }, 1]] }, 'a-rules-1'],
    ['a substitution', { 'Fn::Sub': '${AWS::AccountId}:${Table}:${Queue.QueueName}' }, '000000000000:rules:work'],
    [
      'a substitution with variables',
      { 'Fn::Sub': ['${Own}/${Table}', { Own: { Ref: 'Queue' } }] },
      'http://127.0.0.1:4566/000000000000/work/rules',
    ],
    ['a literal in a substitution', { 'Fn::Sub': '${!Kept}' }, '${Kept}'],
    ['what is nested', { a: [{ b: { Ref: 'Table' } }], c: 1 }, { a: [{ b: 'rules' }], c: 1 }],
    ['an object of one key that is no function', { Name: 'x' }, { Name: 'x' }],
  ])('gives %s', (_, value, expected) => {
    expect(resolve(value, stack)).toEqual(expected);
  });

  it.each([
    ['a resource that is not there', { Ref: 'Missing' }, 'env.X: there is no resource "Missing" under resources'],
    ['an inherited property', { Ref: 'constructor' }, 'env.X: there is no resource "constructor"'],
    ['a resource without a name', { Ref: 'Nameless' }, 'env.X: "Nameless" (AWS::SQS::Queue) has no name of its own'],
    [
      'an attribute nobody knows',
      { 'Fn::GetAtt': ['Table', 'StreamArn'] },
      'does not know the attribute StreamArn of Table',
    ],
    ['a function nobody knows', { 'Fn::If': ['a', 'b', 'c'] }, 'env.X: the local world does not know Fn::If'],
  ])('says what is wrong with %s', (_, value, message) => {
    expect(() => resolve(value, stack, 'env.X')).toThrow(message);
  });
});
