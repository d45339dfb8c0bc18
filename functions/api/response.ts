// What a route answers, and how it is made.

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Left out for answers without a body. */
  readonly body?: string;
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

/** 304: what the caller has, by this ETag, still stands. */
export function notModified(etag: string): ApiResponse {
  return { status: 304, headers: { etag } };
}
