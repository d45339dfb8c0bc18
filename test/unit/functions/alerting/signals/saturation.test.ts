// What fills up: when it is full, when it will be, and what is between the two edges of each and stays as it is.
import { describe, expect, it } from 'vitest';
import { isItsTurn, saturationCondition } from '../../../../../functions/alerting/signals/saturation.ts';
import { LEAST_R_SQUARED, lineThrough } from '../../../../../functions/telemetry/saturation/forecast.ts';

const STEP = 5 * 60_000;
const HOUR = 12 * STEP;
const END = Date.UTC(2026, 10, 21, 12);
const STEPS = 72;

/** Shares of the steps before `END`, the last one last. */
const steps = (...shares: number[]) => shares.map((value, i) => ({ atMs: END - (shares.length - i) * STEP, value }));
const repeated = (value: number, times: number) => Array<number>(times).fill(value);
/** From one share to another in equal steps. */
const rising = (from: number, to: number, times = STEPS) =>
  Array.from({ length: times }, (_, i) => from + ((to - from) * i) / (times - 1));

const condition = (shares: readonly number[], name: 'memory' | 'tmp' | 'time' = 'memory') =>
  saturationCondition({ service: 'orders', nowMs: END, rules: { owner: 'team-orders' } }, name, steps(...shares));

describe('saturationCondition', () => {
  it.each([
    ['three steps in a row', [0.5, 0.95, 0.95, 0.95], { firing: true, severity: 'high', since: END - 3 * STEP }],
    ['all there are', repeated(1, STEPS), { firing: true, severity: 'high', since: END - STEPS * STEP }],
    ['two of the last three: it stays as it is', [0.95, 0.95, 0.949], undefined],
    ['two of two: it stays as it is', [0.97, 0.97], undefined],
    ['one, and well again', [0.97, 0.5, 0.5, 0.5], { firing: false, since: END }],
  ])('full in %s', (_what, shares, expected) => {
    if (expected === undefined) expect(condition(shares)).toBeUndefined();
    else expect(condition(shares)).toMatchObject(expected);
  });

  it.each([
    ['as long as one of the last three is near it', [...repeated(0.96, 3), 0.85, 0.9, 0.85], undefined],
    ['not when all three are clear of it', [...repeated(0.96, 3), 0.85, 0.89, 0.85], false],
    ['not when nothing in six hours was full', repeated(0.93, STEPS), false],
  ])('what was full stays so %s', (_what, shares, firing) => {
    expect(condition(shares)?.firing).toBe(firing);
  });

  it('goes up and down at the edge as one episode', () => {
    const shares = [...repeated(0.96, 3)];
    for (let i = 0; i < 40; i++) {
      shares.push(i % 2 === 0 ? 0.91 : 0.96);
      expect(condition(shares)?.firing).not.toBe(false);
    }
  });

  it('says when it will be full, if it goes on as it does', () => {
    const shares = rising(0.4, 0.7);
    expect(condition(shares)).toMatchObject({
      ...{ key: 'saturation/orders/memory', kind: 'saturation', name: 'memory', owner: 'team-orders' },
      ...{ firing: true, severity: 'deferred', since: END },
      // 0.3 more at 0.3 in 71 steps.
      summary: `an environment uses 70 % of its memory; as fast as that, all by ${new Date(END + 70 * STEP).toISOString()}`,
    });
  });

  it.each([
    ['rises and then stays', [...rising(0.2, 0.6, 36), ...repeated(0.6, 36)]],
    ['falls before it rises', [...rising(0.8, 0.4, 36), ...rising(0.4, 0.6, 36)]],
  ])('nothing begins and nothing ends where it %s', (_what, shares) => {
    expect(condition(shares)).toBeUndefined();
  });

  it('and says so of what has begun to rise in the later half', () => {
    expect(condition([...repeated(0.4, 48), ...rising(0.4, 0.6, 24)])).toMatchObject({ firing: true });
  });

  it.each([
    ['it does not rise', repeated(0.8, STEPS)],
    ['it falls', rising(0.8, 0.2)],
    ['it rises so slowly that nobody can know', rising(0.5, 0.502)],
    ['there is too little of it', rising(0.4, 0.8, 5)],
    ['nothing was measured', []],
  ])('nothing will be full where %s', (_what, shares) => {
    expect(condition(shares)).toMatchObject({ firing: false, summary: 'nothing says that memory will be full' });
  });

  it('asks for as good a line as the page of saturation does', () => {
    const scattered = rising(0.3, 0.5).map((share, i) => share + (i % 2 === 0 ? 0.2 : -0.2));
    expect(lineThrough(steps(...scattered))?.rSquared).toBeLessThan(LEAST_R_SQUARED);
    expect(condition(scattered)).toMatchObject({ firing: false });
  });

  it.each([
    ['memory', 'an environment uses 97 % of its memory'],
    ['tmp', 'an environment uses 97 % of its /tmp'],
    ['time', 'one of a hundred invocations takes 97 % of its timeout'],
  ] as const)('says of %s how full it is, and since when', (name, words) => {
    expect(condition(repeated(0.97, 3), name)).toMatchObject({
      key: `saturation/orders/${name}`,
      summary: `${words}: it is full since 2026-11-21T11:45:00.000Z`,
    });
  });
});

describe('a service has its turn', () => {
  const turnsOf = (service: string) =>
    Array.from({ length: 60 }, (_, minute) => minute).filter((minute) => isItsTurn(service, END + minute * 60_000));

  it('once in ten minutes, always at the same', () => {
    const turns = turnsOf('orders');
    expect(turns).toHaveLength(6);
    expect(turns.map((minute) => minute % 10)).toEqual(repeated(turns[0] ?? NaN, 6));
    expect(isItsTurn('orders', END + (turns[0] ?? 0) * 60_000 + 59_999)).toBe(true);
    expect(isItsTurn('orders', END + (turns[0] ?? 0) * 60_000 + HOUR)).toBe(true);
  });

  it('so that no minute has many more than another', () => {
    const counts = repeated(0, 10);
    for (let i = 0; i < 400; i++) {
      const minute = turnsOf(`service-${String(i).padStart(3, '0')}`)[0] ?? NaN;
      counts[minute] = (counts[minute] ?? 0) + 1;
    }
    expect(Math.max(...counts)).toBeLessThan(80);
    expect(counts.reduce((sum, count) => sum + count)).toBe(400);
  });
});
