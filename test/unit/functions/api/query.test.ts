import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { paging, serviceParameter, span } from '../../../../functions/api/index.ts';
import { requireQuery } from '../../../../functions/api/query.ts';

const shape = { service: serviceParameter, ...span, ...paging, key: z.array(z.string()).optional() };

function faultOf(query: string, taken: Parameters<typeof requireQuery>[1]['query'] = shape): string | undefined {
  try {
    requireQuery(new URLSearchParams(query), { query: taken });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('a query', () => {
  it.each([
    'service=orders',
    'service=orders&from=2027-01-01T00:00:00Z&to=1830000000000',
    'service=orders&limit=200&cursor=abc',
    'service=orders&key=client=ada&key=tenant=9',
  ])('is taken when all of it is known: %s', (query) => {
    expect(faultOf(query)).toBeUndefined();
  });

  it.each([
    [
      'service=orders&form=0',
      'There is no parameter "form" here; what is taken: cursor, from, key, limit, service, to.',
    ],
    [
      'service=orders&Limit=3',
      'There is no parameter "Limit" here; what is taken: cursor, from, key, limit, service, to.',
    ],
    ['service=orders&limit=2&limit=3', 'limit is given 2 times; give it once.'],
    ['', 'service is required: the name of a service.'],
    ['service=Orders', 'service is not the name of a service.'],
    ['service=orders&limit=0', 'limit is a number from 1 to 200, not "0".'],
    ['service=orders&limit=', 'limit is a number from 1 to 200, not "".'],
    ['service=orders&from=now', 'from is not a time; write 2027-01-01T00:00:00Z.'],
    [
      'service=orders&from=now&limit=x',
      'from is not a time; write 2027-01-01T00:00:00Z. limit is a number from 1 to 200, not "x".',
    ],
  ])('is refused with what is wrong: %s', (query, fault) => {
    expect(faultOf(query)).toBe(fault);
  });

  it('of an address that other people’s clients make passes over what is unknown, and takes the last of several', () => {
    const query = requireQuery(new URLSearchParams('limit=2&Limit=9&limit=3&key=a&key=b'), {
      query: { ...paging, key: z.array(z.string()) },
      otherQuery: true,
    });
    expect(query.get('limit')).toBe('3');
    expect(query.getAll('key')).toEqual(['a', 'b']);
  });

  it('of a route that takes none is refused', () => {
    expect(faultOf('x=1', {})).toBe('There is no parameter "x" here; no parameters are taken.');
    expect(faultOf('__proto__=1', {})).toBe('There is no parameter "__proto__" here; no parameters are taken.');
  });

  it('is quoted in short, however long or many its names are', () => {
    const names = Array.from({ length: 500 }, (_, i) => `${i}${'x'.repeat(1_000)}`).join('&');
    expect(faultOf(names, {})?.length).toBeLessThan(1_000);
    expect(faultOf(names, {})).toContain('and 490 more');
  });

  it('passes over what is not known where other people make the addresses, and over nothing else', () => {
    const open = { query: shape, otherQuery: true } as const;
    expect(() => {
      requireQuery(new URLSearchParams('service=orders&utm=1'), open);
    }).not.toThrow();
    expect(() => {
      requireQuery(new URLSearchParams('service=Orders&utm=1'), open);
    }).toThrow('service is not');
  });
});
