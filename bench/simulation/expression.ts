// DynamoDB's condition and update expressions, read once and then evaluated as closures: a fleet repeats a few of them.
import { Reader } from '../../middleware/testing/table/reader.ts';
import type { Expression, Item, Value } from '../../store/port.ts';

type Operand = (item: Item, given: Expression) => Value | undefined;
type Condition = (item: Item, given: Expression) => boolean;
type Change = (before: Item, after: Item, given: Expression) => void;

const conditions = new Map<string, Condition>();
const updates = new Map<string, readonly Change[]>();

export function holds(text: string, item: Item, given: Expression): boolean {
  let condition = conditions.get(text);
  if (!condition) {
    const reader = new Reader(text);
    condition = either(reader);
    if (!reader.done) throw new SyntaxError(`"${reader.next()}" ends nothing in "${text}"`);
    conditions.set(text, condition);
  }
  return condition(item, given);
}

/** The item after the update; everything in it sees the item as it was before. */
export function updated(text: string, before: Item, given: Expression): Item {
  let changes = updates.get(text);
  if (!changes) {
    changes = changesOf(new Reader(text));
    updates.set(text, changes);
  }
  const after: Item = { ...before };
  for (const change of changes) change(before, after, given);
  return after;
}

function either(reader: Reader): Condition {
  const parts = [both(reader)];
  while (reader.take('OR')) parts.push(both(reader));
  const [only] = parts;
  if (only && parts.length === 1) return only;
  return (item, given) => parts.some((part) => part(item, given));
}

function both(reader: Reader): Condition {
  const parts = [negated(reader)];
  while (reader.take('AND')) parts.push(negated(reader));
  const [only] = parts;
  if (only && parts.length === 1) return only;
  return (item, given) => parts.every((part) => part(item, given));
}

function negated(reader: Reader): Condition {
  if (reader.take('NOT')) {
    const inner = negated(reader);
    return (item, given) => !inner(item, given);
  }
  if (!reader.take('(')) return term(reader);
  const inner = either(reader);
  reader.expect(')');
  return inner;
}

function term(reader: Reader): Condition {
  const first = reader.next();
  if (reader.peek() === '(') return exists(first, reader);
  const left = operandOf(first);
  if (reader.take('BETWEEN')) {
    const low = operandOf(reader.next());
    if (!reader.take('AND')) throw new SyntaxError(`BETWEEN without AND in "${reader.text}"`);
    const high = operandOf(reader.next());
    return (item, given) => {
      const value = left(item, given);
      return compare('>=', value, low(item, given)) && compare('<=', value, high(item, given));
    };
  }
  const sign = reader.next();
  const right = operandOf(reader.next());
  return (item, given) => compare(sign, left(item, given), right(item, given));
}

function exists(name: string, reader: Reader): Condition {
  reader.expect('(');
  const value = operandOf(reader.next());
  reader.expect(')');
  switch (name) {
    case 'attribute_exists':
      return (item, given) => value(item, given) !== undefined;
    case 'attribute_not_exists':
      return (item, given) => value(item, given) === undefined;
    default:
      throw new SyntaxError(`the simulated table does not evaluate ${name}, as in "${reader.text}"`);
  }
}

function operandOf(token: string): Operand {
  if (token.startsWith(':')) return (_item, given) => valueOf(token, given);
  if (token.startsWith('#')) return (item, given) => item[nameOf(token, given)];
  return (item) => item[token];
}

function valueOf(token: string, { values }: Expression): Value {
  const value = values?.[token];
  if (value === undefined) throw new SyntaxError(`${token} is not defined`);
  return value;
}

function nameOf(token: string, { names }: Expression): string {
  if (!token.startsWith('#')) return token;
  const name = names?.[token];
  if (name === undefined) throw new SyntaxError(`${token} is not defined`);
  return name;
}

/** Of numbers and texts; those of different types are neither equal nor before nor after each other. */
function compare(sign: string, left: Value | undefined, right: Value | undefined): boolean {
  if (sign === '<>') return left !== right;
  if (left === undefined || right === undefined) return false;
  if (sign === '=') return left === right;
  const numbers = typeof left === 'number' && typeof right === 'number';
  if (!numbers && !(typeof left === 'string' && typeof right === 'string')) return false;
  switch (sign) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      throw new SyntaxError(`"${sign}" is no comparison`);
  }
}

function changesOf(reader: Reader): Change[] {
  const changes: Change[] = [];
  while (!reader.done) {
    const verb = reader.next().toUpperCase();
    do changes.push(changeOf(verb, reader));
    while (reader.take(','));
  }
  return changes;
}

function changeOf(verb: string, reader: Reader): Change {
  const target = reader.next();
  switch (verb) {
    case 'REMOVE':
      return (_before, after, given) => {
        delete after[nameOf(target, given)];
      };
    case 'ADD': {
      const added = operandOf(reader.next());
      return (before, after, given) => {
        const name = nameOf(target, given);
        after[name] = numeric(before[name] ?? 0) + numeric(added(before, given));
      };
    }
    case 'SET': {
      reader.expect('=');
      const value = sumOf(reader);
      return (before, after, given) => {
        after[nameOf(target, given)] = value(before, given);
      };
    }
    default:
      throw new SyntaxError(`the simulated table does not evaluate ${verb}, as in "${reader.text}"`);
  }
}

function sumOf(reader: Reader): Operand {
  const left = part(reader);
  const sign = reader.take('+') ? 1 : reader.take('-') ? -1 : 0;
  if (sign === 0) return (item, given) => present(left(item, given), reader.text);
  const right = part(reader);
  return (item, given) => numeric(left(item, given)) + sign * numeric(right(item, given));
}

function part(reader: Reader): Operand {
  const token = reader.next();
  if (reader.peek() !== '(') return operandOf(token);
  if (token !== 'if_not_exists') throw new SyntaxError(`${token} is not evaluated, as in "${reader.text}"`);
  reader.expect('(');
  const kept = operandOf(reader.next());
  reader.expect(',');
  const otherwise = part(reader);
  reader.expect(')');
  return (item, given) => kept(item, given) ?? otherwise(item, given);
}

function present(value: Value | undefined, text: string): Value {
  if (value === undefined) throw new SyntaxError(`an attribute of "${text}" does not exist in the item`);
  return value;
}

function numeric(value: Value | undefined): number {
  if (typeof value === 'number') return value;
  throw new SyntaxError(`${JSON.stringify(value)} is no number`);
}
