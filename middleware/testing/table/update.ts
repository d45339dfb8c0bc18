// Applies an update expression to an item: SET with sums and if_not_exists, ADD of numbers, REMOVE.
import type { Item, Value } from '../../../store/port.ts';
import { invalid, notEvaluated, Reader, type Placeholders } from './reader.ts';

const VERBS = ['SET', 'ADD', 'REMOVE', 'DELETE'];

/** The item as it is afterwards; everything in the expression sees it as it was before. Throws as `holds` does. */
export function updated(text: string, before: Item, placeholders: Placeholders): Item {
  const reader = new Reader(text);
  const after: Item = { ...before };
  const verbs = new Set<string>();
  const touched = new Set<string>();

  function target(): string {
    const attribute = placeholders.attribute(reader.next());
    if (attribute === 'pk' || attribute === 'sk') {
      throw invalid(`Cannot update attribute ${attribute}. This attribute is part of the key`);
    }
    if (touched.has(attribute)) throw invalid(`Two document paths overlap with each other: ${attribute}`);
    touched.add(attribute);
    return attribute;
  }

  function clause(verb: string): void {
    const attribute = target();
    if (verb === 'REMOVE') {
      delete after[attribute];
      return;
    }
    if (verb === 'ADD') {
      const added = placeholders.value(reader.next());
      if (typeof added !== 'number') throw notEvaluated('ADD to a set', text);
      const present = before[attribute];
      after[attribute] = (present === undefined ? 0 : numeric(present)) + added;
      return;
    }
    reader.expect('=');
    after[attribute] = assigned(reader, before, placeholders);
  }

  while (!reader.done) {
    const verb = reader.next().toUpperCase();
    if (!VERBS.includes(verb)) throw invalid(`Invalid UpdateExpression: Syntax error; token: "${verb}"`);
    if (verb === 'DELETE') throw notEvaluated('DELETE from a set', text);
    if (verbs.has(verb)) throw invalid(`The "${verb}" section can only be used once in an update expression`);
    verbs.add(verb);
    do clause(verb);
    while (reader.take(','));
  }
  if (verbs.size === 0) throw invalid('Invalid UpdateExpression: The expression can not be empty');
  return after;
}

function assigned(reader: Reader, item: Item, placeholders: Placeholders): Value {
  const left = operand(reader, item, placeholders);
  if (reader.take('+')) return numeric(left) + numeric(operand(reader, item, placeholders));
  if (reader.take('-')) return numeric(left) - numeric(operand(reader, item, placeholders));
  return left;
}

function operand(reader: Reader, item: Item, placeholders: Placeholders): Value {
  const token = reader.next();
  if (reader.peek() === '(') {
    if (token !== 'if_not_exists') throw notEvaluated(token, reader.text);
    reader.expect('(');
    const kept = item[placeholders.attribute(reader.next())];
    reader.expect(',');
    const otherwise = operand(reader, item, placeholders);
    reader.expect(')');
    return kept === undefined ? otherwise : kept;
  }
  const value = placeholders.operand(token, item);
  if (value === undefined) {
    throw invalid('The provided expression refers to an attribute that does not exist in the item');
  }
  return value;
}

function numeric(value: Value): number {
  if (typeof value === 'number') return value;
  throw invalid('An operand in the update expression has an incorrect data type');
}
