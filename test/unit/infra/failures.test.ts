// A function that fails in the local world costs its caller what it would on AWS.
import { beforeEach, describe, expect, it } from 'vitest';
import { failAsOnAws, type LocalFunction } from '../../../infra/local/failures.ts';
import { Rooms } from '../../../infra/local/rooms.ts';

class LambdaTimeoutError extends Error {}

/** As serverless-offline's: a pool behind it, and asking by name asks by key. */
class Lambda {
  readonly pool: LocalFunction[] = [];
  run: () => Promise<unknown> = () => Promise.resolve({ statusCode: 201 });

  get(_key: string): LocalFunction {
    const idle = this.pool.find(({ status }) => status === 'IDLE');
    if (idle) return idle;
    const made: LocalFunction = {
      functionName: 'flyball-local-orders',
      status: 'IDLE',
      setEvent: () => undefined,
      setClientContext: () => undefined,
      runHandler: () => this.run(),
    };
    this.pool.push(made);
    return made;
  }

  getByFunctionName(name: string): LocalFunction {
    return this.get(name);
  }
}

let lambda: Lambda;
let said: string[];

beforeEach(() => {
  // A class of its own for each test, since the class itself is changed.
  const Fresh = class extends Lambda {};
  said = [];
  failAsOnAws(Fresh, (message) => said.push(message), new Rooms(2), new Set(['authorizer']));
  lambda = new Fresh();
});

describe('behind HTTP', () => {
  it('what a function answers passes unchanged', async () => {
    expect(await lambda.get('orders').runHandler()).toEqual({ statusCode: 201 });
    expect(said).toEqual([]);
  });

  it('a function that throws is a 500 without its stack, which is logged with its name', async () => {
    lambda.run = () => Promise.reject(new Error('no such order book'));
    expect(await lambda.get('orders').runHandler()).toMatchObject({
      statusCode: 500,
      body: '{"message":"Internal Server Error"}',
    });
    expect(said).toEqual([expect.stringMatching(/^flyball-local-orders threw: Error: no such order book\n +at /)]);
  });

  it('an authorizer may say that a caller is unauthorized, and nobody else may', async () => {
    lambda.run = () => Promise.reject(new Error('Unauthorized'));
    await expect(lambda.get('authorizer').runHandler()).rejects.toThrow('Unauthorized');
    expect(await lambda.get('orders').runHandler()).toMatchObject({ statusCode: 500 });
    lambda.run = () => Promise.reject(new Error('broken'));
    expect(await lambda.get('authorizer').runHandler()).toMatchObject({ statusCode: 500 });
  });

  it('a function that outlives its time is a 503, logged with its name', async () => {
    lambda.run = () => Promise.reject(new LambdaTimeoutError('[504] - Lambda timeout.'));
    expect(await lambda.get('orders').runHandler()).toMatchObject({
      statusCode: 503,
      body: '{"message":"Service Unavailable"}',
    });
    expect(said).toEqual(['flyball-local-orders did not answer in its time: that instance is ended']);
  });
});

describe('an invoke', () => {
  it('meets the error itself', async () => {
    lambda.run = () => Promise.reject(new Error('no such order book'));
    await expect(lambda.getByFunctionName('flyball-local-orders').runHandler()).rejects.toThrow('no such order book');
  });
});

describe('an instance', () => {
  it.each(['get', 'getByFunctionName'] as const)('that timed out is given no more work (%s)', async (by) => {
    lambda.run = () => Promise.reject(new LambdaTimeoutError('[504] - Lambda timeout.'));
    await lambda[by]('orders')
      .runHandler()
      .catch(() => undefined);
    lambda.run = () => Promise.resolve('well');
    expect(await lambda[by]('orders').runHandler()).toBe('well');
    expect(lambda.pool.map(({ status }) => status)).toEqual(['ENDED', 'IDLE']);
  });

  it('that only threw is used again', async () => {
    lambda.run = () => Promise.reject(new Error('once'));
    await lambda.get('orders').runHandler();
    await lambda.get('orders').runHandler();
    expect(lambda.pool).toHaveLength(1);
  });
});

describe('calls of one function at once', () => {
  it('run as many as there is room for; the others wait their turn and get an instance of those that are done', async () => {
    const finish: (() => void)[] = [];
    const ran: number[] = [];
    lambda.run = () => new Promise((resolve) => finish.push(() => resolve({ statusCode: 200 })));
    const answers = [0, 1, 2, 3].map(async (n) => {
      await lambda.get('orders').runHandler();
      ran.push(n);
    });
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    await turn();
    expect(finish).toHaveLength(2);
    for (let done = 0; done < 4; done++) {
      finish[done]?.();
      await turn();
    }
    await Promise.all(answers);
    expect(ran).toEqual([0, 1, 2, 3]);
  });

  it('never hold each other up across functions', async () => {
    lambda.run = () => new Promise(() => {});
    void lambda.get('payments').runHandler();
    void lambda.get('payments').runHandler();
    lambda.run = () => Promise.resolve({ statusCode: 201 });
    expect(await lambda.get('orders').runHandler()).toEqual({ statusCode: 201 });
  });

  it('give their room back when they fail', async () => {
    lambda.run = () => Promise.reject(new Error('once'));
    for (let n = 0; n < 5; n++) expect(await lambda.get('orders').runHandler()).toMatchObject({ statusCode: 500 });
  });
});

describe('an invocation that is traced', () => {
  const wrapped: unknown[] = [];
  const seen: string[] = [];

  class Traced extends Lambda {
    override get(key: string): LocalFunction {
      return { ...super.get(key), setClientContext: (context) => void wrapped.push(context) };
    }
  }

  beforeEach(() => {
    wrapped.length = 0;
    seen.length = 0;
    const Fresh = class extends Traced {};
    failAsOnAws(Fresh, () => undefined, new Rooms(1), new Set(), {
      begin: (key) => ({
        withHeader: (clientContext) => ({ header: key, clientContext }),
        started: () => void seen.push('started'),
        ended: (name, error) => void seen.push(`${name} ${error instanceof Error ? error.message : 'well'}`),
      }),
    });
    lambda = new Fresh();
  });

  it('is told its trace, and how it ended is reported', async () => {
    await lambda.get('orders').runHandler();
    expect(wrapped).toEqual([{ header: 'orders', clientContext: undefined }]);
    expect(seen).toEqual(['started', 'flyball-local-orders well']);
  });

  it('that throws is reported as what it threw', async () => {
    lambda.run = () => Promise.reject(new Error('no such order book'));
    await lambda.get('orders').runHandler();
    expect(seen).toEqual(['started', 'flyball-local-orders no such order book']);
  });
});
