// The statements that every governed function needs for its service, and that no role may have other than like this.
import type { Statement } from './evaluate.ts';

export function dataPlane(service: string, tableArn: string): Statement[] {
  const limited = (...leadingKeys: string[]) => ({
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': leadingKeys },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  });
  return [
    {
      Sid: 'OwnRules',
      Effect: 'Allow',
      Action: 'dynamodb:GetItem',
      Resource: tableArn,
      Condition: limited(`ctl#rules#${service}`, `ctl#rules#${service}#copy#*`),
    },
    {
      Sid: 'OwnState',
      Effect: 'Allow',
      Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      Resource: tableArn,
      Condition: limited(`run#${service}#*`, `now#${service}`),
    },
    {
      Sid: 'RunningJobs',
      Effect: 'Allow',
      Action: 'dynamodb:GetItem',
      Resource: tableArn,
      Condition: limited('now#*'),
    },
  ];
}
