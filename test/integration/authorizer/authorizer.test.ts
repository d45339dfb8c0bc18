// The authorizer in front of a fleet, over the emulated DynamoDB: rules published as they are, one limit for both APIs.
import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Answer } from '../../../functions/authorizer/answers.ts';
import { createAuthorizer } from '../../../functions/authorizer/authorizer.ts';
import { servicesOf } from '../../../functions/authorizer/routes.ts';
import { systemRandom, type Clock } from '../../../middleware/kernel/clock.ts';
import { makeInstance } from '../../../middleware/kernel/instances.ts';
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import type { Table } from '../../../store/port.ts';
import { authorizerV1, authorizerV2 } from '../../support/events-authorizer.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { silentLogger, testContext } from '../../support/instance.ts';
import { AUDIENCE, ISSUER, keySetOf, serveKeys, signingKey, tokenOf } from '../../support/issuer.ts';
import type { IssuerServer, SigningKey } from '../../support/issuer.ts';
import { createTable } from '../table.ts';

let table: Table;
let key: SigningKey;
let issuer: IssuerServer;
beforeAll(async () => {
  [table, key] = await Promise.all([createTable(inject('dynamodb')).then(({ signed }) => signed), signingKey('k1')]);
});
beforeEach(async () => {
  issuer = await serveKeys(await keySetOf(key));
});
afterEach(() => issuer.close());

/** Time stands still: a busy machine is no store that is away. */
const still = fakeClock();

/** Several environments of one authorizer function. */
function fleet(
  size: number,
  rules: Omit<RuleDocument, 'apiVersion' | 'service'>,
  store: Table = patient(),
  clock: Clock = still,
) {
  const service = `hello-${randomUUID().slice(0, 8)}`;
  return Array.from({ length: size }, (_, i) => {
    const instance = makeInstance({
      service,
      id: `instance-${i}`,
      clock,
      random: systemRandom,
      table: store,
      logger: silentLogger,
      functionName: 'flyball-test-authorizer',
      functionVersion: '$LATEST',
      bootstrap: { apiVersion: 'flyball/v1', service, ...rules },
    });
    const authorize = createAuthorizer({
      services: servicesOf({ FLYBALL_SERVICE: service }),
      governing: () => ({ service, instance }),
      accessRequired: false,
      logger: silentLogger,
    });
    return (event: unknown) => authorize(event, testContext(clock));
  });
}

function admitted(answer: Answer): boolean {
  return 'isAuthorized' in answer ? answer.isAuthorized : effectOf(answer) === 'Allow';
}

const effectOf = ({ policyDocument }: Exclude<Answer, { isAuthorized: boolean }>) =>
  policyDocument.Statement[0]?.Effect;

/** The emulator may be slow on a busy machine. */
const patient = (): Table => ({ ...table, update: (request) => table.update({ ...request, timeoutMs: 60_000 }) });

const request = { method: 'GET', path: '/hello', headers: { 'x-api-key': 'k-1' } };

describe('a quota', () => {
  it('is one for the whole fleet and for both kinds of API, and tells what is left', async () => {
    const [first, second] = fleet(2, {
      throttles: { monthly: { algorithm: 'fixed-window', limit: '3/month', key: ['header:x-api-key'] } },
    });
    if (!first || !second) throw new Error('there are two');
    const answers = [
      await first(authorizerV2(request)),
      await second(authorizerV1(request)),
      await first(authorizerV1(request)),
      await second(authorizerV2(request)),
    ];
    expect(answers.map(admitted)).toEqual([true, true, true, false]);
    expect(answers.slice(0, 3).map(({ context }) => context?.['remaining'])).toEqual([2, 1, 0]);
    expect(answers[3]?.context).toMatchObject({ status: 429, refusedBy: 'throttle', rule: 'monthly' });
    expect(admitted(await first(authorizerV2({ ...request, headers: { 'x-api-key': 'k-2' } })))).toBe(true);
  });
});

describe('a throttle', () => {
  it('admits exactly its burst of forty requests at once', async () => {
    const authorizers = fleet(8, { throttles: { each: { limit: '5/10s', key: ['client'] } } });
    const answers = await Promise.all(
      authorizers.flatMap((ask) =>
        Array.from({ length: 5 }, (_, i) => ask(i % 2 ? authorizerV2(request) : authorizerV1(request))),
      ),
    );
    expect(answers.filter(admitted)).toHaveLength(5);
  });

  it('counts by the verified caller, wherever it comes from', async () => {
    const access = { require: ['jwt' as const], jwt: { issuer: ISSUER, audience: AUDIENCE, jwksUri: issuer.jwksUri } };
    const [ask] = fleet(1, { access, throttles: { each: { limit: '1/10s', key: ['client'] } } });
    if (!ask) throw new Error('there is one');
    const by = async (sub: string, sourceIp: string) => {
      const token = await tokenOf(key, still.now(), { sub });
      return ask(authorizerV2({ ...request, sourceIp, headers: { authorization: `Bearer ${token}` } }));
    };
    expect(await by('ada', '192.0.2.1')).toMatchObject({ isAuthorized: true, context: { client: 'ada' } });
    expect(await by('ada', '192.0.2.2')).toMatchObject({ isAuthorized: false, context: { status: 429 } });
    expect(await by('bob', '192.0.2.1')).toMatchObject({ isAuthorized: true, context: { client: 'bob' } });
    await expect(ask(authorizerV2(request))).rejects.toThrow(/^Unauthorized$/);
  });
});

describe('a store that is away', () => {
  const refuse = () => Promise.reject(new Error('connection refused'));
  const away: Table = { get: refuse, put: refuse, update: refuse, delete: refuse, query: refuse };

  it('keeps no request waiting, and is no reason to refuse one', async () => {
    // In a time that stands still: whoever waited for some of it to pass would wait for ever.
    const [ask] = fleet(1, {}, away, fakeClock());
    expect(await ask?.(authorizerV2(request))).toMatchObject({ isAuthorized: true });
  });
});
