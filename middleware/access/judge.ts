// Judges one web request: who it is from, by whatever it carries, and whether the rules let that caller in.
import type { Refused } from '../kernel/errors.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { FETCH_LIMIT_MS } from '../kernel/kept.ts';
import type { Principal } from '../kernel/principal.ts';
import type { AccessRule } from '../kernel/rules/document.ts';
import { clientIpOf, headerValuesOf } from '../kernel/request.ts';
import { addressOf } from './addresses.ts';
import type { KeySet } from './key-set.ts';
import type { Facts, Lists } from './lists.ts';
import {
  crowded,
  invalidKey,
  invalidSignature,
  invalidToken,
  denied,
  notAdmitted,
  unknowable,
  unsignable,
  unverifiable,
} from './refused.ts';
import type { RolesOf } from './roles.ts';
import { bearerOf, gatewayPrincipalOf, type Token, type TokenSettings } from './token.ts';

export interface Compiled {
  readonly lists: Lists;
  readonly shadow: boolean;
  readonly required: AccessRule['require'];
  /** Undefined when only the gateway's word counts. */
  readonly token:
    { readonly settings: TokenSettings; readonly keySet: KeySet; readonly rolesOf: RolesOf | undefined } | undefined;
  /** Undefined when no API keys are taken. */
  readonly apiKeys: { readonly keepForMs: number } | undefined;
  /** Undefined when nobody signs. */
  readonly signed: { readonly leewayMs: number } | undefined;
}

/** What is known of the caller, and the refusal if it is not to come in. */
export interface Judgement {
  readonly principal: Principal | undefined;
  /** The service that has signed the call. */
  readonly signedBy?: string | undefined;
  readonly refused: Refused | undefined;
}

/** Loaded once, when rules first ask for what they do: functions that need none do not pay for it. */
export const verifier = () => import('./verify.ts');
export const keyReader = () => import('./api-keys.ts');
export const signatureReader = () => import('../kernel/signing/index.ts');

/** What callers are known by; a request that has none of these is judged at once. */
const CREDENTIALS = ['authorization', 'x-api-key', 'x-flyball-signature'];
const KEY = /^bearer +fbc_/i;

/** A promise only if something must be verified. */
export function judge(invocation: Invocation, compiled: Compiled): Judgement | Promise<Judgement> {
  const { trigger, event, resource, instance } = invocation;
  const { lists, token, apiKeys, signed } = compiled;
  const facts = { resource: resource.name, address: addressOf(clientIpOf(trigger, event)) };
  if (lists.deniedUnseen(facts)) {
    return { principal: undefined, refused: denied(lists.deniedBy({ ...facts, principal: undefined })) };
  }
  const readsAny = token !== undefined || apiKeys !== undefined || signed !== undefined;
  if (readsAny && CREDENTIALS.some((name) => headerValuesOf(event, name).length > 0)) {
    return identified(invocation, compiled, facts);
  }
  const principal = lists.askWho && !token ? gatewayPrincipalOf(event) : undefined;
  return concluded(compiled, { ...facts, principal }, instance.service);
}

/** What was sent must be good, also where it is not required. */
async function identified(
  invocation: Invocation,
  compiled: Compiled,
  facts: Omit<Facts, 'principal'>,
): Promise<Judgement> {
  const { service } = invocation.instance;
  const signer = await signerOf(invocation, compiled);
  if (signer.refused) return { principal: undefined, refused: signer.refused };
  const holder = await holderOf(invocation, compiled);
  if (holder.refused) return { principal: undefined, refused: holder.refused };
  const person = await personOf(invocation, compiled);
  if (person.refused) return { principal: undefined, refused: person.refused };
  const known = {
    ...facts,
    principal: person.principal ?? holder.principal,
    keyHolder: person.principal && holder.principal,
    signedBy: signer.service,
  };
  return concluded(compiled, known, service);
}

interface Person {
  readonly principal?: Principal | undefined;
  readonly refused?: Refused;
}

async function signerOf(
  invocation: Invocation,
  { signed }: Compiled,
): Promise<{ readonly service?: string; readonly refused?: Refused }> {
  if (!signed) return {};
  const read = await (await signatureReader()).signed(invocation, signed.leewayMs);
  switch (read?.kind) {
    case undefined:
      return {};
    case 'signed':
      return { service: read.caller };
    case 'unsigned':
      return { refused: invalidSignature(read.reason, invocation.instance.service) };
    case 'unverifiable':
      return { refused: unsignable() };
  }
}

async function holderOf(invocation: Invocation, { apiKeys }: Compiled): Promise<Person> {
  if (!apiKeys) return {};
  const read = await (await keyReader()).keyed(invocation, apiKeys.keepForMs);
  switch (read?.kind) {
    case undefined:
      return {};
    case 'known':
      return { principal: read.principal };
    case 'invalid':
      return { refused: invalidKey(invocation.instance.service) };
    case 'unavailable':
      return { refused: unknowable() };
    case 'crowded':
      return { refused: crowded(read.waitMs) };
  }
}

async function personOf(invocation: Invocation, { lists, token, apiKeys }: Compiled): Promise<Person> {
  const { event, instance } = invocation;
  if (!token) return { principal: lists.askWho ? gatewayPrincipalOf(event) : undefined };
  // An API key is none of the issuer's business.
  if (apiKeys && headerValuesOf(event, 'authorization').every((value) => KEY.test(value))) return {};
  const bearer = bearerOf(event);
  if (bearer === undefined) return {};
  const read = typeof bearer === 'string' ? await verify(invocation, token, bearer) : bearer;
  switch (read.kind) {
    case 'verified':
      return { principal: withRoles(read.principal, token.rolesOf) };
    case 'invalid':
      return { refused: invalidToken(read.reason, instance.service) };
    case 'unverifiable':
      return { refused: unverifiable() };
  }
}

function withRoles(principal: Principal, rolesOf: RolesOf | undefined): Principal {
  return rolesOf ? { ...principal, roles: rolesOf(principal.claims) } : principal;
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

function concluded({ lists, required }: Compiled, facts: Facts, service: string): Judgement {
  const at = lists.refuses(facts);
  const { principal, signedBy } = facts;
  return {
    principal: principal ?? (signedBy === undefined ? undefined : serviceOf(signedBy)),
    signedBy,
    refused: at === 'deny' ? denied(lists.deniedBy(facts)) : at && notAdmitted(at, service, required),
  };
}

/** A service that calls for nobody else is itself the caller. */
function serviceOf(id: string): Principal {
  return { id, by: 'signed', claims: { sub: id, iss: 'flyball:service' }, mark: 'service' };
}
