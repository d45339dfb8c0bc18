// Describes routes as OpenAPI 3.1: made of the very schemas that check what comes in.
import { z } from 'zod';
import { withConditional } from './conditional.ts';
import type { Answer, BodyDescription, QueryShape } from './description.ts';
import { NAME_PATTERN } from './names.ts';
import { SchemaComponents, type JsonSchema } from './openapi-schemas.ts';
import { isList } from './query.ts';
import type { Route } from './route.ts';
import { problemsOf } from './statuses.ts';

export interface ApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description: string;
}

const problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().optional().meta({ description: 'names the request, as the log does' }),
    code: z.string().optional().meta({ description: 'for programs: one word that stays the same' }),
    errors: z.array(z.object({ path: z.string(), reason: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });

const PROBLEM_HEADERS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { 'www-authenticate': 'How to say who calls.' },
  412: { etag: 'Of what stands.' },
  429: { 'retry-after': 'In how many seconds to come again.' },
  503: { 'retry-after': 'In how many seconds to come again.' },
};

const EITHER = [{ bearer: [] }, { apiKey: [] }];

/** @throws {Error} for two schemas of one name. */
export function openApiOf(routes: readonly Route[], info: ApiInfo): object {
  const components = new SchemaComponents();
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route, components);
  return {
    openapi: '3.1.0',
    info: { ...info, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.flatMap(({ description }) => description.tags))].sort().map((name) => ({ name })),
    paths,
    components: {
      schemas: components.named(),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key, or a token of an issuer that is trusted.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      },
    },
  };
}

function operationOf(route: Route, components: SchemaComponents): object {
  const { path, role } = route;
  const description = withConditional(route);
  const { summary, details, tags, query = {}, params = {}, headers = {}, body, answers } = description;
  const notes = [
    ...(details === undefined ? [] : [details]),
    // OpenAPI leaves no place for it among the parameters.
    ...(headers['accept'] === undefined ? [] : [`\`Accept\`: ${headers['accept']}`]),
    role === undefined ? 'For anyone, without credentials.' : `For the role ${role} and those above it.`,
  ];
  return {
    operationId: operationIdOf(route),
    summary,
    description: notes.join('\n\n'),
    tags,
    security: role === undefined ? [] : EITHER,
    parameters: [
      ...pathParametersOf(path, params, components),
      ...Object.entries(query).map(([name, schema]) => queryParameter(name, schema, components)),
      ...Object.entries(headers)
        .filter(([name]) => name !== 'accept')
        .map(([name, text]) => ({
          ...{ in: 'header', name, description: text, schema: { type: 'string' } },
          // RFC 6585: what answers 428 wants the precondition that is missing.
          required: name === 'if-match' && description.problems?.[428] !== undefined,
        })),
    ],
    ...(body ? { requestBody: requestBodyOf(body, components) } : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(problemsOf(route)).map(([status, why]) => [
          status,
          problemAnswer(Number(status), why, components),
        ]),
      ),
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, answerOf(answer, components)])),
    },
  };
}

/** E.g. `putServicesByServiceDraft`; of a path that ends in a slash, the name says so. */
function operationIdOf({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z0-9{]+/).filter((word) => word !== '' && word !== 'v1');
  const named = words.map((word) => (word.startsWith('{') ? `By${capital(word.slice(1))}` : capital(word)));
  return method.toLowerCase() + named.join('') + (path.endsWith('/') ? 'Slash' : '');
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

function pathParametersOf(path: string, params: QueryShape, components: SchemaComponents): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    in: 'path',
    name,
    required: true,
    schema: params[name] ? components.schemaOf(params[name]) : { type: 'string', pattern: NAME_PATTERN.source },
  }));
}

function queryParameter(name: string, schema: z.ZodType, components: SchemaComponents): object {
  const { description, ...rest } = components.schemaOf(schema);
  return {
    in: 'query',
    name,
    required: !schema.safeParse(undefined).success,
    ...(description === undefined ? {} : { description }),
    ...(isList(schema) ? { style: 'form', explode: true } : {}),
    schema: rest,
  };
}

function requestBodyOf({ schema, yaml, optional, examples }: BodyDescription, components: SchemaComponents): object {
  const content = {
    // JSON's null counts as no body.
    schema: optional ? { anyOf: [components.schemaOf(schema), { type: 'null' }] } : components.schemaOf(schema),
    ...(examples
      ? { examples: Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }])) }
      : {}),
  };
  return {
    required: optional !== true,
    content: { 'application/json': content, ...(yaml ? { 'application/yaml': content } : {}) },
  };
}

function answerOf({ description, schema, mediaTypes, headers }: Answer, components: SchemaComponents): object {
  const types = mediaTypes ?? (schema ? ['application/json'] : []);
  return {
    description,
    ...headersOf(headers),
    ...(types.length > 0
      ? { content: Object.fromEntries(types.map((type) => [type, mediaOf(type, schema, components)])) }
      : {}),
  };
}

/** What is not JSON is text to whoever reads it by a schema. */
function mediaOf(type: string, schema: z.ZodType | undefined, components: SchemaComponents): { schema: JsonSchema } {
  return { schema: schema && /json|yaml/.test(type) ? components.schemaOf(schema) : { type: 'string' } };
}

function problemAnswer(status: number, why: string, components: SchemaComponents): object {
  return {
    description: why,
    ...headersOf(PROBLEM_HEADERS[status]),
    content: { 'application/problem+json': { schema: components.schemaOf(problem) } },
  };
}

function headersOf(headers: Answer['headers'] = {}): object {
  const shown = Object.entries(headers).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  return shown.length > 0 ? { headers: Object.fromEntries(shown) as object } : {};
}
