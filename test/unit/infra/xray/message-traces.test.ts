// Which trace a queue message was sent in.
import { describe, expect, it } from 'vitest';
import { MessageTraces } from '../../../../infra/local/xray/message-traces.ts';

const HEADER = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
const OWN = HEADER.replace('5759e988', '5759e989');
const naming = { MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: OWN } } };

describe('the trace of a message', () => {
  it.each([
    ['the header of the request', HEADER, {}, HEADER],
    ['what the sender names itself, above that', HEADER, naming, OWN],
    ['none where nothing says one', undefined, {}, undefined],
  ])('is %s', (_what, header, body, expected) => {
    const traces = new MessageTraces();
    traces.note('AmazonSQS.SendMessage', header, body, { MessageId: 'm1' });
    expect(traces.headerOf('m1')).toBe(expected);
  });

  it('is each its own in a batch, for those that were taken', () => {
    const traces = new MessageTraces();
    const Entries = [{ Id: 'a' }, { Id: 'b', ...naming }, { Id: 'c' }];
    const Successful = [
      { Id: 'a', MessageId: 'm1' },
      { Id: 'b', MessageId: 'm2' },
    ];
    traces.note('AmazonSQS.SendMessageBatch', HEADER, { Entries }, { Successful, Failed: [{ Id: 'c' }] });
    expect([traces.headerOf('m1'), traces.headerOf('m2')]).toEqual([HEADER, OWN]);
  });

  it('is asked for nothing else', () => {
    const traces = new MessageTraces();
    traces.note('AmazonSQS.ReceiveMessage', HEADER, {}, { MessageId: 'm1' });
    traces.note('AmazonSQS.SendMessage', HEADER, undefined, 'nonsense');
    expect([traces.headerOf('m1'), traces.headerOf(undefined)]).toEqual([undefined, undefined]);
  });

  it('is forgotten when ten thousand others came after it', () => {
    const traces = new MessageTraces();
    for (let i = 0; i <= 10_000; i++) traces.note('AmazonSQS.SendMessage', HEADER, {}, { MessageId: `m${String(i)}` });
    expect([traces.headerOf('m0'), traces.headerOf('m1')]).toEqual([undefined, HEADER]);
  });
});
