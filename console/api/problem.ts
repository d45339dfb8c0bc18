// What the API said no with (RFC 9457), as an Error that a screen can show.
/** `path` is a JSON pointer into what was sent. */
export interface FieldError {
  readonly path: string;
  readonly reason: string;
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** The problem's stable code, e.g. `ROLE_TOO_LOW`; of no answer `UNREACHABLE`, `NO_ANSWER` or `BROKEN_ANSWER`. */
  readonly code: string;
  readonly errors: readonly FieldError[];
  /** All that the problem says, for what only one screen knows. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, code: string, detail: string, body: Record<string, unknown> = {}, retryAfterMs?: number) {
    super(detail);
    this.status = status;
    this.code = code;
    this.body = body;
    this.errors = Array.isArray(body['errors']) ? (body['errors'] as FieldError[]) : [];
    this.retryAfterMs = retryAfterMs;
  }
}

export async function problemOf(response: Response): Promise<ApiError> {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1_000 : undefined;
  let body: Record<string, unknown> = {};
  try {
    const parsed: unknown = await response.json();
    if (typeof parsed === 'object' && parsed !== null) body = parsed as Record<string, unknown>;
  } catch {
    // A gateway answers with text: the status has to do.
  }
  const { code, detail, title, error } = body;
  // The management API of checks says it in `error`, as healthchecks.io does.
  const said = [detail, error, title, response.statusText].find((one) => typeof one === 'string') ?? '';
  return new ApiError(
    response.status,
    typeof code === 'string' ? code : `HTTP_${String(response.status)}`,
    said === '' ? `HTTP ${String(response.status)}` : said,
    body,
    retryAfterMs,
  );
}
