// The JSON Schema is what editors know of rules: it refuses nothing that the API takes, and no form that the API refuses.
import { globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ruleSchema } from '../../../../functions/config-center/schema.ts';
import { ruleDocument } from '../../../../middleware/kernel/rules/document.ts';

/** A second validator, made from nothing but the schema as it is served. */
const served = JSON.parse(JSON.stringify(ruleSchema())) as Parameters<typeof z.fromJSONSchema>[0];
const bySchema = z.fromJSONSchema(served);
const accepts = (validator: z.ZodType, document: unknown) => validator.safeParse(document).success;

const everySection = {
  apiVersion: 'flyball/v1',
  service: 'orders',
  owner: 'shop',
  tags: { tier: 'one' },
  resources: {
    pay: {
      match: { method: 'POST', path: '/pay/{id}' },
      deadline: { timeout: '5s', reserve: '200ms' },
      breaker: { failureRate: '50%', window: { time: '30s', minimumCalls: 20 } },
      fallback: [{ when: ['breaker'], respond: { status: 503, body: { code: 'LATER' } } }],
      priority: 'critical',
    },
  },
  throttles: {
    everyone: { limit: '100/s', key: ['client'], burst: 10, overrides: [{ match: { client: 'a*' }, limit: '1k/s' }] },
  },
  concurrency: { all: { limit: 'adaptive', floor: 1, ceiling: 50 } },
  dependencies: {
    payments: {
      target: { url: 'https://payments.example' },
      attemptTimeout: '1s',
      retry: { attempts: 3, when: ['5xx', 503], backoff: { initial: '100ms', jitter: 'full' } },
      breaker: {},
      operations: { charge: { match: { method: 'POST' }, idempotency: 'key' } },
    },
  },
  jobs: { nightly: { schedule: 'rate(5 minutes)' } },
  faults: { slow: { resources: ['pay'], delay: { share: '5%', for: '1s' }, until: '2027-01-01T00:00:00Z' } },
  telemetry: { slow: '1s', sample: '1%' },
  logs: { level: 'DEBUG', until: '2027-01-01T00:00:00Z' },
  slos: { fast: { objective: '99.9%', latency: '300ms' } },
  builtInAlerts: { breakers: 'deferred', objectives: 'off' },
  alerts: { failing: { when: { failures: { share: '5%', atLeast: 20, within: '5m' } } } },
};
const documents: readonly unknown[] = [
  everySection,
  ...globSync('functions/**/flyball.rules.yaml').map((file) => parse(readFileSync(file, 'utf8')) as unknown),
];

/** Where every value of a document stands. */
function placesIn(value: unknown, place: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [place];
  return [place, ...Object.entries(value).flatMap(([key, member]) => placesIn(member, [...place, key]))];
}

function changed(value: unknown, [step, ...rest]: readonly string[], by: (value: unknown) => unknown): unknown {
  if (step === undefined) return by(value);
  if (Array.isArray(value)) {
    return value.map((member: unknown, i) => (String(i) === step ? changed(member, rest, by) : member));
  }
  const members = value as Readonly<Record<string, unknown>>;
  return { ...members, [step]: changed(members[step], rest, by) };
}

const somewhere = fc
  .constantFrom(...documents)
  .chain((document) => fc.record({ document: fc.constant(document), place: fc.constantFrom(...placesIn(document)) }));
const values = fc.oneof(
  fc.constantFrom('5s', '100/s', '50%', '10mb', 'enforce', 'orders', '', 'POST', '2027-01-01T00:00:00Z', 'p95'),
  fc.integer({ min: -5, max: 2_000 }),
  fc.jsonValue({ maxDepth: 2 }),
);

describe('the JSON Schema', () => {
  it('names itself and its dialect', () => {
    expect(ruleSchema()).toMatchObject({
      $id: 'urn:flyball:schema:rules:v1',
      $schema: 'https://json-schema.org/draft/2020-12/schema',
    });
  });

  it.each(documents.map((document) => [(document as { service: string }).service, document]))(
    'takes the rules of %s',
    (_service, document) => {
      expect([accepts(ruleDocument, document), accepts(bySchema, document)]).toEqual([true, true]);
    },
  );

  it('takes whatever the API takes', () => {
    fc.assert(
      fc.property(somewhere, values, ({ document, place }, value) => {
        const other = changed(document, place, () => value);
        expect(accepts(ruleDocument, other) && !accepts(bySchema, other)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses what is not known, as the API does', () => {
    const open = (document: unknown, place: readonly string[]): boolean => {
      // Free-form: the body of an answer.
      const stands = place.join('/').includes('respond/body');
      const value = place.reduce<unknown>((at, step) => (at as Readonly<Record<string, unknown>>)[step], document);
      return stands || typeof value !== 'object' || value === null || Array.isArray(value);
    };
    fc.assert(
      fc.property(somewhere, ({ document, place }) => {
        fc.pre(!open(document, place));
        const other = changed(document, place, (value) => ({ ...(value as object), 'No Such Thing': { a: 1 } }));
        expect([accepts(ruleDocument, other), accepts(bySchema, other)]).toEqual([false, false]);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses a list in place of anything else, as the API does', () => {
    fc.assert(
      fc.property(somewhere, ({ document, place }) => {
        fc.pre(!place.join('/').includes('respond/body'));
        const other = changed(document, place, (value) => (Array.isArray(value) ? 'a text' : []));
        expect([accepts(ruleDocument, other), accepts(bySchema, other)]).toEqual([false, false]);
      }),
      { numRuns: 300 },
    );
  });
});
