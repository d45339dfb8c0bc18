// Which service's rules an authorizer applies, and that no request can choose them.
import { describe, expect, it } from 'vitest';
import { servicesOf } from '../../../../functions/authorizer/routes.ts';

const stage = (service: unknown) => ({ stageVariables: { flyballService: service } });

describe('the service of a request', () => {
  const services = servicesOf({ FLYBALL_ROUTES: '/orders*=orders, /orders/health=health', FLYBALL_SERVICE: 'rest' });

  it.each<[string, unknown, string]>([
    ['/orders/42', {}, 'orders'],
    ['/orders/health', {}, 'health'],
    ['/orders/health', stage('staged'), 'health'],
    ['/greetings', stage('staged'), 'staged'],
    ['/greetings', {}, 'rest'],
    ['/greetings', stage(7), 'rest'],
    ['/greetings', { stageVariables: null }, 'rest'],
    ['/greetings', { headers: { flyballService: 'mine' }, queryStringParameters: { flyballService: 'mine' } }, 'rest'],
    ['/greetings', undefined, 'rest'],
  ])('%s, %j is of %s', (path, event, service) => {
    expect(services.of(path, event)).toBe(service);
  });

  it('is nobody’s when nothing says whose', () => {
    expect(servicesOf({}).of('/x', {})).toBeUndefined();
    expect(servicesOf({ FLYBALL_SERVICE: ' ' }).of('/x', {})).toBeUndefined();
    expect(servicesOf({ FLYBALL_ROUTES: '/a*=a' }).of('/x', {})).toBeUndefined();
  });

  it('is known beforehand when the environment names it', () => {
    expect(services.named).toEqual(['health', 'orders', 'rest']);
    expect(servicesOf({}).named).toEqual([]);
  });

  it.each(['orders', '/orders', '=orders', '/orders=Orders', '/a=b=c'])('is not read from the route "%s"', (route) => {
    expect(() => servicesOf({ FLYBALL_ROUTES: route })).toThrow(`FLYBALL_ROUTES: "${route}" is no route`);
  });
});
