// Holds what routes answer in tests against what they say of themselves.
import { isDeepStrictEqual } from 'node:util';
import { createApi, type ApiHandler, type ApiOptions } from '../../functions/api/api.ts';
import { withConditional } from '../../functions/api/conditional.ts';
import type { Answer, Description } from '../../functions/api/description.ts';
import type { Route } from '../../functions/api/route.ts';
import { createRouter } from '../../functions/api/router.ts';
import { problemsOf } from '../../functions/api/statuses.ts';

/** Of routes that tests make for something else. */
export const undescribed: Description = { summary: 'Try something', tags: ['tests'], answers: {} };

interface Answered {
  readonly statusCode?: number | undefined;
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: string | undefined;
}

/** As `createApi` makes it, and fails on an answer that its route does not describe. */
export function describedApi(options: ApiOptions): ApiHandler {
  const handler = createApi(options);
  const find = createRouter(options.routes);
  return async (event, context) => {
    const result = await handler(event, context);
    const { method, path } = event.requestContext.http;
    const found = find(method, path);
    if (found.kind === 'route') {
      const fault = faultOf(found.route, result);
      if (fault !== undefined)
        throw new Error(`${method} ${found.route.path} answers what it does not describe: ${fault}`);
    }
    return result;
  };
}

/** What of an answer its route does not say. */
function faultOf(route: Route, { statusCode = 0, headers = {}, body }: Answered): string | undefined {
  const description = withConditional(route);
  const given = headers['content-type'];
  const type = typeof given === 'string' ? given.split(';', 1)[0] : '';
  const answer = description.answers[statusCode];
  if (type === 'application/problem+json') {
    return Object.hasOwn(problemsOf(route), statusCode) ? undefined : `the problem ${statusCode}: ${body ?? ''}`;
  }
  if (!answer) return `the status ${statusCode}`;
  return body === undefined ? undefined : undescribedBody(answer, type ?? '', body);
}

function undescribedBody({ schema, mediaTypes = ['application/json'] }: Answer, type: string, body: string) {
  if (!mediaTypes.includes(type)) return `the content type ${type}`;
  if (!schema || !type.endsWith('json')) return undefined;
  const value: unknown = JSON.parse(body);
  const { data, error } = schema.safeParse(value);
  if (error) return `${error.message} of ${body.slice(0, 2_000)}`;
  // What a schema does not name is not in what it gives.
  return isDeepStrictEqual(data, value) ? undefined : `fields that are in ${body} and not in ${JSON.stringify(data)}`;
}
