// Which resource of a service an event meets: the most specific match wins, the rest is resource `default`.
import type { ResourceRule, RuleDocument } from './rules/document.ts';
import type { Trigger } from './trigger.ts';
import { compileGlob, specificity } from './glob.ts';

export interface Resource {
  readonly name: string;
  readonly rule: ResourceRule | undefined;
  /** Values of the names in braces of the rule's path, e.g. `id` of `/orders/{id}`; filled when asked for. */
  pathParameter(path: string, name: string): string | undefined;
}

export interface ResourceTable {
  of(trigger: Trigger, functionName: string): Resource;
}

export const DEFAULT_RESOURCE: Resource = { name: 'default', rule: undefined, pathParameter: () => undefined };

type Matcher = (trigger: Trigger, functionName: string) => boolean;

/** How specific a match is, for choosing among those that fit and for telling ties when a document is validated. */
export function matchRank(match: ResourceRule['match']): number {
  let rank = 0;
  if (match.path !== undefined) rank += 1_000 + pathSpecificity(match.path);
  if (match.source !== undefined) rank += 1_000 + specificity(match.source);
  if (match.method !== undefined) rank += 100;
  if (match.function !== undefined) rank += 50 + Math.min(49, specificity(match.function) / 10);
  if (match.trigger !== undefined) rank += 10;
  return rank;
}

/** As `specificity`; a name in braces fixes one character, the least it stands for, however long the name is. */
function pathSpecificity(path: string): number {
  if (!path.includes('{')) return specificity(path);
  const fixed = path.split('/').map((segment) => (isParameter(segment) ? '?*' : segment));
  return specificity(fixed.join('/'));
}

/** Compiles the resources of a document; the result is asked once per invocation. */
export function compileResources(document: RuleDocument): ResourceTable {
  const candidates = Object.entries(document.resources ?? {})
    .map(([name, rule]) => ({
      resource: resourceOf(name, rule),
      matches: matcherOf(rule.match),
      rank: matchRank(rule.match),
    }))
    .sort((a, b) => b.rank - a.rank);
  if (candidates.length === 0) return { of: () => DEFAULT_RESOURCE };
  return {
    of(trigger, functionName) {
      for (const candidate of candidates) if (candidate.matches(trigger, functionName)) return candidate.resource;
      return DEFAULT_RESOURCE;
    },
  };
}

function matcherOf(match: ResourceRule['match']): Matcher {
  const tests: Matcher[] = [];
  const { trigger, method, path, source, function: functionName } = match;
  if (trigger !== undefined) tests.push((event) => event.kind === trigger);
  if (method !== undefined) tests.push((event) => event.method === method);
  if (path !== undefined) {
    const fits = path.includes('{') ? compileTemplate(path) : compileGlob(path);
    tests.push((event) => event.kind === 'http' && fits(event.path));
  }
  if (source !== undefined) {
    const fits = compileGlob(source);
    tests.push((event) => fits(event.source));
  }
  if (functionName !== undefined) {
    const fits = compileGlob(functionName);
    tests.push((_event, name) => fits(name));
  }
  return (event, name) => tests.every((test) => test(event, name));
}

/** `/orders/{id}` fits as many segments as it has; a name in braces stands for one whole segment, whatever it is. */
function compileTemplate(template: string): (path: string) => boolean {
  const segments = template.split('/').map((segment) => (isParameter(segment) ? notEmpty : compileGlob(segment)));
  return (path) => {
    const given = path.split('/');
    return given.length === segments.length && segments.every((fits, i) => fits(given[i] ?? ''));
  };
}

const isParameter = (segment: string) => segment.startsWith('{') && segment.endsWith('}');
const notEmpty = (segment: string) => segment !== '';

function resourceOf(name: string, rule: ResourceRule): Resource {
  const segments = rule.match.path?.split('/') ?? [];
  return {
    name,
    rule,
    pathParameter(path, parameter) {
      const index = segments.indexOf(`{${parameter}}`);
      return index < 0 ? undefined : path.split('/')[index];
    },
  };
}
