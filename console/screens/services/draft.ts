// Adds a throttle to a service's draft as its author wrote it: comments, order and everything else stay where that can be.
import { ask, path } from '../../api/client.ts';
import { ownProblem } from '../../api/problem-texts.ts';
import { ApiError } from '../../api/problem.ts';
import type { RuleDocument } from './answers.ts';
import { recordOf } from './applying.ts';
import { withThrottle, type NewThrottle } from './draft-text.ts';
import { isSame } from './same.ts';

/** `rewritten`: it had to be written anew from what it says, without its comments. */
export type Added = 'kept' | 'rewritten';

/** Puts the draft only over the one that was read: what somebody saves in between is not lost, the API answers 412. */
export async function addThrottle(service: string, name: string, rule: NewThrottle): Promise<Added> {
  const { text, document, etag } = await draftOf(service);
  const whole = { ...document, throttles: { ...recordOf(document['throttles']), [name]: rule } };
  const made = withThrottle(text, name, rule);
  if (made !== undefined) {
    const put = await putDraft(service, made, etag);
    if (isSame(put.document, whole)) return 'kept';
    await putDraft(service, JSON.stringify(whole), put.etag);
  } else {
    await putDraft(service, JSON.stringify(whole), etag);
  }
  return 'rewritten';
}

async function putDraft(service: string, text: string, etag: string | undefined) {
  const answer = await ask<RuleDocument>(path`/v1/services/${service}/draft`, {
    method: 'PUT',
    body: text,
    headers: {
      'content-type': 'application/yaml',
      ...(etag === undefined ? { 'if-none-match': '*' } : { 'if-match': etag }),
    },
  });
  return { document: answer.body, etag: answer.etag };
}

interface Draft {
  readonly text: string;
  readonly document: RuleDocument;
  readonly etag: string | undefined;
}

async function draftOf(service: string): Promise<Draft> {
  const at = path`/v1/services/${service}/draft`;
  try {
    const [text, document] = await Promise.all([
      ask<string>(at, { headers: { accept: 'application/yaml' } }),
      ask<RuleDocument>(at),
    ]);
    // Somebody saves it at this very moment.
    if (text.etag !== document.etag) throw ownProblem(412, 'DRAFT_CHANGED');
    return { text: text.body ?? '', document: document.body ?? {}, etag: text.etag };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    // There is none yet: the first has this rule alone.
    const document = { apiVersion: 'flyball/v1', service };
    return { text: `apiVersion: flyball/v1\nservice: ${service}\n`, document, etag: undefined };
  }
}
