// Reads bodies: bounded, UTF-8, JSON or YAML by content type, every error with its place.
import type { ZodType } from 'zod';
import { fieldErrorsOf } from './field-errors.ts';
import { readJson, type TextRead } from './json-text.ts';
import { MAX_DEPTH, unsafeParts } from './plain.ts';
import { badRequest, Problem, unprocessable } from './problem.ts';
import type { OpenRequest, RawBody } from './request.ts';
import { readYaml } from './yaml-text.ts';

/** As much as a rule document may have. */
export const MAX_BODY_BYTES = 256 * 1024;

export type Syntax = 'json' | 'yaml';

/** A document as it was sent, and as plain data. */
export interface ReadDocument {
  readonly source: string;
  readonly value: unknown;
}

/**
 * The body's text.
 * @throws {Problem} 413 when it is too large, 400 when it is not UTF-8.
 */
export function bodyText(body: RawBody, mostBytes = MAX_BODY_BYTES): string {
  const bytes = Buffer.from(body.text, body.base64 ? 'base64' : 'utf8');
  if (bytes.length > mostBytes) {
    throw new Problem(413, `The body is ${bytes.length} bytes; at most ${mostBytes} are taken.`, {
      code: 'BODY_TOO_LARGE',
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badRequest('The body is not UTF-8 text.');
  }
}

/**
 * The body as a document in JSON or YAML.
 * @throws {Problem} 400 without a body, 415 for another content type, 413, 422 with every error of form.
 */
export function documentOf(request: OpenRequest): ReadDocument {
  const syntax = documentSyntax(request);
  const source = bodyText(request.body);
  if (source.trim() === '') throw badRequest('The body is empty; send the document in it.');
  return { source, value: plainValue(syntax === 'json' ? readJson(source, MAX_DEPTH) : readYaml(source, MAX_DEPTH)) };
}

/** Which of the two a body of documents is sent as. @throws {Problem} 415 for another content type. */
export function documentSyntax(request: OpenRequest): Syntax {
  const syntax = syntaxOf(request.body.contentType);
  if (syntax !== undefined) return syntax;
  throw new Problem(415, 'Send the document as application/json or application/yaml (curl: -H "content-type: …").', {
    code: 'UNSUPPORTED_MEDIA_TYPE',
    headers: { accept: 'application/json, application/yaml' },
  });
}

/** A stored document's value: JSON if it reads as such, else YAML. @throws {Problem} 422, as `documentOf`. */
export function valueOfSource(source: string): unknown {
  const asJson = readJson(source, MAX_DEPTH);
  return plainValue(asJson.ok ? asJson : readYaml(source, MAX_DEPTH));
}

/**
 * The body as JSON that fits a schema; no body counts as an empty object.
 * @throws {Problem} 415, 413, 400, 422 with every error and its path.
 */
export function bodyOf<T>(request: OpenRequest, schema: ZodType<T>): T {
  const text = bodyText(request.body);
  const empty = text.trim() === '';
  if (!empty && syntaxOf(request.body.contentType) !== 'json') {
    throw new Problem(415, 'Send the body as application/json (curl: -H "content-type: application/json").', {
      code: 'UNSUPPORTED_MEDIA_TYPE',
      headers: { accept: 'application/json' },
    });
  }
  const value = empty ? {} : plainValue(readJson(text, MAX_DEPTH));
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw unprocessable('The body is not what this route takes.', 'INVALID_BODY', fieldErrorsOf(parsed.error, value));
}

function syntaxOf(contentType: string): Syntax | undefined {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === '' || type === 'application/json' || type.endsWith('+json')) return 'json';
  return /^(application|text)\/((x-)?yaml|[a-z.-]+\+yaml)$/.test(type) ? 'yaml' : undefined;
}

function plainValue(read: TextRead): unknown {
  const errors = read.ok ? unsafeParts(read.value) : read.errors;
  if (read.ok && errors.length === 0) return read.value;
  throw unprocessable('The body cannot be read.', 'UNREADABLE_BODY', errors);
}
