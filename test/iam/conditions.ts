// Whether a statement's conditions hold for a request. What is not known here is an error, never a guess.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
import { like, likeArn } from './wildcard.ts';

/** Keys and values that a request brings; a list for keys of many values, such as `dynamodb:LeadingKeys`. */
export type Context = Readonly<Record<string, string | readonly string[]>>;

export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

interface Operator {
  readonly matches: (policy: string, request: string) => boolean;
  /** True of operators that say what must not be. */
  readonly negated: boolean;
}

const equal = (policy: string, request: string) => policy === request;
const equalInAnyCase = (policy: string, request: string) => policy.toLowerCase() === request.toLowerCase();
const is = (matches: Operator['matches']): Operator => ({ matches, negated: false });
const isNot = (matches: Operator['matches']): Operator => ({ matches, negated: true });

const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: is(equal),
  StringNotEquals: isNot(equal),
  StringEqualsIgnoreCase: is(equalInAnyCase),
  StringNotEqualsIgnoreCase: isNot(equalInAnyCase),
  StringLike: is(like),
  StringNotLike: isNot(like),
  ArnEquals: is(likeArn),
  ArnLike: is(likeArn),
  ArnNotEquals: isNot(likeArn),
  ArnNotLike: isNot(likeArn),
  Bool: is(equalInAnyCase),
};

/** All of them have to hold. @throws {Error} for an operator or a variable that is not known here. */
export function hold(conditions: Conditions | undefined, context: Context): boolean {
  return Object.entries(conditions ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => holds(operator, listOf(wanted), valueOf(context, key), key)),
  );
}

function holds(
  operator: string,
  wanted: readonly string[],
  found: string | readonly string[] | undefined,
  key: string,
): boolean {
  for (const value of wanted) {
    if (value.includes('${')) throw new Error(`The policy variable in "${value}" is not known here.`);
  }
  const values = listOf(found ?? []);
  // An empty list is no key at all.
  if (operator === 'Null') return wanted.includes(String(values.length === 0));
  const [, set, name = '', ifExists] = /^(ForAllValues:|ForAnyValue:)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  const known = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (!known) throw new Error(`The condition operator ${operator} is not known here.`);
  const { matches, negated } = known;
  const fits = (value: string) => wanted.some((policy) => matches(policy, value)) !== negated;
  if (set === 'ForAllValues:') return values.every(fits);
  if (values.length === 0) return ifExists !== undefined || (negated && set === undefined);
  if (set === 'ForAnyValue:') return values.some(fits);
  if (Array.isArray(found)) throw new Error(`${key} has many values: ${operator} needs ForAllValues or ForAnyValue.`);
  return values.every(fits);
}

/** The names of keys are compared without regard to case. */
function valueOf(context: Context, key: string): string | readonly string[] | undefined {
  return Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
}

export function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}
