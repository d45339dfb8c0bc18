import { expect, it } from 'vitest';
import { loggedPath } from '../../../../functions/api/logged-path.ts';

it.each([
  ['/ping/5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278/start', '/ping/{key}/start'],
  ['/ping/fb_secret/backup', '/ping/{key}/backup'],
  ['/ping/fb_secret', '/ping/{key}'],
  ['/api/v3/checks/5BF66975-d4c7-4bf5-bcc8-b8d8a82ea278/pause', '/api/v3/checks/{uuid}/pause'],
  ['/v1/services/orders/draft', '/v1/services/orders/draft'],
])('%s is logged as %s', (path, logged) => {
  expect(loggedPath(path)).toBe(logged);
});
