import { describe, expect, it } from 'vitest';
import { createRouter } from '../../../../functions/api/router.ts';
import { undescribed } from '../../../support/described.ts';
import { json } from '../../../../functions/api/response.ts';
import { openRoute, type Route } from '../../../../functions/api/route.ts';

const answer = async () => json({});
const routes: Route[] = [
  openRoute('GET', '/v1/services', undescribed, answer),
  openRoute('GET', '/v1/services/{service}', undescribed, answer),
  openRoute('DELETE', '/v1/services/{service}', undescribed, answer),
  openRoute('GET', '/v1/services/{service}/revisions/{revision}', undescribed, answer),
  openRoute('GET', '/v1/services/{service}/revisions/newest', undescribed, answer),
];
routes.push(
  openRoute('GET', '/v1/checks/', undescribed, answer),
  openRoute('GET', '/v1/checks/{check}', undescribed, answer),
);
routes.push(
  openRoute('GET', '/console', undescribed, answer),
  openRoute('GET', '/console/assets/{asset}', undescribed, answer),
  openRoute('GET', '/console/config.json', undescribed, answer),
  openRoute('GET', '/console/{rest+}', undescribed, answer),
);
const find = createRouter(routes);

function pathOf(method: string, path: string): string {
  const found = find(method, path);
  return found.kind === 'route' ? found.route.path : found.kind;
}

describe('the router', () => {
  it.each([
    ['GET', '/v1/services', '/v1/services'],
    ['GET', '/v1/services/orders', '/v1/services/{service}'],
    ['GET', '/v1/services/orders/revisions/7', '/v1/services/{service}/revisions/{revision}'],
    ['GET', '/v1/services/orders/revisions/newest', '/v1/services/{service}/revisions/newest'],
    ['GET', '/v1/checks/', '/v1/checks/'],
    ['GET', '/v1/checks', '/v1/checks/'],
    ['GET', '/v1/checks/7', '/v1/checks/{check}'],
    ['GET', '/v1/services/', 'none'],
    ['GET', '/v1/services/orders/', 'none'],
    ['GET', '/v1/services//revisions/7', 'none'],
    ['GET', '/v1/Services', 'none'],
    ['GET', '/console', '/console'],
    ['GET', '/console/', '/console/{rest+}'],
    ['GET', '/console/services', '/console/{rest+}'],
    ['GET', '/console/services/orders/rules', '/console/{rest+}'],
    ['GET', '/console/config.json', '/console/config.json'],
    ['GET', '/console/assets', '/console/{rest+}'],
    ['GET', '/console/assets/main.js', '/console/assets/{asset}'],
    ['GET', '/console/assets/a/b.js', '/console/{rest+}'],
    ['GET', '/console/%E0%A4%A', 'none'],
    ['GET', '/consoles', 'none'],
    ['GET', '', 'none'],
    ['GET', '/v1/services/%E0%A4%A', 'none'],
  ])('%s %s is %s', (method, path, expected) => {
    expect(pathOf(method, path)).toBe(expected);
  });

  it('decodes parameters', () => {
    expect(find('GET', '/v1/services/a%2Fb')).toMatchObject({ params: { service: 'a/b' } });
  });

  it('decodes what is left of a path, segment by segment', () => {
    expect(find('GET', '/console/services/a%2Fb/x')).toMatchObject({ params: { rest: 'services/a/b/x' } });
  });

  it('keeps a parameter called __proto__ from becoming one', () => {
    const found = createRouter([openRoute('GET', '/{__proto__}', undescribed, answer)])('GET', '/x');
    expect(found.kind === 'route' && Object.hasOwn(found.params, '__proto__')).toBe(true);
  });

  it('tells the methods that a known path has', () => {
    expect(find('POST', '/v1/services/orders')).toEqual({ kind: 'other-method', allow: ['DELETE', 'GET'] });
    expect(find('OPTIONS', '/v1/services')).toEqual({ kind: 'other-method', allow: ['GET'] });
  });
});
