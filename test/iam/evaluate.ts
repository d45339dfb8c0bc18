// Decides a request by identity policies as IAM does within one account: explicit deny, then allow, then deny by default.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
import { type Conditions, type Context, hold, listOf } from './conditions.ts';
import { likeAction, likeArn } from './wildcard.ts';

type OneOrMany = string | readonly string[];

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: unknown;
  readonly Action?: OneOrMany;
  readonly NotAction?: OneOrMany;
  readonly Resource?: OneOrMany;
  readonly NotResource?: OneOrMany;
  readonly Condition?: Conditions;
}

export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: Statement | readonly Statement[];
}

export interface Request {
  /** E.g. `dynamodb:GetItem`. */
  readonly action: string;
  /** An ARN. */
  readonly resource: string;
  readonly context?: Context;
}

export interface Decision {
  readonly outcome: 'allowed' | 'denied' | 'explicitly denied';
  /** The statements that say so; none when nothing allows it. */
  readonly by: readonly Statement[];
}

/** @throws {Error} for anything in a policy that is not known here, so that nothing is judged by half of what it says. */
export function decide(policies: readonly PolicyDocument[], request: Request): Decision {
  const applying = policies.flatMap(statementsOf).filter((statement) => applies(statement, request));
  const denying = applying.filter(({ Effect }) => Effect === 'Deny');
  if (denying.length > 0) return { outcome: 'explicitly denied', by: denying };
  return { outcome: applying.length > 0 ? 'allowed' : 'denied', by: applying };
}

export function isAllowed(policies: readonly PolicyDocument[], request: Request): boolean {
  return decide(policies, request).outcome === 'allowed';
}

export function statementsOf({ Statement }: PolicyDocument): readonly Statement[] {
  return 'Effect' in Statement ? [Statement] : Statement;
}

const KNOWN = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];

function applies(statement: Statement, { action, resource, context = {} }: Request): boolean {
  const unknown = Object.keys(statement).filter((name) => !KNOWN.includes(name));
  if (unknown.length > 0) throw new Error(`An identity policy's statement has no ${unknown.join(', ')}.`);
  const { Action, NotAction, Resource, NotResource, Condition } = statement;
  const actions = (patterns: OneOrMany) => listOf(patterns).some((pattern) => likeAction(pattern, action));
  const resources = (patterns: OneOrMany) => listOf(patterns).some((pattern) => likeArn(known(pattern), resource));
  return (
    either(Action, NotAction, actions, 'Action') &&
    either(Resource, NotResource, resources, 'Resource') &&
    hold(Condition, context)
  );
}

function either(
  wanted: OneOrMany | undefined,
  unwanted: OneOrMany | undefined,
  fits: (patterns: OneOrMany) => boolean,
  name: string,
): boolean {
  if ((wanted === undefined) === (unwanted === undefined)) {
    throw new Error(`A statement has either ${name} or Not${name}.`);
  }
  return wanted === undefined ? !fits(unwanted ?? []) : fits(wanted);
}

function known(pattern: string): string {
  if (pattern.includes('${')) throw new Error(`The policy variable in "${pattern}" is not known here.`);
  return pattern;
}
