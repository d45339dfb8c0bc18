// Which invocations of an instance run under a gray revision; loaded with the first head that names one.
import { grayOf, type Gray } from '../../../store/items/gray.ts';
import type { RulesHead } from '../../../store/items/rules-read.ts';
import type { Instance } from '../instance.ts';
import type { Invocation } from '../invocation.ts';
import { partOf, type Part } from '../key.ts';
import { clientOf } from '../principal.ts';
import { claimOf, headerValuesOf } from '../request.ts';
import { compileResources } from '../resources.ts';
import { isObject, textOf } from '../trigger.ts';
import type { ResourceRule } from './document.ts';
import type { LiveRules } from './live.ts';
import type { Snapshot } from './snapshot.ts';

/** Whether an invocation that begins runs under the gray revision, as it will to its end. */
export type Takes = (invocation: Invocation) => boolean;

/** An instance's part of a gray publication. */
export interface GrayPart {
  /** The gray revision as a head would name it. */
  readonly target: RulesHead;
  /** Undefined when all of this instance's invocations are in it. */
  readonly takes: Takes | undefined;
}

/** All basis points. */
const WHOLE = 10_000;

/**
 * Follows a head with a gray publication. An instance all of whose invocations are in it holds the gray revision alone;
 * one that tells them apart holds both. What cannot be compiled here, or needs a newer library, is said so once, and
 * everything goes on under what the rest of the fleet runs.
 */
export async function followGray(
  head: RulesHead,
  rules: LiveRules,
  instance: Instance,
  signal: AbortSignal,
): Promise<void> {
  const part = grayPartOf(head, instance);
  if (!part) return rules.build(head, signal, (snapshot) => rules.follow(head, snapshot));
  const { target, takes } = part;
  const refused = instance.state(REFUSED, () => ({ revision: 0, publishedAt: 0 }));
  let gray = [rules.snapshot, rules.beside?.snapshot].find((snapshot) => snapshot && isSame(snapshot.origin, target));
  let failure: { readonly error: unknown } | undefined;
  const take = (snapshot: Snapshot | undefined) => {
    gray = snapshot;
    if (!gray) Object.assign(refused, { revision: target.revision, publishedAt: target.publishedAt });
    else if (!takes) rules.follow(head, gray);
  };
  if (gray) take(gray);
  else if (!isSame(refused, target)) {
    await rules.build(target, signal, take, takes !== undefined).catch((error: unknown) => (failure = { error }));
  }
  if (gray && !takes) return;
  const beside = gray && takes ? { snapshot: gray, takes } : undefined;
  await rules.build(head, signal, (snapshot) => rules.follow(head, snapshot, beside));
  if (!failure) return;
  // What the rest of the fleet runs is in force here too; the gray revision is asked for again.
  rules.lookAgain();
  throw failure.error;
}

/** The gray revision that this instance has refused, and said so. */
const REFUSED = {};

function isSame(one: Identity, other: Identity): boolean {
  return one.revision === other.revision && one.publishedAt === other.publishedAt;
}

type Identity = Pick<RulesHead, 'revision' | 'publishedAt'>;

/** Undefined when no invocation of this instance is in it, or a newer flyball selects in a way this one does not know. */
export function grayPartOf(head: RulesHead, instance: Instance): GrayPart | undefined {
  const gray = grayOf(head.gray);
  if (!gray) return undefined;
  const conditions = [byVersion(gray, instance), byShare(gray, instance), byMatch(gray, instance)];
  if (conditions.includes(false)) return undefined;
  const asked = conditions.filter((condition) => typeof condition === 'function');
  const { revision, needs, startedAt } = gray;
  return {
    target: { seq: head.seq, revision, publishedAt: startedAt, ...(needs === undefined ? {} : { needs }) },
    takes: asked.length === 0 ? undefined : contained((invocation) => asked.every((takes) => takes(invocation))),
  };
}

/** An event that nobody can read is not in it. */
function contained(takes: Takes): Takes {
  return (invocation) => {
    try {
      return takes(invocation);
    } catch {
      return false;
    }
  };
}

/** True or false for what is known of the instance as a whole. */
type Condition = Takes | boolean;

/** An instance knows its version; by which alias it is invoked each invocation tells. */
function byVersion({ versions }: Gray, { functionVersion }: Instance): Condition {
  if (!versions || versions.includes(functionVersion)) return true;
  const aliases = new Set(versions.filter((version) => !/^(\$LATEST|[0-9]+)$/.test(version)));
  if (aliases.size === 0) return false;
  return ({ context }) => aliases.has(context.invokedFunctionArn?.split(':')[7] ?? '');
}

function byShare({ by, key = '', share, revision }: Gray, { service, id }: Instance): Condition {
  const isIn = (value: string) => share === undefined || isInShare(share, `${service}\n${revision}\n${value}`);
  if (by === 'instance') return isIn(id);
  const read = valueOf(key);
  return (invocation) => {
    const value = read(invocation);
    return value !== undefined && isIn(value);
  };
}

function byMatch({ match }: Gray, { service, functionName }: Instance): Condition {
  if (!match) return true;
  // Only what was validated as a resource's match is ever published.
  const rule = { match: match as ResourceRule['match'] };
  const table = compileResources({ apiVersion: 'flyball/v1', service, resources: { gray: rule } });
  return ({ trigger }) => table.of(trigger, functionName).name === 'gray';
}

/**
 * Whether a text is in the share, in basis points. A larger share has all of a smaller one: a text's place among the
 * 2³² there are is its own. FNV-1a, mixed to its last bit as MurmurHash3 does: names of instances differ by little.
 */
export function isInShare(share: number, text: string): boolean {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return ((hash >>> 0) / 2 ** 32) * WHOLE < share;
}

/**
 * As a throttle reads its key, but before anybody has verified a token: under which of two published revisions a request
 * runs is no permission, and both make sure of the caller.
 */
function valueOf(key: string): Part {
  const part = partOf(key);
  if (key === 'client') {
    return (invocation) => {
      const subject = saidBy(invocation.event, 'sub');
      return subject === undefined ? clientOf(invocation) : `sub:${subject}`;
    };
  }
  if (!key.startsWith('claim:')) return part;
  const name = key.slice('claim:'.length);
  return ({ event }) => saidBy(event, name);
}

/** A claim of the token that the gateway has verified, else of the one that the request carries. */
function saidBy(event: unknown, name: string): string | undefined {
  const verified = claimOf(event, name);
  if (verified !== undefined) return verified;
  const [payload = ''] = headerValuesOf(event, 'authorization').flatMap((value) => TOKEN.exec(value)?.[1] ?? []);
  if (payload === '') return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    return isObject(claims) && Object.hasOwn(claims, name) ? textOf(claims[name]) : undefined;
  } catch {
    return undefined;
  }
}

/** Nobody has verified it yet, callers send what they like, and reading it costs the more the longer it is. */
const TOKEN = /^bearer +[\w-]{1,1024}\.([\w-]{1,2048})\./i;
