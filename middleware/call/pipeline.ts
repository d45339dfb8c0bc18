// One dependency's pipeline, compiled once per revision: its stages in order, each contained, and where its calls go.
import type { Instance } from '../kernel/instance.ts';
import type { Call, OutboundPolicy, Reply, Send, Stage } from '../kernel/outbound.ts';
import type { DependencyRule, RuleDocument } from '../kernel/rules/document.ts';
import { compileOperations, type OperationTable, type Unknown } from './operation.ts';
import type { Target } from './request.ts';
import { targetOf } from './targets.ts';

/** Sends a call through stages that are given the send with it. */
export type Through = (call: Call, send: Send) => Promise<Reply>;

export interface Pipeline {
  /** All stages around a send, outermost first. Never rejects unless the send does. */
  readonly through: Through;
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
  let through: Through = (call, send) => send(call);
  for (const policy of policies.toReversed()) {
    const stage = policy.stage(dependency, rule, instance, rules);
    if (stage) through = contained(policy.name, stage, through, instance);
  }
  const operationOf = compileOperations(rule.operations, warnOnce(dependency, instance));
  return { through, operationOf, target: targetOf(rule, instance) };
}

/** Of a name that is made of what a caller gives there may be any number. */
const MOST_WARNINGS = 10;

/** A misspelled operation is no error, since rules may come that name others: it goes on as one that is not declared. */
function warnOnce(dependency: string, { logger }: Instance): Unknown {
  const warned = new Set<string>();
  return (operation, known) => {
    if (warned.has(operation) || warned.size >= MOST_WARNINGS) return;
    warned.add(operation);
    logger.warn('flyball has no rule for an operation', { dependency, operation, known });
  };
}

/**
 * A stage's bug costs its effect, not the call: what went on before stands, and nothing is sent twice for it. The stages
 * are put together once for a revision; a call through one that has nothing to wait for costs it no promise.
 */
function contained(policy: string, stage: Stage, inner: Through, instance: Instance): Through {
  async function settled(replying: Promise<Reply>, instead: (error: unknown) => Promise<Reply>): Promise<Reply> {
    try {
      const reply = await replying;
      instance.absolve(policy, 'stage');
      return reply;
    } catch (error) {
      return instead(error);
    }
  }

  return (call, send) => {
    if (!instance.trusts(policy)) return inner(call, send);
    let passed: Promise<Reply> | undefined;
    const instead = (error: unknown) => {
      instance.contain(policy, 'stage', error);
      return passed ?? inner(call, send);
    };
    try {
      const replying = stage(call, (onward) => (passed = inner(onward, send)));
      if (replying !== passed) return settled(replying, instead);
      // Passed on as it is: there is nothing left of this stage that could go wrong.
      instance.absolve(policy, 'stage');
      return replying;
    } catch (error) {
      return instead(error);
    }
  };
}
