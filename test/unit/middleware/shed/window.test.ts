// Two minutes of requests, counted from timestamps.
import { describe, expect, it } from 'vitest';
import { AcceptanceWindow, WINDOW_MS } from '../../../../middleware/shed/window.ts';

const START = Date.parse('2026-01-05T12:00:00Z');

describe('a window of acceptance', () => {
  it('counts what was dropped, refused and accepted as requests, and only the last as accepts', () => {
    const window = new AcceptanceWindow();
    for (const fate of ['accepted', 'refused', 'dropped', 'accepted'] as const) window.add(START, fate);
    expect(window.read(START + 500)).toEqual({ requests: 4, accepts: 2, refusals: 1, quietMs: 500, acceptsInARow: 1 });
  });

  it('has nothing to say of a dependency that never refused', () => {
    const window = new AcceptanceWindow();
    window.add(START, 'accepted');
    expect(window.hasRefused(START)).toBe(false);
    expect(window.read(START)).toEqual({
      requests: 1,
      accepts: 1,
      refusals: 0,
      quietMs: Infinity,
      acceptsInARow: 1,
    });
  });

  it('forgets what is two minutes old, whether or not anything happened meanwhile', () => {
    const window = new AcceptanceWindow();
    window.add(START, 'refused');
    expect(window.read(START + WINDOW_MS - 5_000).requests).toBe(1);
    expect(window.hasRefused(START + WINDOW_MS)).toBe(true);
    expect(window.read(START + WINDOW_MS)).toMatchObject({ requests: 0, accepts: 0, refusals: 0 });
    expect(window.hasRefused(START + WINDOW_MS + 1)).toBe(false);
    expect(window.read(START + 3_600_000)).toMatchObject({ requests: 0, accepts: 0 });
  });

  it('uses a bucket again for a later time', () => {
    const window = new AcceptanceWindow();
    for (let i = 0; i < 10; i++) window.add(START, 'refused');
    window.add(START + WINDOW_MS, 'accepted');
    expect(window.read(START + WINDOW_MS)).toMatchObject({ requests: 1, accepts: 1 });
  });

  it('counts nothing of a time that has not come, when the clock was set back', () => {
    const window = new AcceptanceWindow();
    window.add(START + 60_000, 'accepted');
    expect(window.read(START)).toMatchObject({ requests: 0, accepts: 0 });
  });
});
