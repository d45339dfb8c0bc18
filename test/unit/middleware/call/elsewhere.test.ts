// A resource's fallback asks what its caller asked, and is led by no path out of the resource.
import { describe, expect, it } from 'vitest';
import { events, testGovernor } from '../../../../middleware/testing/index.ts';

const rules = {
  resources: {
    orders: {
      match: { trigger: 'http', method: 'GET', path: '/orders/*' },
      fallback: [{ dependency: 'backup' }, { respond: { status: 503 } }],
    },
  },
  dependencies: { backup: { target: { url: 'https://backup.example/api' } } },
} as const;

async function answered(path: string) {
  using kit = await testGovernor({ service: 'shop', rules });
  kit.respond('backup', { body: { from: 'backup' } });
  const handler = kit.governed(() => {
    throw new Error('down');
  });
  const { statusCode } = await kit.invoke(handler, events.httpV2({ method: 'GET', path }));
  return { statusCode, asked: kit.calls.map(({ path: asked }) => asked) };
}

describe('a step that asks a URL', () => {
  it('asks for the path of the request', async () => {
    expect(await answered('/orders/1')).toEqual({ statusCode: 200, asked: ['/api/orders/1'] });
  });

  it.each(['/orders/%2e%2e/admin', '/orders/..%2fadmin', '/orders/..;/admin', '/orders/.%2E%5cadmin'])(
    'has failed, and hands on to the next, where the path would lead elsewhere: %s',
    async (path) => {
      expect(await answered(path)).toEqual({ statusCode: 503, asked: [] });
    },
  );
});
