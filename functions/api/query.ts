// The query at the door: what a route does not take is refused by name, so that nothing misspelt is passed over.
import { z } from 'zod';
import type { Description, QueryShape } from './description.ts';
import { badRequest } from './problem.ts';

const LONGEST_QUOTED = 64;
const MOST_NAMED = 10;

/**
 * The query as its route sees it.
 * @throws {Problem} 400 with every parameter that is unknown, given twice, missing, or not what it may be.
 */
export function requireQuery(
  given: URLSearchParams,
  { query: shape = {}, otherQuery }: Pick<Description, 'query' | 'otherQuery'>,
): URLSearchParams {
  const query = otherQuery === true ? lastOfEach(given, shape) : given;
  const unknown = otherQuery === true ? [] : unknownIn(query, shape);
  const faults = [...unknown, ...Object.entries(shape).flatMap((entry) => faultOf(query, entry))];
  if (faults.length > 0) throw badRequest(faults.join(' '));
  return query;
}

/** Of what is to be given once and is given twice, the last: what other people's clients are used to. */
function lastOfEach(given: URLSearchParams, shape: QueryShape): URLSearchParams {
  const query = new URLSearchParams(given);
  for (const [name, schema] of Object.entries(shape)) {
    const last = given.getAll(name).at(-1);
    if (last !== undefined && !isList(schema)) query.set(name, last);
  }
  return query;
}

function unknownIn(query: URLSearchParams, shape: QueryShape): string[] {
  const unknown = [...new Set(query.keys())].filter((name) => !Object.hasOwn(shape, name));
  if (unknown.length === 0) return [];
  const named = unknown.slice(0, MOST_NAMED).map((name) => JSON.stringify(name.slice(0, LONGEST_QUOTED)));
  const more = unknown.length > MOST_NAMED ? ` and ${unknown.length - MOST_NAMED} more` : '';
  const known = Object.keys(shape).sort();
  const taken = known.length === 0 ? 'no parameters are taken' : `what is taken: ${known.join(', ')}`;
  return [`There is no parameter ${named.join(', ')}${more} here; ${taken}.`];
}

function faultOf(query: URLSearchParams, [name, schema]: readonly [string, z.ZodType]): string[] {
  const given = query.getAll(name);
  const list = isList(schema);
  if (given.length > 1 && !list) return [`${name} is given ${given.length} times; give it once.`];
  const value = given.length === 0 ? undefined : list ? given : given[0];
  const { error } = schema.safeParse(value);
  const [issue] = error?.issues ?? [];
  if (issue === undefined) return [];
  return [value === undefined ? `${name} is required${whatOf(schema)}.` : `${name} ${issue.message}.`];
}

/** Whether a parameter may be given several times. */
export function isList(schema: z.ZodType): boolean {
  return schema instanceof z.ZodOptional ? schema.unwrap() instanceof z.ZodArray : schema instanceof z.ZodArray;
}

function whatOf(schema: z.ZodType): string {
  const { description } = schema;
  return description === undefined ? '' : `: ${description}`;
}
