// Why an alert is told to whom it is: the walk down the tree, and each channel that it gives.
import { describe, expect, it } from 'vitest';
import { walkOf } from '../../../../functions/alerting/routing/walk.ts';
import { nightlyFailed, routingOf } from './routing/documents.ts';

const { route } = routingOf();

describe('the walk', () => {
  it('says why routes do not fit, and which one decides', () => {
    expect(walkOf(route, nightlyFailed)).toEqual([
      { route: '/route', fits: true, decides: true },
      {
        ...{ route: '/route/routes/0', fits: false, decides: false },
        because: 'severity is deferred, not realtime',
      },
      { route: '/route/routes/1', fits: false, decides: false, because: 'kind is job, not breaker' },
      { route: '/route/routes/2', fits: false, decides: false, because: 'kind is job, not breaker or slo' },
    ]);
  });

  it('does not look behind the first that fits, unless that says continue', () => {
    const visited = (kind: 'breaker' | 'slo', severity: 'realtime' | 'high') =>
      walkOf(route, { ...nightlyFailed, kind, severity }).flatMap((one) => (one.fits ? [one.route] : []));
    expect(visited('breaker', 'realtime')).toEqual(['/route', '/route/routes/0']);
    expect(visited('breaker', 'high')).toEqual(['/route', '/route/routes/1', '/route/routes/2']);
    expect(visited('slo', 'high')).toEqual(['/route', '/route/routes/2', '/route/routes/2/routes/0']);
  });
});
