// What a call may send and get: JSON, text, bytes and streams, and how each is told from the others. Pure.
import type { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';

/** What a call's answer is wanted as. */
export type As = 'json' | 'text' | 'bytes' | 'stream';

export interface OutgoingBody {
  readonly content: string | Uint8Array | Readable | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined for a stream. */
  readonly bytes: number | undefined;
}

/** An error for what JSON cannot say: a cycle, a BigInt. */
export function bodyOf(body: unknown): OutgoingBody | Error {
  if (body === undefined) return { content: undefined, headers: { 'content-length': '0' }, bytes: 0 };
  if (typeof body === 'string') return sized(body, 'text/plain; charset=utf-8');
  if (isBytes(body)) return sized(asBytes(body), 'application/octet-stream');
  if (isStream(body)) {
    const content = body instanceof ReadableStream ? fromWeb(body) : body;
    return { content, headers: { 'content-type': 'application/octet-stream' }, bytes: undefined };
  }
  if (body instanceof URLSearchParams) return sized(body.toString(), 'application/x-www-form-urlencoded');
  const json = jsonOf(body);
  return json instanceof Error ? json : sized(json, 'application/json');
}

export function jsonOf(body: unknown): string | Error {
  try {
    return JSON.stringify(body);
  } catch (error) {
    return new Error(`its body cannot be said in JSON (${error instanceof Error ? error.message : String(error)})`);
  }
}

function sized(content: string | Uint8Array, type: string): OutgoingBody {
  const bytes = Buffer.byteLength(content);
  return { content, headers: { 'content-type': type, 'content-length': String(bytes) }, bytes };
}

export function isBytes(body: unknown): body is ArrayBuffer | ArrayBufferView {
  return body instanceof ArrayBuffer || ArrayBuffer.isView(body);
}

function asBytes(body: ArrayBuffer | ArrayBufferView): Uint8Array {
  return body instanceof ArrayBuffer
    ? new Uint8Array(body)
    : new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
}

/** Gone once it has been read: Node's streams and the web's. */
export function isStream(body: unknown): body is Readable | WebStream {
  if (typeof body !== 'object' || body === null) return false;
  return body instanceof ReadableStream || ('pipe' in body && typeof body.pipe === 'function');
}

function fromWeb(body: WebStream): Readable {
  return process.getBuiltinModule('node:stream').Readable.fromWeb(body);
}

/** What a call gives of an answer's bytes; an error when they are not what they were to be. `type` is their content type. */
export function valueOf(bytes: Buffer, type: string | undefined, as: As | undefined): unknown {
  if (as === 'bytes') return bytes;
  const text = bytes.toString('utf8');
  if (as === 'text') return text;
  if (text === '') return undefined;
  const isJson = type !== undefined && /[/+]json\b/.test(type);
  if (as === undefined && type !== undefined && !isJson) return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    // Nobody has said that it is JSON.
    if (as === undefined && !isJson) return text;
    return new NotJson(text, bytes.length, type, error);
  }
}

/** The answer calls itself JSON, or was to be. What it says instead may be anybody's: it is not shown. */
export class NotJson extends Error {
  override readonly name = 'NotJson';
  readonly #text: string;
  constructor(text: string, bytes: number, type: string | undefined, error: unknown) {
    const broken = error instanceof SyntaxError && /end of JSON input|Unterminated/.test(error.message);
    super(
      `the answer is no JSON: ${bytes} bytes of ${type ?? 'no content type'}${broken ? ', which end too early' : ''}`,
    );
    this.#text = text;
  }

  get text(): string {
    return this.#text;
  }
}
