// Adds a throttle to a service's draft as its author wrote it: comments, order and everything else stay.
import { ask, path } from '../../api/client.ts';
import { ApiError } from '../../api/problem.ts';

export interface NewThrottle {
  readonly resources?: readonly string[];
  readonly limit: string;
  readonly mode?: 'shadow';
}

/** Puts the draft only over the one that was read: what somebody saves in between is not lost, the API answers 412. */
export async function addThrottle(service: string, name: string, rule: NewThrottle): Promise<void> {
  const [{ text, etag }, { withThrottle }] = await Promise.all([draftOf(service), import('./draft-text.ts')]);
  await ask(path`/v1/services/${service}/draft`, {
    method: 'PUT',
    body: withThrottle(text, name, rule),
    headers: {
      'content-type': 'application/yaml',
      ...(etag === undefined ? { 'if-none-match': '*' } : { 'if-match': etag }),
    },
  });
}

async function draftOf(service: string): Promise<{ text: string; etag: string | undefined }> {
  try {
    const { body, etag } = await ask<string>(path`/v1/services/${service}/draft`, {
      headers: { accept: 'application/yaml' },
    });
    return { text: body ?? '', etag };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    // There is none yet: the first has this rule alone.
    return { text: `apiVersion: flyball/v1\nservice: ${service}\n`, etag: undefined };
  }
}
