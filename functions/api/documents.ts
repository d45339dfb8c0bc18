// Documents on their way out: compared, shown as JSON or as the YAML they were written in.
import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import type { OpenRequest } from './request.ts';
import { json, text, type ApiResponse } from './response.ts';

/** Whether two documents say the same; the order of keys says nothing. */
export function sameDocument(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(asStored(a), asStored(b));
}

/** As it is after having been stored as JSON. */
function asStored(document: unknown): unknown {
  return JSON.parse(JSON.stringify(document));
}

/** A document as the caller wants it: JSON, or with `Accept: application/yaml` its YAML, comments and all. */
export function documentResponse(
  request: OpenRequest,
  document: { readonly source: string; readonly value: unknown },
  headers: Readonly<Record<string, string>>,
): ApiResponse {
  const varying = { vary: 'accept', ...headers };
  if (!wantsYaml(request)) return json(document.value, { headers: varying });
  const { source, value } = document;
  return text(source.trimStart().startsWith('{') ? stringify(value) : source, 'application/yaml', { headers: varying });
}

/** The first of the two types that is named; JSON when neither is. */
export function wantsYaml(request: OpenRequest): boolean {
  const accept = request.headers.get('accept') ?? '';
  const yaml = accept.search(/\byaml\b/);
  const asJson = accept.search(/\bjson\b/);
  return yaml >= 0 && (asJson < 0 || yaml < asJson);
}
