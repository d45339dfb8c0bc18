// What a route answers, and how it is made.
import { isUtf8 } from 'node:buffer';

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Left out for answers without a body. */
  readonly body?: string;
  /** The body is bytes, in base64. */
  readonly base64?: true;
}

interface ResponseOptions {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export function json(value: unknown, options: ResponseOptions = {}): ApiResponse {
  return text(JSON.stringify(value), 'application/json', options);
}

export function text(body: string, contentType: string, options: ResponseOptions = {}): ApiResponse {
  return { status: options.status ?? 200, headers: { 'content-type': contentType, ...options.headers }, body };
}

/** Bytes as they are: as text where they are UTF-8, since not every gateway is told to pass on others. */
export function bytes(body: Uint8Array, options: ResponseOptions = {}): ApiResponse {
  const buffer = Buffer.from(body);
  if (isUtf8(buffer)) return text(buffer.toString('utf8'), 'text/plain; charset=utf-8', options);
  return { ...text(buffer.toString('base64'), 'text/plain', options), base64: true };
}

/** 304: what the caller has, by this ETag, still stands. */
export function notModified(etag: string): ApiResponse {
  return { status: 304, headers: { etag } };
}
