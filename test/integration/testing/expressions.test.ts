// The test kit's table in memory and the emulated DynamoDB mean the same by an expression.
import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Item, Value } from '../../../store/port.ts';
import { sameOfBoth } from './both.ts';

const NAMES = ['a', 'b', 'c'] as const;
const name = fc.constantFrom(...NAMES);
const number = fc.integer({ min: -2, max: 4 });
const text = fc.constantFrom('', 'm', 'mm', 'z');
const value: fc.Arbitrary<Value> = fc.oneof(number, text, fc.constantFrom<Value>(true, false, null));
const item: fc.Arbitrary<Item> = fc.record({ a: value, b: value, c: value }, { requiredKeys: [] });

/** An expression with values in it as `<json>`, which become placeholders. */
type Text = fc.Arbitrary<string>;
const literal = (of: fc.Arbitrary<Value>): Text => of.map((it) => `<${JSON.stringify(it)}>`);
const plain: Text = fc.oneof(
  fc.tuple(name, fc.constantFrom('=', '<>'), literal(value)).map((parts) => parts.join(' ')),
  fc
    .tuple(name, fc.constantFrom('<', '<=', '>', '>='), literal(fc.oneof(number, text)))
    .map((parts) => parts.join(' ')),
  // Of two attributes, dynalite takes missing ones for equal and orders booleans; DynamoDB does neither.
  fc.constantFrom('=', '<>').map((sign) => `(attribute_exists(a) AND attribute_exists(b) AND a ${sign} b)`),
  fc.tuple(fc.constantFrom('attribute_exists', 'attribute_not_exists'), name).map(([call, of]) => `${call}(${of})`),
  name.map((of) => `begins_with(${of}, <"m">)`),
  fc.tuple(name, number, number).map(([of, low, high]) => `${of} BETWEEN <${low}> AND <${high}>`),
);
/** Brackets only where they are needed: DynamoDB refuses those that change nothing. */
const { condition } = fc.letrec<{ condition: string; part: string; unit: string }>((tie) => ({
  condition: fc.oneof(
    tie('part'),
    fc
      .tuple(tie('part'), fc.constantFrom('AND', 'OR'), tie('part'), fc.constantFrom('AND', 'OR'), tie('part'))
      .map((parts) => parts.join(' ')),
  ),
  part: fc.oneof(
    tie('unit'),
    tie('unit').map((inner) => `NOT ${inner}`),
  ),
  unit: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    plain,
    fc.tuple(tie('part'), fc.constantFrom('AND', 'OR'), tie('part')).map((parts) => `(${parts.join(' ')})`),
  ),
}));

const summand = (of: string): Text =>
  fc.oneof(literal(number), fc.constantFrom('a', of, `if_not_exists(a, <2>)`, `if_not_exists(${of}, <2>)`));
/** An attribute is made of itself and of `a`, which stays: dynalite lets one part of an update see what another did. */
const update: Text = fc
  .shuffledSubarray(['b', 'c', 'd'], { minLength: 1 })
  .chain((targets) =>
    fc.tuple(
      ...targets.map((target) =>
        fc.oneof(
          fc.oneof(literal(value), summand(target)).map((from) => ({ verb: 'SET', clause: `${target} = ${from}` })),
          fc
            .tuple(summand(target), fc.constantFrom('+', '-'), summand(target))
            .map((sum) => ({ verb: 'SET', clause: `${target} = ${sum.join(' ')}` })),
          fc.integer({ min: -3, max: 3 }).map((by) => ({ verb: 'ADD', clause: `${target} <${by}>` })),
          fc.constant({ verb: 'REMOVE', clause: target }),
        ),
      ),
    ),
  )
  .map((clauses) =>
    ['SET', 'ADD', 'REMOVE']
      .map((verb) => [verb, clauses.filter((one) => one.verb === verb).map(({ clause }) => clause)] as const)
      .filter(([, of]) => of.length > 0)
      .map(([verb, of]) => `${verb} ${of.join(', ')}`)
      .join(' '),
  );

/** Turns `<json>` into placeholders, and names into placeholders too, since some may be reserved words. */
function request(texts: { readonly condition?: string; readonly update?: string }) {
  const values: Record<string, Value> = {};
  const names: Record<string, string> = {};
  const rendered = Object.entries(texts).map(([kind, text]) => {
    const withValues = text.replaceAll(/<([^<>= ]+)>/g, (_all, json: string) => {
      const placeholder = `:v${Object.keys(values).length}`;
      values[placeholder] = JSON.parse(json) as Value;
      return placeholder;
    });
    const withNames = withValues.replaceAll(/(?<![:#\w])([abcd])(?!\w)/g, (of) => {
      names[`#${of}`] = of;
      return `#${of}`;
    });
    return [kind, withNames];
  });
  return {
    ...(Object.fromEntries(rendered) as { condition?: string }),
    ...(Object.keys(names).length > 0 ? { names } : {}),
    ...(Object.keys(values).length > 0 ? { values } : {}),
  };
}

describe('expressions', () => {
  it('conditions hold of the same items', async () => {
    await fc.assert(
      fc.asyncProperty(item, condition, async (held, text) => {
        await sameOfBoth([
          (table, pk) => table.put({ item: { pk, sk: '1', ...held } }),
          (table, pk) => table.put({ item: { pk, sk: '1' }, ...request({ condition: text }) }),
          (table, pk) => table.get({ pk, sk: '1' }, { consistent: true }),
        ]);
      }),
      { numRuns: 100 },
    );
  });

  it('updates make the same items', async () => {
    await fc.assert(
      fc.asyncProperty(fc.option(item, { nil: undefined }), update, condition, async (held, text, when) => {
        await sameOfBoth([
          async (table, pk) => held && table.put({ item: { pk, sk: '1', ...held } }),
          (table, pk) =>
            table.update({ key: { pk, sk: '1' }, update: '', ...request({ update: text, condition: when }) }),
          (table, pk) => table.get({ pk, sk: '1' }, { consistent: true }),
          (table, pk) => table.delete({ key: { pk, sk: '1' }, ...request({ condition: when }) }),
          (table, pk) => table.get({ pk, sk: '1' }, { consistent: true }),
        ]);
      }),
      { numRuns: 100 },
    );
  });
});
