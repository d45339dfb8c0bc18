// Packages a stack as `serverless deploy` would, in a folder of its own, and gives its template.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import type { Resource } from '../../infra/local/template.ts';

const root = join(import.meta.dirname, '../..');

export interface Template {
  readonly Parameters?: Readonly<Record<string, { readonly Type: string; readonly Default?: string }>>;
  readonly Resources: Readonly<Record<string, Resource & { readonly DependsOn?: readonly string[] | string }>>;
}

/** The CloudFormation template of the stack in a folder of the checkout. Rejects with what the framework said. */
export async function packageStack(stage: string, folder = '.', params: readonly string[] = []): Promise<Template> {
  mkdirSync(join(root, '.flyball'), { recursive: true });
  // Inside the checkout: what is built there finds node_modules.
  const own = mkdtempSync(join(root, '.flyball', 'package-'));
  const cwd = join(root, folder);
  const out = join(own, 'out');
  const more = params.flatMap((param) => ['--param', param]);
  try {
    await promisify(execFile)(
      process.execPath,
      [join(root, 'node_modules/serverless/bin/serverless.js'), 'package', '--stage', stage, '--package', out, ...more],
      {
        cwd,
        env: {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          FLYBALL_BUILD_DIR: join(relative(cwd, own), 'build'),
          FLYBALL_LAYER_DIR: join(relative(root, own), 'layer'),
          FLYBALL_CONSOLE_DIR: join(relative(root, own), 'console'),
        },
      },
    );
    return JSON.parse(readFileSync(join(out, 'cloudformation-template-update-stack.json'), 'utf8')) as Template;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`The stack in ${cwd} could not be packaged:\n${stdout}${stderr}`, { cause: error });
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}
