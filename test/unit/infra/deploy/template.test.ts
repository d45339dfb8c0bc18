// What is taken out of the framework's template: what says the same thing twice.
import { expect, it } from 'vitest';
import { tidyTemplate } from '../../../../infra/deploy/template.ts';

const join = { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] };

it.each([
  ['implied by a Ref', 'Integration', { Target: join }, undefined],
  ['implied by a Fn::GetAtt', ['Role'], { Role: { 'Fn::GetAtt': ['Role', 'Arn'] } }, undefined],
  ['implied by a Fn::GetAtt as text', ['Role'], { Role: { 'Fn::GetAtt': 'Role.Arn' } }, undefined],
  ['one of two implied', ['Log', 'Integration'], { Target: join }, ['Log']],
  ['not implied', ['Permission'], { Target: join }, ['Permission']],
  ['of a resource without properties', ['Permission'], undefined, ['Permission']],
  ['not there', undefined, { Target: join }, undefined],
])('a DependsOn %s', (_, DependsOn, Properties, left) => {
  const template = { Resources: { Route: { ...(DependsOn ? { DependsOn } : {}), Properties } } };
  tidyTemplate(template);
  expect(template.Resources.Route).toEqual({ ...(left ? { DependsOn: left } : {}), Properties });
});

it('a template without resources is left alone', () => {
  const template = {};
  tidyTemplate(template);
  expect(template).toEqual({});
});
