// Kinds of documents: what differs between rules and free-form configuration, which are drafted, published and rolled back alike.
import type { RuleDocument } from '../../middleware/kernel/rules/document.ts';
import { namespaceOf } from '../../store/config-id.ts';
import type { Table } from '../../store/port.ts';
import {
  documentOf,
  valueOfSource,
  type ApiRequest,
  type ApiResponse,
  type FieldError,
  type OpenRequest,
  type ReadDocument,
  documentResponse,
} from '../api/index.ts';
import { configKind } from './config/kind.ts';
import { validated } from './documents.ts';
import { validatedNow, warningsNow } from './drills.ts';
import { newFieldsOf, type NewField } from './since.ts';

export interface Warned {
  readonly warnings?: readonly FieldError[];
}

/** An `id` names whose documents they are: a service, or a service's namespace. */
export interface Kind {
  /** What the audit log calls what is done to them: `rules.publish`. */
  readonly name: 'rules' | 'config';
  /** What is sent as a draft. @throws {Problem} 400, 413, 415, 422 */
  read(id: string, request: ApiRequest): ReadDocument;
  /** What a stored text says. */
  valueOf(id: string, source: string): unknown;
  /** What is published of it. @throws {Problem} 422 with every error in it. */
  validate(table: Table, id: string, value: unknown, nowMs: number): Promise<object>;
  /** What was published once, if it may be again. @throws {Problem} 422 */
  validAgain(id: string, document: unknown): object;
  /** What of a valid document is probably not meant. */
  warnings(table: Table, id: string, document: object, nowMs: number): Promise<Warned>;
  /** What of it younger libraries alone understand. */
  newFields(document: object): NewField[];
  /** As the caller wants it. */
  show(
    id: string,
    request: OpenRequest,
    document: ReadDocument,
    headers: Readonly<Record<string, string>>,
  ): ApiResponse;
}

const rulesKind: Kind = {
  name: 'rules',
  read: (_id, request) => documentOf(request),
  valueOf: (_id, source) => valueOfSource(source),
  validate: validatedNow,
  // What was valid once may not be today; but a level of logs that has ended is in nobody's way.
  validAgain: (id, document) => validated(id, document),
  // Only what was validated comes this far.
  warnings: (table, id, document, nowMs) => warningsNow(table, id, document as RuleDocument, nowMs),
  newFields: (document) => newFieldsOf(document),
  show: (_id, request, document, headers) => documentResponse(request, document, headers),
};

/** The baseline is read and shown as rules are. */
export function kindOf(id: string): Kind {
  return namespaceOf(id) ? configKind : rulesKind;
}
