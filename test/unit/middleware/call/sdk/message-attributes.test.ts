// What a message to a queue carries of the invocation that sends it, and what it has room for.
import { describe, expect, it } from 'vitest';
import { attributesOf, withAttributes } from '../../../../../middleware/call/sdk/message-attributes.ts';

const text = (value: string) => ({ DataType: 'String', StringValue: value });
const own = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`own-${i}`, text('1')]));
const added = attributesOf({ deadlineAt: 1_767_614_400_000.7, carried: { traceparent: '00-1-2-01' } });

describe('the attributes of a message', () => {
  it('are the deadline in whole ms, and the trace if it is known by the W3C', () => {
    expect(added).toEqual({ 'x-flyball-deadline': text('1767614400000'), traceparent: text('00-1-2-01') });
    expect(Object.keys(attributesOf({ deadlineAt: 1, carried: {} }))).toEqual(['x-flyball-deadline']);
  });

  it('stand beside those of its sender, which are left as they are', () => {
    const message = { MessageBody: 'x', MessageAttributes: { ...own(1), traceparent: text('mine') } };
    expect(withAttributes(message, added)).toEqual({
      MessageBody: 'x',
      MessageAttributes: { ...own(1), traceparent: text('mine'), 'x-flyball-deadline': text('1767614400000') },
    });
    expect(Object.keys(message.MessageAttributes)).toEqual(['own-0', 'traceparent']);
  });

  it.each([
    [0, 2],
    [8, 2],
    [9, 1],
    [10, 0],
    // Refused by SQS, and not by us.
    [11, 0],
  ])('are ten at most, the deadline first: beside %d there is room for %d', (count, room) => {
    const { MessageAttributes } = withAttributes({ MessageAttributes: own(count) }, added);
    const names = Object.keys(MessageAttributes);
    expect(names.slice(count)).toEqual(['x-flyball-deadline', 'traceparent'].slice(0, room));
  });
});
