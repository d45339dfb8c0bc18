// The rules of the measured functions: DESIGN's "one throttle with one key, one breaker".
const RULES = {
  apiVersion: 'flyball/v1',
  throttles: { 'per-client': { limit: '1k/s', key: ['client'] } },
  dependencies: {
    payments: {
      target: { url: 'http://127.0.0.1:9' },
      attemptTimeout: '500ms',
      breaker: { window: { time: '30s' }, failureRate: '50%' },
    },
  },
} as const;

export const PUBLISHED = { ...RULES, service: 'bench' } as const;
/** Without a table, a throttle of the fleet would only wait for one in vain. */
export const PACKAGED = {
  ...RULES,
  service: 'packaged',
  throttles: { 'per-client': { ...RULES.throttles['per-client'], scope: 'instance' } },
} as const;
