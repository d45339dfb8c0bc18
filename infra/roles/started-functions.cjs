// Which functions the batch monitor may start: those that the parameter `startableFunctions` names, with all their
// versions and aliases, and never those of the control plane.
const { CONTROL_PLANE } = require('../../functions/api/function-names.ts');

const arnsOf = (name) =>
  // Of no name there is no function; IAM wants a resource all the same.
  (name === '' ? [''] : [name, `${name}:*`]).map((resource) => ({
    'Fn::Sub': `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${resource}`,
  }));

module.exports = {
  resources: async ({ resolveVariable }) =>
    String(await resolveVariable('param:startableFunctions'))
      .split(',')
      .flatMap(arnsOf),
  controlPlane: async ({ resolveVariable }) => {
    const stage = await resolveVariable('sls:stage');
    return CONTROL_PLANE.flatMap((part) => arnsOf(`flyball-${stage}-${part}`));
  },
};
