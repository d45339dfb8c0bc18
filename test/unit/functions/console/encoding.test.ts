import { describe, expect, it } from 'vitest';
import { encodingFor } from '../../../../functions/console/encoding.ts';

describe('the form a file is sent in', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['deflate', 'identity'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['*', 'br'],
    ['br;q=0, *', 'gzip'],
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['br; q=0.5 , gzip; q=0.5', 'br'],
    ['identity, br;q=0.5', 'identity'],
    ['br;q=0, gzip;q=0', 'identity'],
    ['identity;q=0, gzip', 'gzip'],
    ['identity;q=0', 'identity'],
    ['*;q=0', 'identity'],
    ['br;q=two, gzip', 'gzip'],
    ['br;q=7', 'identity'],
  ])('of %j is %s', (accepted, expected) => {
    expect(encodingFor(accepted)).toBe(expected);
  });
});
