// The events of one message: a few at a time, and what is made of those that were not taken.
import { describe, expect, it } from 'vitest';
import { postedEach } from '../../../../../functions/alerting/channels/events.ts';
import { Failed, type Failure } from '../../../../../functions/alerting/channels/failures.ts';

const events = Array.from({ length: 10 }, (_, i) => i);
const away: Failure = { why: 'it is away', retryable: true };
const refused: Failure = { why: 'it does not accept the event', retryable: false };

describe('events of one message', () => {
  it('are posted so many at a time, each once', async () => {
    const posted: number[] = [];
    let atOnce = 0;
    let most = 0;
    const failure = await postedEach(
      events,
      async (event) => {
        most = Math.max(most, ++atOnce);
        await Promise.resolve();
        posted.push(event);
        atOnce--;
        return undefined;
      },
      4,
    );
    expect([failure, most, posted.toSorted((a, b) => a - b)]).toEqual([undefined, 4, events]);
  });

  it('go in their order where one is posted at a time', async () => {
    const posted: number[] = [];
    await postedEach(events, (event) => (posted.push(event), Promise.resolve(undefined)), 1);
    expect(posted).toEqual(events);
  });

  it('begin no more once one has failed, and some may have arrived', async () => {
    const posted: number[] = [];
    const post = (event: number) => {
      posted.push(event);
      return Promise.resolve(event === 3 ? away : undefined);
    };
    expect(await postedEach(events, post, 1)).toEqual({ ...away, maybeDelivered: true });
    expect(posted).toEqual([0, 1, 2, 3]);
    expect(await postedEach(events, () => Promise.resolve(away), 1)).toEqual(away);
  });

  it('are tried again when that helps any of them', async () => {
    const post = (event: number) =>
      event === 0 ? Promise.resolve(refused) : Promise.reject(new Failed({ ...away, maybeDelivered: true }));
    expect(await postedEach(events, post, 4)).toEqual({ ...away, maybeDelivered: true });
  });

  it('throw what was not expected', async () => {
    await expect(postedEach(events, () => Promise.reject(new TypeError('odd')), 4)).rejects.toThrow('odd');
  });
});
