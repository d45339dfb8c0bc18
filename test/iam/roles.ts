// What a template's functions may do: the roles they run as and the policies of those, with every reference resolved.
import { isObject, type LocalStack, resolve } from '../../infra/local/template.ts';
import type { PolicyDocument } from './evaluate.ts';
import type { Template } from './package.ts';

export const REGION = 'eu-central-1';
export const ACCOUNT = '111122223333';

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly boundary: unknown;
  readonly trust: PolicyDocument;
  /** Its own and the template's managed ones. */
  readonly policies: readonly PolicyDocument[];
}

export interface DeployedFunction {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

/** Where a template is taken to be deployed. `parameters` stand for what its parameters would hold there. */
export interface Deployment {
  readonly region?: string;
  readonly account?: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

export function stackOf(template: Template, deployment: Deployment = {}): LocalStack {
  const { region = REGION, account = ACCOUNT, parameters = {} } = deployment;
  return { region, account, name: 'a-stack', sqs: 'https://sqs', resources: template.Resources, parameters };
}

export function rolesOf(template: Template, deployment?: Deployment): Role[] {
  const stack = stackOf(template, deployment);
  return idsOf(template, 'AWS::IAM::Role').map((id) => {
    const { PermissionsBoundary, ManagedPolicyArns, ...rest } = template.Resources[id]?.Properties ?? {};
    const properties = resolve(rest, stack, id) as {
      readonly RoleName?: string;
      readonly Path?: string;
      readonly AssumeRolePolicyDocument: PolicyDocument;
      readonly Policies?: readonly { readonly PolicyDocument: PolicyDocument }[];
    };
    const own = (properties.Policies ?? []).map(({ PolicyDocument }) => PolicyDocument);
    const managed = listed(ManagedPolicyArns).map((arn) => managedPolicy(template, arn, stack));
    return {
      id,
      name: properties.RoleName ?? '',
      path: properties.Path ?? '/',
      boundary: PermissionsBoundary,
      trust: properties.AssumeRolePolicyDocument,
      policies: [...own, ...managed],
    };
  });
}

/** @throws {Error} when a function's role is not one of the template's. */
export function functionsOf(template: Template, deployment?: Deployment): DeployedFunction[] {
  const roles = rolesOf(template, deployment);
  const stack = stackOf(template, deployment);
  return idsOf(template, 'AWS::Lambda::Function').map((id) => {
    const { FunctionName, Role } = template.Resources[id]?.Properties ?? {};
    const [roleId] = isObject(Role) && Array.isArray(Role['Fn::GetAtt']) ? (Role['Fn::GetAtt'] as unknown[]) : [];
    const role = roles.find((each) => each.id === roleId);
    if (!role) throw new Error(`The role of ${id} is not in the template: ${JSON.stringify(Role)}`);
    return { id, name: String(resolve(FunctionName, stack, id)), role };
  });
}

export function idsOf(template: Template, type: string): string[] {
  return Object.entries(template.Resources).flatMap(([id, { Type }]) => (Type === type ? [id] : []));
}

function managedPolicy(template: Template, arn: unknown, stack: LocalStack): PolicyDocument {
  const id = isObject(arn) ? String(arn['Ref']) : '';
  const resource = template.Resources[id];
  if (resource?.Type !== 'AWS::IAM::ManagedPolicy') {
    throw new Error(`A role has a managed policy that is not in the template: ${JSON.stringify(arn)}`);
  }
  return resolve(resource.Properties?.['PolicyDocument'], stack, id) as PolicyDocument;
}

function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
