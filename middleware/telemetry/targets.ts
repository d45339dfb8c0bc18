// Where the rules send calls of a dependency, in the words that functions are found by.
import { deployedName } from '../kernel/function-name.ts';
import type { DependencyRule } from '../kernel/rules/document.ts';

/** `function:<deployed name>` or `host:<name>`; undefined when the rules do not say. */
export function targetOf({ target }: DependencyRule): string | undefined {
  if (!target) return undefined;
  if ('url' in target) return `host:${new URL(target.url).host}`;
  // An ARN, a partial ARN, or a name with its alias.
  const parts = deployedName(target.function).split(':');
  return `function:${parts[parts.indexOf('function') + 1] ?? ''}`;
}
