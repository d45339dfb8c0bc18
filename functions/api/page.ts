// Pages of lists: `?limit=` and an opaque `?cursor=` that is good for the list it came from and no other.
import { badRequest } from './problem.ts';
import type { OpenRequest } from './request.ts';

const DEFAULT_LIMIT = 50;
const LARGEST_LIMIT = 200;
const LONGEST_CURSOR = 2048;

export interface PageWanted {
  readonly limit: number;
  /** The store's own cursor. */
  readonly cursor?: string;
}

/**
 * The page a request asks for. `list` names the list, e.g. `revisions:orders`.
 * @throws {Problem} 400 for a limit that is no number in range, or a cursor of another list or of nobody's making.
 */
export function pageOf(request: OpenRequest, list: string): PageWanted {
  const limit = limitOf(request.query.get('limit'));
  const given = request.query.get('cursor');
  return given === null ? { limit } : { limit, cursor: openCursor(given, list) };
}

/** The cursor to hand out for the store's. */
export function sealCursor(list: string, cursor: string): string {
  return Buffer.from(JSON.stringify([list, cursor])).toString('base64url');
}

function openCursor(given: string, list: string): string {
  const opened = given.length > LONGEST_CURSOR ? undefined : parsed(Buffer.from(given, 'base64url').toString('utf8'));
  if (!Array.isArray(opened) || opened.length !== 2 || opened[0] !== list || typeof opened[1] !== 'string') {
    throw badRequest('The cursor is not one that this list gave; start again without it.');
  }
  return opened[1];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function limitOf(text: string | null): number {
  if (text === null) return DEFAULT_LIMIT;
  const limit = /^[0-9]{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > LARGEST_LIMIT) {
    throw badRequest(`limit is a number from 1 to ${LARGEST_LIMIT}, not "${text.slice(0, 32)}".`);
  }
  return limit;
}
