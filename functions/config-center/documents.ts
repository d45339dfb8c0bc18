// Rule documents on their way in and out: validated, compared, shown as JSON or YAML.
import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import type { RuleDocument } from '../../middleware/kernel/rules/document.ts';
import {
  json,
  pointerOf,
  text,
  unprocessable,
  type ApiResponse,
  type FieldError,
  type OpenRequest,
  type Problem,
} from '../api/index.ts';
import { validateDocument } from './validate.ts';
import { futileLimits } from './validation/futile.ts';
import { lockedOut } from './validation/locked.ts';
import { isOwn, lockouts } from './validation/lockout.ts';
import { unlikely } from './validation/unlikely.ts';

/**
 * The document, if it may govern this service. `nowMs` is when it is to come in force; without it nothing is found too
 * late. `before` are the faults that are in force. @throws {Problem} 422 with every error in it.
 */
export function validated(
  service: string,
  value: unknown,
  nowMs?: number,
  before?: RuleDocument['faults'],
): RuleDocument {
  const validation = validateDocument(service, value, nowMs, before);
  if (validation.valid) return validation.document;
  throw invalidDocument(validation.errors);
}

/** 422 with these errors. */
export function invalidDocument(errors: readonly FieldError[]): Problem {
  const detail = `The rule document has ${errors.length === 1 ? 'an error' : `${errors.length} errors`}.`;
  return unprocessable(detail, 'INVALID_DOCUMENT', errors);
}

/** What of a valid document is probably not meant, as members of an answer; without warnings, none. */
export function warningsOf(service: string, document: RuleDocument): { readonly warnings?: readonly FieldError[] } {
  // Of the control plane's own services more is said.
  const locked = isOwn(service) ? lockouts(service, document) : lockedOut(document);
  const findings = [...locked, ...futileLimits(document), ...unlikely(document)];
  const warnings = findings.map(({ place, reason }) => ({ path: pointerOf(place), reason }));
  return warnings.length > 0 ? { warnings } : {};
}

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
