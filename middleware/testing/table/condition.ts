// Evaluates a condition expression against an item: comparisons, BETWEEN, AND, OR, NOT and the functions flyball uses.
import type { Item, Value } from '../../../store/port.ts';
import { invalid, notEvaluated, Reader, type Placeholders } from './reader.ts';

const ELSEWHERE = new Set(['contains', 'attribute_type', 'size']);

/** @throws {StoreRejected} on what DynamoDB refuses, and a plain Error on what only this table cannot evaluate. */
export function holds(text: string, item: Item, placeholders: Placeholders): boolean {
  const reader = new Reader(text);
  const result = either(reader, item, placeholders);
  if (!reader.done) throw invalid(`Syntax error: "${reader.next()}" in "${text}"`);
  return result;
}

// Each part is read to its end, whatever the ones before it said.
function either(reader: Reader, item: Item, placeholders: Placeholders): boolean {
  let result = both(reader, item, placeholders);
  while (reader.take('OR')) result = both(reader, item, placeholders) || result;
  return result;
}

function both(reader: Reader, item: Item, placeholders: Placeholders): boolean {
  let result = negated(reader, item, placeholders);
  while (reader.take('AND')) result = negated(reader, item, placeholders) && result;
  return result;
}

function negated(reader: Reader, item: Item, placeholders: Placeholders): boolean {
  if (reader.take('NOT')) return !negated(reader, item, placeholders);
  if (!reader.take('(')) return term(reader, item, placeholders);
  const result = either(reader, item, placeholders);
  reader.expect(')');
  return result;
}

function term(reader: Reader, item: Item, placeholders: Placeholders): boolean {
  const first = reader.next();
  if (reader.peek() === '(') return call(first, reader, item, placeholders);
  const left = placeholders.operand(first, item);
  if (reader.take('BETWEEN')) return between(left, reader, item, placeholders);
  if (reader.take('IN')) throw notEvaluated('IN', reader.text);
  return compare(reader.next(), left, placeholders.operand(reader.next(), item));
}

function between(value: Value | undefined, reader: Reader, item: Item, placeholders: Placeholders): boolean {
  const [from, and, to] = [reader.next(), reader.take('AND'), reader.next()];
  if (!and) throw invalid(`Syntax error: BETWEEN without AND in "${reader.text}"`);
  const [low, high] = [placeholders.operand(from, item), placeholders.operand(to, item)];
  if (from.startsWith(':') && to.startsWith(':') && !compare('<=', low, high)) {
    throw invalid(`The BETWEEN operator requires the upper bound not to be below the lower bound: "${reader.text}"`);
  }
  return compare('>=', value, low) && compare('<=', value, high);
}

function call(name: string, reader: Reader, item: Item, placeholders: Placeholders): boolean {
  reader.expect('(');
  if (ELSEWHERE.has(name)) throw notEvaluated(name, reader.text);
  const value = item[placeholders.attribute(reader.next())];
  let result: boolean;
  switch (name) {
    case 'attribute_exists':
      result = value !== undefined;
      break;
    case 'attribute_not_exists':
      result = value === undefined;
      break;
    case 'begins_with': {
      reader.expect(',');
      const prefix = placeholders.operand(reader.next(), item);
      result = typeof value === 'string' && typeof prefix === 'string' && value.startsWith(prefix);
      break;
    }
    default:
      throw invalid(`Invalid function name; function: ${name}`);
  }
  reader.expect(')');
  return result;
}

/** What is not there compares to nothing, and values of different types are neither before nor after each other. */
function compare(sign: string, left: Value | undefined, right: Value | undefined): boolean {
  if (sign === '<>') return !equal(left, right);
  if (left === undefined || right === undefined) return isSign(sign) && false;
  if (sign === '=') return equal(left, right);
  const order = orderOf(left, right);
  switch (sign) {
    case '<':
      return order !== undefined && order < 0;
    case '<=':
      return order !== undefined && order <= 0;
    case '>':
      return order !== undefined && order > 0;
    case '>=':
      return order !== undefined && order >= 0;
    default:
      return isSign(sign);
  }
}

function isSign(sign: string): boolean {
  if (['=', '<', '<=', '>', '>='].includes(sign)) return true;
  throw invalid(`Syntax error: "${sign}" is no comparison`);
}

function equal(left: Value | undefined, right: Value | undefined): boolean {
  if (left instanceof Uint8Array || right instanceof Uint8Array) {
    return left instanceof Uint8Array && right instanceof Uint8Array && Buffer.compare(left, right) === 0;
  }
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return left === right;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const [mine, theirs] = [Object.entries(left), new Map(Object.entries(right))];
  return mine.length === theirs.size && mine.every(([name, value]) => equal(value as Value, theirs.get(name) as Value));
}

function orderOf(left: Value, right: Value): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return textOrder(left, right);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right);
  return undefined;
}

/** DynamoDB orders text by its bytes in UTF-8, JavaScript by UTF-16. */
export function textOrder(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
