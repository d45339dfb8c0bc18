// Reads that are asked for again and again: every JSON answer to a GET has a tag, and who has it already is told no more than that.
import { hash } from 'node:crypto';
import { UNCHANGED } from './answers.ts';
import type { Description } from './description.ts';
import { ifNoneMatch, includes } from './etag.ts';
import type { OpenRequest } from './request.ts';
import type { ApiResponse } from './response.ts';
import type { Route } from './route.ts';

/**
 * The answer with a weak tag of its body, or 304 where the caller has it. Answers that have a tag of their own, such as
 * the revision of what they show, are left alone. The body has been made by then: what is spared is sending it.
 */
export function conditional(request: OpenRequest, response: ApiResponse): ApiResponse {
  const { status, headers, body } = response;
  if (request.method !== 'GET' || status !== 200 || body === undefined || headers['etag'] !== undefined)
    return response;
  const { 'content-type': type = '', ...others } = headers;
  if (!isJson(type)) return response;
  const tag = hash('sha256', body, 'base64url').slice(0, 22);
  const etag = `W/"${tag}"`;
  if (includes(ifNoneMatch(request), tag)) return { status: 304, headers: { ...others, etag } };
  return { ...response, headers: { ...headers, etag } };
}

const IF_NONE_MATCH = { 'if-none-match': 'The `ETag` of an answer: 304 while there is none that differs.' };

/** What a route says of itself, with what `conditional` adds. */
export function withConditional({ method, description }: Pick<Route, 'method' | 'description'>): Description {
  const { headers, answers } = description;
  const shown = answers[200];
  const types = shown?.mediaTypes ?? (shown?.schema ? ['application/json'] : []);
  if (method !== 'GET' || shown === undefined || !types.some(isJson)) return description;
  const etag = 'Names this very answer.';
  return {
    ...description,
    headers: { ...IF_NONE_MATCH, ...headers },
    answers: { ...UNCHANGED, ...answers, 200: { ...shown, headers: { etag, ...shown.headers } } },
  };
}

function isJson(type: string): boolean {
  return /[/+]json\b/.test(type);
}
