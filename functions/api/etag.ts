// Entity tags: conditional reads (304) and writes (412), RFC 9110.
import type { OpenRequest } from './request.ts';

/** A strong entity tag as headers have it. */
export function quoted(tag: string): string {
  return `"${tag}"`;
}

/** What a conditional header names: any (`*`), or these strong tags, without quotes. Undefined when it was not sent. */
export type Tags = '*' | readonly string[] | undefined;

/** `If-Match`: compared strongly, so that weak tags match nothing. */
export function ifMatch(request: OpenRequest): Tags {
  return tagsOf(request.headers.get('if-match'), false);
}

/** `If-None-Match`: compared weakly, since gateways weaken what they compress. */
export function ifNoneMatch(request: OpenRequest): Tags {
  return tagsOf(request.headers.get('if-none-match'), true);
}

/** Whether a header's tags include this one. */
export function includes(tags: Tags, tag: string): boolean {
  return tags === '*' || (tags?.includes(tag) ?? false);
}

function tagsOf(header: string | undefined, weakToo: boolean): Tags {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return '*';
  const tags: string[] = [];
  for (const [, weak, tag = ''] of header.matchAll(/(W\/)?"([^"]*)"/g)) {
    if (weakToo || weak === undefined) tags.push(tag);
  }
  return tags;
}
