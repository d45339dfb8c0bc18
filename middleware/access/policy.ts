// The access policy: finds out who a web request is from, and refuses those the rules do not let in.
import { Refused } from '../kernel/errors.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { errorFields } from '../kernel/logger.ts';
import type { Policy } from '../kernel/policy.ts';
import type { Principal } from '../kernel/principal.ts';
import type { RuleDocument } from '../kernel/rules/document.ts';
import { clientIpOf } from '../kernel/request.ts';
import { addressOf } from './addresses.ts';
import { FETCH_LIMIT_MS, keyFetchOf, KeySet } from './key-set.ts';
import { compileLists, type Facts, type Lists } from './lists.ts';
import { invalidToken, notAdmitted, undecided, ungoverned, unrecognised, unverifiable } from './refused.ts';
import { bearerOf, compileToken, gatewayPrincipalOf, type Token, type TokenSettings } from './token.ts';

interface Compiled {
  readonly lists: Lists;
  readonly shadow: boolean;
  /** Undefined when only the gateway's word counts. */
  readonly token: { readonly settings: TokenSettings; readonly keySet: KeySet } | undefined;
}

/** What is known of the caller, and the refusal if it is not to come in. */
interface Judgement {
  readonly principal: Principal | undefined;
  readonly refused: Refused | undefined;
}

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
  const settings = access.jwt && compileToken(access.jwt);
  if (settings) void verifier().catch(() => {});
  return {
    lists: compileLists(access),
    shadow: access.mode === 'shadow',
    token: settings && { settings, keySet: keySetOf(instance, settings.jwksUri) },
  };
}

/** The issuer's keys as this instance knows them: the same after a publish that did not change where they are. */
function keySetOf(instance: Instance, uri: string): KeySet {
  const known = instance.state(compile, () => ({ uri: '', keySet: undefined as KeySet | undefined }));
  if (known.uri !== uri || !known.keySet) {
    known.uri = uri;
    known.keySet = new KeySet(uri, instance.clock, keyFetchOf(instance), instance.logger);
  }
  return known.keySet;
}

/** Loaded once, when rules first ask for tokens: functions that need none do not pay for it. */
const verifier = () => import('./verify.ts');

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

function obey(invocation: Invocation, { principal, refused }: Judgement): void {
  invocation.principal = principal;
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

/** A promise only if a token must be verified. */
function judge(invocation: Invocation, { lists, token }: Compiled): Judgement | Promise<Judgement> {
  const { trigger, event, resource, instance } = invocation;
  const facts = { resource: resource.name, address: addressOf(clientIpOf(trigger, event)) };
  const { service } = instance;
  if (lists.deniedUnseen(facts)) return { principal: undefined, refused: notAdmitted('deny', service) };
  if (!token) {
    return concluded(lists, { ...facts, principal: lists.askWho ? gatewayPrincipalOf(event) : undefined }, service);
  }
  const bearer = bearerOf(event);
  if (bearer === undefined) return concluded(lists, { ...facts, principal: undefined }, service);
  if (typeof bearer !== 'string') return believed(lists, facts, bearer, service);
  return verify(invocation, token, bearer).then((verified) => believed(lists, facts, verified, service));
}

async function verify(
  { instance, deadlineAt }: Invocation,
  { settings, keySet }: NonNullable<Compiled['token']>,
  bearer: string,
): Promise<Token> {
  const now = instance.clock.now();
  if (keySet.due(now)) void instance.syncs.start('access-keys', (signal) => keySet.refresh(signal));
  const limitMs = Math.max(0, Math.min(FETCH_LIMIT_MS, deadlineAt - now));
  const { verifyToken } = await verifier();
  return verifyToken(bearer, settings, keySet, now, limitMs);
}

/** A token that was sent must be good, also where none is required. */
function believed(lists: Lists, facts: Omit<Facts, 'principal'>, token: Token, service: string): Judgement {
  switch (token.kind) {
    case 'verified':
      return concluded(lists, { ...facts, principal: token.principal }, service);
    case 'invalid':
      return { principal: undefined, refused: invalidToken(token.reason, service) };
    case 'unverifiable':
      return { principal: undefined, refused: unverifiable() };
  }
}

function concluded(lists: Lists, facts: Facts, service: string): Judgement {
  const at = lists.refuses(facts);
  return { principal: facts.principal, refused: at && notAdmitted(at, service) };
}
