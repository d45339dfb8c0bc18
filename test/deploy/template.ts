// The template as CloudFormation was given it by the deploy, and what a part of it says.
import { STACK } from './cli.ts';
import { aws } from './aws.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

export async function deployedTemplate(): Promise<Template> {
  const { TemplateBody } = await aws<{ TemplateBody: Template }>('cloudformation', 'get_template', {
    StackName: STACK,
  });
  return TemplateBody;
}

export function ofType({ Resources }: Template, type: string): Resource[] {
  return Object.values(Resources).filter((resource) => resource.Type === type);
}
