// The access policy: finds out who a web request is from, and refuses those the rules do not let in.
import { Refused } from '../kernel/errors.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { errorFields } from '../kernel/logger.ts';
import type { Policy } from '../kernel/policy.ts';
import type { RuleDocument } from '../kernel/rules/document.ts';
import { parseDuration } from '../kernel/units.ts';
import { judge, keyReader, signatureReader, verifier, type Compiled, type Judgement } from './judge.ts';
import { keyFetchOf, KeySet } from './key-set.ts';
import { compileLists } from './lists.ts';
import { undecided, ungoverned, unrecognised } from './refused.ts';
import { compileRoles } from './roles.ts';
import { compileToken } from './token.ts';

const DEFAULT_KEEP_MS = 600_000;
const DEFAULT_SIGNED_LEEWAY_MS = 5_000;

/** Admits what the rules admit; without access rules, everybody. */
export const accessPolicy = policyOf(false);
/** The same, and nobody while no access rules are enforced. */
export const requiredAccessPolicy = policyOf(true);

function policyOf(required: boolean): Policy<Compiled | undefined> {
  return {
    name: 'access',
    compile,
    before(invocation, compiled) {
      // What comes by other ways is let in by IAM: whoever may invoke, send or publish.
      if (invocation.trigger.kind !== 'http') {
        // No rule could be asked about what nobody knows the shape of.
        if (required && invocation.trigger.byOutsider) refuse(invocation, unrecognised());
        return undefined;
      }
      if (required && (!compiled || compiled.shadow)) refuse(invocation, ungoverned());
      if (!compiled) return undefined;
      return compiled.shadow ? observe(invocation, compiled) : enforce(invocation, compiled);
    },
  };
}

function compile({ access }: RuleDocument, instance: Instance): Compiled | undefined {
  if (!access || access.mode === 'disabled') return undefined;
  const { jwt, apiKeys, signed } = access;
  for (const load of [jwt && verifier, apiKeys && keyReader, signed && signatureReader]) load?.().catch(() => {});
  return {
    lists: compileLists(access),
    shadow: access.mode === 'shadow',
    required: access.require,
    token: jwt && {
      settings: compileToken(jwt),
      keySet: keySetOf(instance, jwt.jwksUri),
      rolesOf: jwt.roles === undefined ? undefined : compileRoles(jwt.roles),
    },
    apiKeys: apiKeys && { keepForMs: durationOr(apiKeys.keepFor, DEFAULT_KEEP_MS) },
    signed: signed && { leewayMs: durationOr(signed.leeway, DEFAULT_SIGNED_LEEWAY_MS) },
  };
}

const durationOr = (text: string | undefined, ms: number) => (text === undefined ? ms : parseDuration(text));

/** The issuer's keys as this instance knows them: the same after a publish that did not change where they are. */
function keySetOf(instance: Instance, uri: string): KeySet {
  const known = instance.state(compile, () => ({ uri: '', keySet: undefined as KeySet | undefined }));
  if (known.uri !== uri || !known.keySet) {
    known.uri = uri;
    known.keySet = new KeySet(uri, instance.clock, keyFetchOf(instance), instance.logger);
  }
  return known.keySet;
}

/** An error of ours is contained here, by refusing: the kernel would go on without us. */
function enforce(invocation: Invocation, compiled: Compiled): void | Promise<void> {
  try {
    const judged = judge(invocation, compiled);
    if (judged instanceof Promise) {
      return judged
        .catch((error: unknown) => failed(invocation, error))
        .then((judgement) => obey(invocation, judgement));
    }
    obey(invocation, judged);
  } catch (error) {
    if (error instanceof Refused) throw error;
    obey(invocation, failed(invocation, error));
  }
  return undefined;
}

function obey(invocation: Invocation, { principal, signedBy, refused }: Judgement): void {
  invocation.principal = principal;
  // Of a call that is not let in nothing is believed.
  if (!refused) invocation.signedBy = signedBy;
  if (refused) refuse(invocation, refused);
}

function refuse({ instance, resource }: Invocation, refused: Refused): never {
  instance.recorder.refusal('access', refused.rule, resource.name, 1, false);
  throw refused;
}

function failed({ instance }: Invocation, error: unknown): Judgement {
  instance.recorder.internal('access:failed');
  instance.logger.error('flyball could not decide on access', errorFields(error));
  return { principal: undefined, refused: undecided() };
}

/** Judges beside the handler, and only tells: nobody waits for it, nobody is known by it. */
function observe(invocation: Invocation, compiled: Compiled): void {
  const { instance, resource, requestId } = invocation;
  void instance.syncs.start(`access-shadow:${requestId}`, async () => {
    const { refused } = await judge(invocation, compiled);
    if (refused) instance.recorder.refusal('access', refused.rule, resource.name, 1, true);
  });
}
