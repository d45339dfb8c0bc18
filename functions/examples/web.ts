// HTTP answers of the example functions: JSON, and problems as RFC 9457 has them.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

export type Answer = APIGatewayProxyStructuredResultV2;

export function json(statusCode: number, body: object): Answer {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** A problem; `errors` say which field is wrong and why. */
export function problem(statusCode: number, title: string, detail: string, errors: readonly FieldError[] = []): Answer {
  return {
    statusCode,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify({
      type: 'about:blank',
      title,
      status: statusCode,
      detail,
      ...(errors.length > 0 ? { errors } : {}),
    }),
  };
}

export interface FieldError {
  readonly field: string;
  readonly reason: string;
}

/** 400, naming each field. */
export function invalid(errors: readonly FieldError[]): Answer {
  const detail = errors.map(({ field, reason }) => `${field} ${reason}`).join('; ');
  return problem(400, 'Bad Request', detail, errors);
}

/** More than any request of the examples needs. */
const LARGEST_BODY_BYTES = 16 * 1024;

/** The body as a JSON object; undefined for anything else. Only own, expected fields should be read from it. */
export function bodyOf(event: APIGatewayProxyEventV2): Readonly<Record<string, unknown>> | undefined {
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > LARGEST_BODY_BYTES) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
