// A gray publication on the head of a service's rules: the revision that part of the fleet is given, and which part.
import type { Item } from '../port.ts';

export interface Gray {
  readonly revision: number;
  /** The oldest library that understands the whole document; absent when every library does. */
  readonly needs?: string;
  /** ms since the epoch. */
  readonly startedAt: number;
  /** What the share is a share of: instances, or values of a request key. */
  readonly by: 'instance' | 'key';
  /** The request key, e.g. `client` or `header:x-tenant`. */
  readonly key?: string;
  /** In basis points, 0 to 10,000; absent when only versions or a match decide. */
  readonly share?: number;
  /** Lambda function versions or names of aliases. */
  readonly versions?: readonly string[];
  /** The shape of a resource's `match`. */
  readonly match?: Readonly<Record<string, string>>;
  /** Index into the plan's steps. */
  readonly step: number;
}

/** What a publisher says of the part of the fleet; the rest follows from the publication. */
export type GrayTerms = Pick<Gray, 'by' | 'key' | 'share' | 'versions' | 'match'>;

const KNOWN = new Set(['revision', 'needs', 'startedAt', 'by', 'key', 'share', 'versions', 'match', 'step']);

/**
 * Undefined for what this library does not understand all of: who does not know which part of the fleet is meant is not
 * part of it.
 */
export function grayOf(value: Item[string]): Gray | undefined {
  if (!isMap(value) || !Object.keys(value).every((name) => KNOWN.has(name))) return undefined;
  const { revision, needs, startedAt, by, key, share, versions, match, step } = value;
  if (typeof revision !== 'number' || typeof startedAt !== 'number' || typeof step !== 'number') return undefined;
  if (by !== 'instance' && by !== 'key') return undefined;
  if ((by === 'key') !== (typeof key === 'string') || !isOptionalText(key) || !isOptionalText(needs)) return undefined;
  if (share !== undefined && (typeof share !== 'number' || !(share >= 0 && share <= 10_000))) return undefined;
  if (versions !== undefined && !(Array.isArray(versions) && versions.every(isText))) return undefined;
  if (match !== undefined && !isTexts(match)) return undefined;
  return {
    revision,
    startedAt,
    by,
    step,
    ...(needs === undefined ? {} : { needs }),
    ...(key === undefined ? {} : { key }),
    ...(share === undefined ? {} : { share }),
    ...(versions === undefined ? {} : { versions }),
    ...(match === undefined ? {} : { match }),
  };
}

/** As the head holds it. */
export function packGray({ versions, match, ...rest }: Gray): Item {
  return { ...rest, ...(versions ? { versions: [...versions] } : {}), ...(match ? { match: { ...match } } : {}) };
}

const isText = (value: Item[string]): value is string => typeof value === 'string';

function isOptionalText(value: Item[string]): value is string | undefined {
  return value === undefined || isText(value);
}

function isTexts(value: Item[string]): value is Record<string, string> {
  return isMap(value) && Object.values(value).every(isText);
}

function isMap(value: Item[string]): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
