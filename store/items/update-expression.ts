// Collects an update expression clause by clause.
import type { UpdateRequest, Value } from '../port.ts';

export type Change = Omit<UpdateRequest, 'key'>;

/** The same change, setting one attribute more. */
export function alsoSetting({ update, ...change }: Change, attribute: string, value: Value): Change {
  const clause = '#also = :also';
  return {
    ...change,
    update: update.startsWith('SET ') ? update.replace('SET ', () => `SET ${clause}, `) : `SET ${clause} ${update}`,
    names: { ...change.names, '#also': attribute },
    values: { ...change.values, ':also': value },
  };
}

/** Collects an update expression; placeholders keep clear of DynamoDB's reserved words. */
export class Update {
  readonly names: { [placeholder: string]: string } = {};
  readonly values: { [placeholder: string]: Value } = {};
  readonly #parts = { SET: [] as string[], ADD: [] as string[], REMOVE: [] as string[] };
  #count = 0;

  name(attribute: string): string {
    const placeholder = `#n${this.#count++}`;
    this.names[placeholder] = attribute;
    return placeholder;
  }

  value(value: Value): string {
    const placeholder = `:v${this.#count++}`;
    this.values[placeholder] = value;
    return placeholder;
  }

  set(attribute: string, value: Value | undefined): void {
    if (value === undefined) this.remove(attribute);
    else this.#parts.SET.push(`${this.name(attribute)} = ${this.value(value)}`);
  }

  add(attribute: string, value: number): void {
    this.#parts.ADD.push(`${this.name(attribute)} ${this.value(value)}`);
  }

  remove(attribute: string): void {
    this.#parts.REMOVE.push(this.name(attribute));
  }

  when(condition: string): Change {
    const update = Object.entries(this.#parts)
      .filter(([, clauses]) => clauses.length > 0)
      .map(([verb, clauses]) => `${verb} ${clauses.join(', ')}`)
      .join(' ');
    return { update, condition, names: this.names, values: this.values };
  }
}
