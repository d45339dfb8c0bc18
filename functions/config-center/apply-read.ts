// Takes a bundle of documents apart: several YAML documents in one text, or a list; each keeps its author's words.
import {
  badRequest,
  bodyText,
  documentSyntax,
  isName,
  Problem,
  valueOfSource,
  type ApiRequest,
  type FieldError,
} from '../api/index.ts';
import { BASELINE_ID } from './document-id.ts';
import { isObject } from './validation/salvage.ts';

/** A gateway passes on six times as much; each document by itself is bounded as any other. */
export const MOST_BYTES = 1024 * 1024;
export const MOST_DOCUMENTS = 100;

export interface Given {
  /** Where it stands in the bundle, from 0. */
  readonly index: number;
  readonly source: string;
  readonly value: unknown;
  /** Whose it is: a service, or the baseline; undefined when it names none. */
  readonly id: string | undefined;
  /** Why it cannot be read at all. */
  readonly errors: readonly FieldError[];
}

/** @throws {Problem} 400 for no documents or too many, 413 for too much, 415, 422 when a JSON list cannot be read. */
export function bundleOf(request: ApiRequest): readonly Given[] {
  const text = bodyText(request.body, MOST_BYTES);
  const sources = documentSyntax(request) === 'json' ? listed(text) : separated(text).flatMap(entriesOf);
  if (sources.length === 0) throw badRequest('There is no document in the body.');
  if (sources.length > MOST_DOCUMENTS) {
    throw badRequest(`There are ${sources.length} documents; at most ${MOST_DOCUMENTS} are taken at once.`);
  }
  return sources.map((source, index) => given(source, index));
}

/** A line with more than a comment. No run of spaces ends a line: one that did would begin anew on each blank line of many. */
const CONTENT = /^[^\S\n\r\u2028\u2029]*[^\s#]/m;
const LIST = /^[^\S\n\r\u2028\u2029]*[-[]/m;

/** The text is cut where a line begins with `---`, which nothing within a document can; comments before belong to what follows. */
function separated(text: string): string[] {
  const sources: string[] = [];
  let before = '';
  for (const part of text.split(/^---(?=\s|$)[^\S\n]*\n?/m)) {
    if (!CONTENT.test(part)) before += part;
    else {
      sources.push(before + part);
      before = '';
    }
  }
  return sources;
}

function listed(text: string): string[] {
  const value = text.trim() === '' ? [] : valueOfSource(text);
  return Array.isArray(value) ? entriesAsJson(value) : entriesAsJson([value]);
}

/** A list of documents in YAML is no document of its own; what cannot be read is told of later. */
function entriesOf(source: string): string[] {
  if (!LIST.test(source)) return [source];
  try {
    const value = valueOfSource(source);
    return Array.isArray(value) ? entriesAsJson(value) : [source];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [source];
  }
}

const entriesAsJson = (documents: readonly unknown[]) => documents.map((document) => JSON.stringify(document, null, 2));

function given(source: string, index: number): Given {
  try {
    const value = valueOfSource(source);
    const { kind, service: name } = isObject(value) ? value : {};
    if (kind === 'baseline') return { index, source, value, id: BASELINE_ID, errors: [] };
    const id = typeof name === 'string' && isName(name) ? name : undefined;
    const errors =
      id === undefined ? [{ path: '/service', reason: 'is required here: the name of the service it is for' }] : [];
    return { index, source, value, id, errors };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { index, source, value: undefined, id: undefined, errors: error.errors };
  }
}
