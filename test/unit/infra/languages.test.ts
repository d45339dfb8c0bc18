// Functions in other languages are part of the local world where the machine can run them.
import { describe, expect, it } from 'vitest';
import { authorizersOf, leaveOutPython } from '../../../infra/local/languages.ts';
import type { FunctionDefinition, Service } from '../../../infra/local/serverless.ts';

function service(): Service {
  const event = { httpApi: { method: 'GET', path: '/hello' } };
  const definition = (runtime?: string): FunctionDefinition => ({
    name: 'flyball-local-x',
    handler: 'x.handler',
    ...(runtime !== undefined && { runtime }),
    events: [event],
  });
  return {
    service: 'flyball',
    provider: {
      region: 'us-east-1',
      stage: 'local',
      httpApi: { authorizers: { flyball: { functionName: 'authorizer' }, byJwt: {} } },
    },
    custom: {},
    functions: { orders: definition(), other: definition('nodejs24.x'), hello: definition('python3.13') },
  };
}

describe('without python3', () => {
  it('functions in Python are reached by nothing, and it is said', () => {
    const world = service();
    const said: string[] = [];
    leaveOutPython(
      world,
      (line) => said.push(line),
      () => false,
    );
    expect(Object.values(world.functions).map(({ events }) => events.length)).toEqual([1, 1, 0]);
    expect(said).toEqual(['flyball-local-x is left out: this machine has no python3']);
  });

  it('nothing is said when there is none in Python', () => {
    const { orders, other } = service().functions;
    const functions = { ...(orders && { orders }), ...(other && { other }) };
    const said: string[] = [];
    leaveOutPython(
      { ...service(), functions },
      (line) => said.push(line),
      () => false,
    );
    expect(said).toEqual([]);
  });
});

describe('with python3', () => {
  it('all functions are there', () => {
    const world = service();
    leaveOutPython(
      world,
      () => {},
      () => true,
    );
    expect(Object.values(world.functions).map(({ events }) => events.length)).toEqual([1, 1, 1]);
  });
});

describe('authorizers', () => {
  it('are the functions that the API names as such', () => {
    expect([...authorizersOf(service())]).toEqual(['authorizer']);
  });
});
