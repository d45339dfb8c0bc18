// What the editor proposes where the caret is, from a schema and from the document itself.
import { describe, expect, it } from 'vitest';
import { describe as told, suggest } from '../../../../console/screens/rules/text/complete.ts';
import { schemasAt, toldOf, wordsOf, type Schema } from '../../../../console/screens/rules/text/schema.ts';

const mode: Schema = { type: 'string', enum: ['enforce', 'shadow', 'disabled'], description: 'shadow never acts' };
const schema: Schema = {
  type: 'object',
  properties: {
    service: { type: 'string' },
    resources: { type: 'object', additionalProperties: { type: 'object', properties: { mode } } },
    throttles: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        properties: {
          limit: { type: 'string', description: 'for example 100/s', since: '0.2.0' },
          burst: { type: 'integer', minimum: 1, maximum: 10 },
          resources: { type: 'array', items: { type: 'string' } },
          key: { type: 'array', items: { type: 'string', pattern: '^(client|ip|header:[A-Za-z0-9-]{1,64})$' } },
          mode,
          backoff: { anyOf: [{ type: 'object', properties: { initial: { type: 'string' } } }] },
          surge: {
            anyOf: [
              { const: 'off', type: 'string' },
              { type: 'object', properties: { rate: { type: 'string' } } },
            ],
          },
        },
      },
    },
  },
};

/** `|` is where the caret is. */
function at(marked: string) {
  const offset = marked.indexOf('|');
  const text = marked.replace('|', '');
  return suggest({ text, offset, schema, service: 'shop' });
}
const labels = (marked: string) => at(marked).items.map(({ label }) => label);

describe('keys', () => {
  it('are those of the place, without the ones that stand there', () => {
    expect(labels('throttles:\n  a:\n    limit: 1/s\n    |\n    burst: 3\n')).toEqual([
      'resources',
      'key',
      'mode',
      'backoff',
      'surge',
    ]);
    expect(labels('|')).toEqual(['service', 'resources', 'throttles']);
  });

  it('are those that begin with what was typed, before those that contain it', () => {
    expect(labels('throttles:\n  a:\n    r|\n')).toEqual(['resources', 'burst', 'surge']);
    expect(labels('throttles:\n  a: { mo|')).toEqual(['mode']);
  });

  it('are none where names are free', () => {
    expect(labels('throttles:\n  |')).toEqual([]);
  });

  it('bring what follows them: a space, a deeper line, or brackets around the caret', () => {
    const inserted = (typed: string) =>
      at(`throttles:\n  a:\n    ${typed}|`).items.map(({ insert, back }) => [insert, back])[0];
    expect(inserted('lim')).toEqual(['limit: ', 0]);
    expect(inserted('back')).toEqual(['backoff:\n      ', 0]);
    expect(inserted('reso')).toEqual(['resources: []', 1]);
    expect(inserted('sur')).toEqual(['surge: ', 0]);
  });

  it('end nothing that was typed before them', () => {
    expect(at('throttles:\n  a:\n    lim|').from).toBe('throttles:\n  a:\n    '.length);
  });
});

describe('values', () => {
  it('are what the schema names, also as words of a pattern', () => {
    expect(labels('throttles:\n  a:\n    mode: |')).toEqual(['enforce', 'shadow', 'disabled']);
    expect(labels('throttles:\n  a: { mode: sh|')).toEqual(['shadow']);
    expect(labels('throttles:\n  a:\n    key: [|]')).toEqual(['client', 'ip', 'header:']);
    expect(labels('throttles:\n  a:\n    surge: |')).toEqual(['off']);
  });

  it('are names that the document defines', () => {
    const text = 'resources:\n  create: {}\n  read: {}\nthrottles:\n  a:\n    resources:\n      - |';
    expect(labels(text)).toEqual(['create', 'read']);
    expect(labels('resources:\n  create: {}\nthrottles:\n  a: { resources: [cr|] }')).toEqual(['create']);
    expect(labels('service: |')).toEqual(['shop']);
  });

  it('are no more proposed once they stand there', () => {
    expect(labels('throttles:\n  a:\n    mode: shadow|')).toEqual([]);
  });

  it('are none in comments and texts', () => {
    expect(labels('throttles: # mode: |')).toEqual([]);
  });
});

describe('what is told', () => {
  it('is of the key under the caret, or of the value beside it', () => {
    const text = 'throttles:\n  a:\n    limit: 100/s\n    burst: 3\n';
    expect(told(text, text.indexOf('limit') + 2, schema)).toEqual({
      path: ['throttles', 'a', 'limit'],
      told: { description: 'for example 100/s', kinds: ['text'], since: '0.2.0' },
    });
    expect(told(text, text.indexOf('3') + 1, schema)?.told.kinds).toEqual(['1–10']);
  });

  it('is nothing where nothing may stand', () => {
    expect(told('nothing: 1', 3, schema)).toBeUndefined();
    expect(toldOf(schemasAt(schema, ['nothing']))).toBeUndefined();
  });
});

it('finds the words of a pattern, and none in any other', () => {
  expect(wordsOf('^(ok|4xx|[45][0-9][0-9]|business:[A-Z_]{1,64}|(a|b))$')).toEqual(['ok', '4xx', 'business:']);
  expect(wordsOf('^[a-z]+$')).toEqual([]);
});
