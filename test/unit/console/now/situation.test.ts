// What Now says of what the API answers: well, waiting, in trouble, or not to be known.
import { describe, expect, it } from 'vitest';
import type { OpenAlert } from '../../../../console/api/alerts.ts';
import type { Job } from '../../../../console/screens/now/answers.ts';
import { situationOf, type AreaName, type Given, type Situation } from '../../../../console/screens/now/situation.ts';

const AT = Date.parse('2027-03-01T09:00:00Z');

function alertOf(over: Partial<OpenAlert> = {}): OpenAlert {
  const name = over.name ?? 'charge';
  return {
    ...{
      id: `${name}-1`,
      key: `breaker/orders/${name}`,
      episode: 1,
      status: 'firing',
      kind: 'breaker',
      service: 'orders',
    },
    ...{ name, severity: 'high', summary: 'open', since: '2027-03-01T08:59:00Z', noticedAt: '2027-03-01T09:00:00Z' },
    ...{ held: [], told: ['pager'], failing: [] },
    ...over,
  };
}

const jobOf = (over: Partial<Job> = {}): Job => ({
  ...{ id: 'orders:nightly', kind: 'declared', service: 'orders', job: 'nightly', status: 'failed' },
  since: '2027-03-01T08:58:00Z',
  ...over,
});

const seen = <T>(data: T) => ({ data, failed: false });
const WELL: Given = {
  alerts: seen({ alerts: [] }),
  jobs: seen({ rows: [] }),
  topology: seen({ nodes: [], edges: [] }),
  coverage: seen({ functions: { deployed: 3, withoutTelemetry: [] } }),
  at: AT,
  isCounted: true,
};
const withAlerts = (...alerts: OpenAlert[]): Given => ({ ...WELL, alerts: seen({ alerts }) });
const areaOf = ({ areas }: Situation, wanted: AreaName) => areas.find(({ name }) => name === wanted);

describe('all is well', () => {
  it('when nothing burns and everything could be read', () => {
    const situation = situationOf(WELL);
    expect(situation.verdict).toBe('well');
    expect(situation.areas.every(({ kind }) => kind === 'ok')).toBe(true);
  });

  it('is not said before jobs and alerts have been read', () => {
    const unread = { data: undefined, failed: false };
    expect(situationOf({ ...WELL, alerts: unread }).verdict).toBe('loading');
    const situation = situationOf({ ...WELL, jobs: unread });
    expect(situation.verdict).toBe('loading');
    expect(areaOf(situation, 'jobs')).toEqual({ name: 'jobs', kind: 'unknown', open: 0, all: 0 });
    // Of thousands of jobs a part comes first.
    expect(situationOf({ ...WELL, jobs: seen({ rows: [], coming: true }) }).verdict).toBe('loading');
    expect(situationOf({ ...WELL, jobs: seen({ rows: [jobOf()], coming: true }) }).verdict).toBe('trouble');
    expect(areaOf(situation, 'breakers')?.kind).toBe('ok');
  });

  it('is not said of refusals, objectives and saturation before anything is counted', () => {
    const situation = situationOf({ ...WELL, isCounted: false });
    const unknown = situation.areas.filter(({ kind }) => kind === 'unknown').map(({ name }) => name);
    expect(unknown).toEqual(['objectives', 'refusals', 'saturation']);
    // Alerts tell of them too: the whole is known.
    expect(situation.verdict).toBe('well');
  });

  it('is not said of what was seen long ago, until it has been looked at again', () => {
    const slept = { ...WELL, alerts: { ...WELL.alerts, isOld: true } };
    expect(situationOf(slept).verdict).toBe('loading');
    expect(areaOf(situationOf(slept), 'breakers')?.kind).toBe('unknown');
    const failed = { ...slept, alerts: { ...slept.alerts, failed: true } };
    expect(situationOf(failed).verdict).toBe('unknown');
    const burning = { ...withAlerts(alertOf()), ...{ alerts: { ...withAlerts(alertOf()).alerts, isOld: true } } };
    expect(situationOf(burning).verdict).toBe('trouble');
  });

  it('also when somebody has what burns, or has silenced it', () => {
    const seenBy = alertOf({ name: 'a', acknowledged: { by: 'kim', at: '2027-03-01T08:59:30Z' } });
    const quiet = alertOf({ name: 'b', held: [{ kind: 'silenced', since: '2027-03-01T08:00:00Z', reason: 'moving' }] });
    const situation = situationOf(withAlerts(seenBy, quiet));
    expect(situation.verdict).toBe('well');
    expect(situation.inHand).toHaveLength(2);
    expect(areaOf(situation, 'breakers')).toMatchObject({ kind: 'off', all: 2 });
  });
});

describe('trouble', () => {
  it('is what burns and nobody has, the most severe and oldest first', () => {
    const situation = situationOf(
      withAlerts(
        alertOf({ name: 'new' }),
        alertOf({ name: 'old', since: '2027-03-01T07:00:00Z' }),
        alertOf({ name: 'pager', severity: 'realtime' }),
      ),
    );
    expect(situation.verdict).toBe('trouble');
    expect(situation.needing.map(({ name }) => name)).toEqual(['pager', 'old', 'new']);
    expect(areaOf(situation, 'breakers')).toMatchObject({ kind: 'bad', open: 3 });
  });

  it('comes back when an acknowledgement has expired', () => {
    const acknowledged = { by: 'kim', at: '2027-03-01T08:00:00Z', until: '2027-03-01T08:59:59Z' };
    expect(situationOf(withAlerts(alertOf({ acknowledged }))).verdict).toBe('trouble');
  });

  it('is a failed job that no alert tells of yet, and counts once when one does', () => {
    const jobs = seen({ rows: [jobOf()] });
    expect(situationOf({ ...WELL, jobs })).toMatchObject({ verdict: 'trouble', failing: [jobOf()] });
    const told = alertOf({ kind: 'job', key: 'job/orders/nightly', name: 'nightly' });
    const situation = situationOf({ ...withAlerts(told), jobs });
    expect(situation.failing).toEqual([]);
    expect(areaOf(situation, 'jobs')).toMatchObject({ kind: 'bad', open: 1 });
  });

  it('is no job that is late and has time yet', () => {
    const situation = situationOf({ ...WELL, jobs: seen({ rows: [jobOf({ status: 'late' })] }) });
    expect(situation.verdict).toBe('well');
    expect(areaOf(situation, 'jobs')?.kind).toBe('warn');
    expect(situation.late).toHaveLength(1);
  });

  it('stays said while the API is away', () => {
    const situation = situationOf({ ...WELL, alerts: { data: { alerts: [alertOf()] }, failed: true } });
    expect(situation.verdict).toBe('trouble');
    expect(situation.doubts).toEqual(['away']);
  });
});

describe('what can wait', () => {
  const deferred = alertOf({
    ...{ severity: 'deferred', told: [] },
    held: [{ kind: 'deferred', since: '2027-03-01T03:00:00Z', until: '2027-03-01T10:00:00Z', reason: 'held' }],
  });

  it('is nothing urgent, and not nothing', () => {
    const situation = situationOf(withAlerts(deferred));
    expect(situation.verdict).toBe('waits');
    expect(situation.waiting).toEqual([deferred]);
    expect(areaOf(situation, 'breakers')).toMatchObject({ kind: 'held', open: 1 });
  });

  it('needs somebody once somebody was told', () => {
    expect(situationOf(withAlerts({ ...deferred, told: ['mail'] })).verdict).toBe('trouble');
  });
});

describe('nobody can know', () => {
  it('while the API is away', () => {
    expect(situationOf({ ...WELL, alerts: { data: undefined, failed: true } }).verdict).toBe('unknown');
    expect(situationOf({ ...WELL, alerts: { data: { alerts: [] }, failed: true } }).verdict).toBe('unknown');
  });

  it('while nobody looks at alerts', () => {
    const situation = situationOf({ ...WELL, alerts: seen({ alerts: [], stale: true }) });
    expect(situation).toMatchObject({ verdict: 'unknown', doubts: ['tick'] });
    expect(areaOf(situation, 'breakers')).toMatchObject({ kind: 'unknown', doubt: 'tick' });
  });

  it('of what telemetry tells while it is not merged; of breakers and jobs it can', () => {
    const merge = alertOf({
      ...{ kind: 'flyball', service: 'flyball', name: 'merge', key: 'flyball/flyball/merge' },
      acknowledged: { by: 'kim', at: '2027-03-01T08:59:30Z' },
    });
    const situation = situationOf(withAlerts(merge));
    expect(situation.verdict).toBe('unknown');
    expect(areaOf(situation, 'objectives')?.kind).toBe('unknown');
    expect(areaOf(situation, 'breakers')?.kind).toBe('ok');
    expect(areaOf(situation, 'jobs')?.kind).toBe('ok');
  });

  it('of jobs while they are not looked after', () => {
    const monitor = alertOf({ kind: 'flyball', service: 'flyball', name: 'monitor', key: 'flyball/flyball/monitor' });
    expect(areaOf(situationOf(withAlerts(monitor)), 'jobs')?.doubt).toBe('monitor');
  });

  it('of jobs that could not be read; of refusals it is said there alone, since alerts tell of them too', () => {
    const unread = { data: undefined, failed: true };
    expect(situationOf({ ...WELL, jobs: unread })).toMatchObject({ verdict: 'unknown', doubts: ['unread'] });
    const situation = situationOf({ ...WELL, topology: unread });
    expect(situation.verdict).toBe('well');
    expect(areaOf(situation, 'refusals')?.kind).toBe('unknown');
  });

  it('of coverage is said there, and makes nothing else doubtful', () => {
    const situation = situationOf({ ...WELL, coverage: seen({ functions: { unknown: 'no permission' } }) });
    expect(situation.verdict).toBe('well');
    expect(areaOf(situation, 'coverage')?.kind).toBe('unknown');
  });
});

describe('worth knowing', () => {
  it('is a share of refusals, without anybody being needed', () => {
    const nodes = [
      { id: 'internet', kind: 'internet', name: '' },
      { id: 'service:orders', kind: 'service', name: 'orders' },
    ];
    const edge = { from: 'internet', to: 'service:orders', count: 100, ratePerSecond: 10, refusedShare: 0.05 };
    const situation = situationOf({ ...WELL, topology: seen({ nodes, edges: [edge] }) });
    expect(situation.verdict).toBe('well');
    expect(areaOf(situation, 'refusals')?.kind).toBe('warn');
  });

  it('are functions that tell nothing', () => {
    const coverage = seen({ functions: { deployed: 3, withoutTelemetry: ['a', 'b'] } });
    expect(areaOf(situationOf({ ...WELL, coverage }), 'coverage')).toMatchObject({ kind: 'warn', open: 2 });
  });
});
