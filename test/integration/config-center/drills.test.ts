// Publishing while drills stand: those that are over are in nobody's way, and who publishes one that is stopped is told so.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { createTable } from '../table.ts';
import { NOW, startCenter, type Center } from './center.ts';

const HOUR = 3_600_000;
const until = new Date(NOW + HOUR).toISOString();
const drill = { resources: ['pay'], delay: { share: '1%', for: '1s' }, until };

let center: Center;

beforeEach(async () => {
  center = await startCenter((await createTable(inject('dynamodb'))).sdk);
});

const documentOf = (more: object = {}) => ({
  apiVersion: 'flyball/v1',
  service: 'orders',
  resources: { pay: { match: { path: '/pay' } } },
  faults: { drill },
  ...more,
});
const put = (more: object = {}) => center.send('PUT', '/v1/services/orders/draft', { body: documentOf(more) });
const publish = () => center.send('POST', '/v1/services/orders/publish');
const validate = (more: object = {}) =>
  center.send('POST', '/v1/services/orders/draft/validate', { body: documentOf(more) });

describe('a drill that is over', () => {
  it('may stay in a document that changes something else, with a warning', async () => {
    await put();
    expect(await publish()).toMatchObject({ status: 200, body: { revision: 1 } });
    center.clock.advance(2 * HOUR);
    expect(await put({ owner: 'somebody-else' })).toMatchObject({ status: 200 });
    expect(await publish()).toMatchObject({
      status: 200,
      body: {
        revision: 2,
        warnings: [{ path: '/faults/drill/until', reason: `${until} is past: nothing is injected` }],
      },
    });
  });

  it('is refused when it is changed, or new', async () => {
    await put();
    await publish();
    center.clock.advance(2 * HOUR);
    const refused = { status: 422, body: { errors: [{ path: '/faults/drill/until' }] } };
    expect(await put({ faults: { drill: { ...drill, delay: { share: '2%', for: '1s' } } } })).toMatchObject(refused);
    expect(await validate({ faults: { drill, other: drill } })).toMatchObject({
      status: 422,
      body: { errors: [{ path: '/faults/other/until' }] },
    });
  });
});

describe('a job that came once', () => {
  const once = { schedule: `at(${new Date(NOW + HOUR).toISOString().slice(0, 19)})` };

  it('may stay in a document that changes something else, and is refused as a new one', async () => {
    await put({ faults: undefined, jobs: { once } });
    expect(await publish()).toMatchObject({ status: 200, body: { revision: 1 } });
    center.clock.advance(2 * HOUR);
    expect(await put({ faults: undefined, jobs: { once }, owner: 'somebody-else' })).toMatchObject({ status: 200 });
    expect(await publish()).toMatchObject({ status: 200, body: { revision: 2 } });
    const refused = { status: 422, body: { errors: [{ path: '/jobs/another/schedule' }] } };
    expect(await put({ faults: undefined, jobs: { once, another: once } })).toMatchObject(refused);
  });
});

describe('a drill whose faults are stopped', () => {
  it('is published with a warning: since when, by whom and why', async () => {
    await center.send('POST', '/v1/faults/stop', { body: { reason: 'checkout is slow' } });
    const warnings = [
      {
        path: '/faults',
        reason: `are stopped since ${new Date(NOW).toISOString()}, by admin-key: checkout is slow; nothing is injected until somebody resumes them`,
      },
    ];
    await put();
    expect((await validate()).body).toEqual({ valid: true, warnings });
    expect((await publish()).body).toMatchObject({ changed: true, warnings });
    expect((await validate({ faults: undefined })).body).toEqual({ valid: true });
    center.clock.advance(1_000);
    await center.send('POST', '/v1/faults/resume', { body: { reason: 'mended' } });
    expect((await validate()).body).toEqual({ valid: true });
  });
});
