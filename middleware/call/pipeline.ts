// One dependency's pipeline, compiled once per revision: its stages in order, each contained, and where its calls go.
import type { Instance } from '../kernel/instance.ts';
import type { OutboundPolicy, Stage } from '../kernel/outbound.ts';
import type { DependencyRule, RuleDocument } from '../kernel/rules/document.ts';
import { parseSize } from '../kernel/units.ts';
import { lambdaTarget } from './lambda-target.ts';
import { compileOperations, type OperationTable } from './operation.ts';
import type { Target } from './request.ts';
import { urlTarget } from './url-target.ts';

export interface Pipeline {
  readonly stages: readonly Stage[];
  readonly operationOf: OperationTable;
  /** Undefined for a dependency that only `run` reaches. */
  readonly target: Target | undefined;
}

export interface Pipelines {
  readonly names: readonly string[];
  /** The dependency's pipeline, if a rule names it. */
  get(dependency: string): Pipeline | undefined;
  /** The pipeline of a dependency no rule names. */
  ungoverned(dependency: string): Pipeline;
}

export function compilePipelines(
  rules: RuleDocument,
  policies: readonly OutboundPolicy[],
  instance: Instance,
): Pipelines {
  const dependencies = Object.entries(rules.dependencies ?? {});
  const compiled = new Map(
    dependencies.map(([name, rule]) => [name, pipelineOf(name, rule, rules, policies, instance)]),
  );
  const names = [...compiled.keys()];
  // What fallbacks ask by the name of a function: no rule's dependency has a colon in its name.
  for (const name of fallbackFunctions(rules)) {
    const rule: DependencyRule = { target: { function: name }, shed: 'disabled' };
    compiled.set(`function:${name}`, pipelineOf(`function:${name}`, rule, rules, policies, instance));
  }
  return {
    names,
    get: (dependency) => compiled.get(dependency),
    // Made for one call, under a name that may be anything: nothing is to be remembered of it.
    ungoverned: (dependency) => pipelineOf(dependency, { shed: 'disabled' }, rules, policies, instance),
  };
}

function fallbackFunctions({ dependencies = {}, resources = {} }: RuleDocument): string[] {
  const chains = [...Object.values(dependencies), ...Object.values(resources)].map(({ fallback = [] }) => fallback);
  return chains.flat().flatMap(({ function: name }) => (name === undefined ? [] : [name]));
}

function pipelineOf(
  dependency: string,
  rule: DependencyRule,
  rules: RuleDocument,
  policies: readonly OutboundPolicy[],
  instance: Instance,
): Pipeline {
  const stages: Stage[] = [];
  for (const policy of policies) {
    const stage = policy.stage(dependency, rule, instance, rules);
    if (stage) stages.push(contained(policy.name, stage, instance));
  }
  return { stages, operationOf: compileOperations(rule.operations), target: targetOf(rule, instance) };
}

function targetOf({ target, maxAnswer }: DependencyRule, instance: Instance): Target | undefined {
  if (!target) return undefined;
  const limitBytes = maxAnswer === undefined ? undefined : parseSize(maxAnswer);
  return 'url' in target ? urlTarget(target.url, instance, limitBytes) : lambdaTarget(target, instance, limitBytes);
}

/** A stage's bug costs its effect, not the call: what went on before stands, and nothing is sent twice for it. */
function contained(policy: string, stage: Stage, instance: Instance): Stage {
  return async (call, next) => {
    if (!instance.trusts(policy)) return next(call);
    let passed: ReturnType<typeof next> | undefined;
    try {
      const reply = await stage(call, (onward) => (passed = next(onward)));
      instance.absolve(policy, 'stage');
      return reply;
    } catch (error) {
      instance.contain(policy, 'stage', error);
      return passed ?? next(call);
    }
  };
}
