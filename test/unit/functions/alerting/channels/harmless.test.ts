// What somebody else wrote, an exception above all, becomes no mention, no link, no picture and no tag in any channel.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  harmlessInMarkdown,
  plain,
  robotMarkdown,
  slackMarkup,
} from '../../../../../functions/alerting/channels/dialects.ts';
import { feishuRequest } from '../../../../../functions/alerting/channels/feishu.ts';
import { slackRequest } from '../../../../../functions/alerting/channels/slack.ts';
import { wecomRequest } from '../../../../../functions/alerting/channels/wecom.ts';
import { webAddress } from '../../../../../functions/alerting/channels/text.ts';
import { anyMessage, message, nightly } from './messages.ts';

const attacks = [
  '<!channel> <!here> <@U012AB3CD> <#C01> <https://evil.example|Runbook>',
  '@all @everyone <@zhangsan> <at user_id="all">all</at> <at id=all></at>',
  '[Runbook](https://evil.example) ![](https://evil.example/pixel.png) www.evil.example',
  '**bold** `code` # heading <font color="warning">x</font> &lt;!channel&gt;',
];

describe('in Slack', () => {
  it('angle brackets and ampersands are escaped, backticks end no code', () => {
    expect(slackMarkup([{ text: attacks[0] ?? '' }])).toBe(
      '&lt;!channel&gt; &lt;!here&gt; &lt;@U012AB3CD&gt; &lt;#C01&gt; &lt;https://evil.example|Runbook&gt;',
    );
    expect(slackMarkup([{ text: 'a `b` <!here>', code: true }])).toBe('`a ˋbˋ &lt;!here&gt;`');
  });

  it('no name or address is parsed', () => {
    const body = JSON.parse(slackRequest('https://x', message).body) as {
      readonly mrkdwn: boolean;
      readonly blocks: readonly { readonly type: string; readonly text: Record<string, unknown> }[];
    };
    expect(body.mrkdwn).toBe(false);
    expect(body.blocks.map(({ type, text }) => [type, text['type'], text['verbatim'], text['emoji']])).toEqual([
      ['header', 'plain_text', undefined, false],
      ['section', 'mrkdwn', true, undefined],
    ]);
  });

  it('whatever is said, angle brackets are those of our own links', () => {
    fc.assert(
      fc.property(anyMessage, (any) => {
        const { body } = slackRequest('https://x', any);
        const { text, blocks } = JSON.parse(body) as {
          text: string;
          blocks: { type: string; text: { text: string } }[];
        };
        const marked = [text, ...blocks.filter(({ type }) => type === 'section').map((block) => block.text.text)];
        for (const part of marked) {
          expect(part.replace(/<https?:\/\/[^<>|\s]+\|(Runbook|Console)>/g, '')).not.toMatch(/[<>]/);
        }
      }),
      { numRuns: 12 },
    );
  });
});

describe('in the markdown of robots', () => {
  it.each([
    ['<@zhangsan>', '＜@\u200bzhangsan＞'],
    ['@all', '@\u200ball'],
    ['[a](https://b.example)', '［a］(https:\u200b//b.example)'],
    ['![](http://p.example)', '!［］(http:\u200b//p.example)'],
    ['www.evil.example WWW.evil.example', 'www\u200b.evil.example WWW\u200b.evil.example'],
    ['**x** `y` # z', '＊＊x＊＊ ˋyˋ ＃ z'],
    ['Map<String, Order> in 支付', 'Map＜String, Order＞ in 支付'],
  ])('%s is %s', (text, expected) => {
    expect(harmlessInMarkdown(text)).toBe(expected);
    expect(robotMarkdown([{ text, code: true }])).toBe(`> ${expected}`);
  });

  it('whatever is said, links are our own and nobody is mentioned', () => {
    fc.assert(
      fc.property(anyMessage, (any) => {
        const { markdown } = JSON.parse(wecomRequest('https://x', any).body) as { markdown: { content: string } };
        const rest = markdown.content.replace(/\[(Runbook|Console)\]\(https?:\/\/[^()<>\s]+\)/g, '');
        expect(rest).not.toMatch(/[[\]<]|:\/\/|@(?!\u200b)|www\./i);
        expect(rest.replace(/^> /gm, '')).not.toContain('>');
      }),
      { numRuns: 12 },
    );
  });
});

describe('in Feishu', () => {
  it('texts stay texts: nobody but us makes a link, and nothing mentions', () => {
    const notices = attacks.map((attack) => ({ ...nightly, summary: attack, exception: [attack] }));
    const { body } = feishuRequest('https://x', undefined, { ...message, notices }, 0);
    const { content } = JSON.parse(body) as {
      content: { post: { en_us: { content: { tag: string; text: string }[][] } } };
    };
    const tags = content.post.en_us.content.flat();
    expect(new Set(tags.map(({ tag }) => tag))).toEqual(new Set(['text', 'a']));
    expect(tags.filter(({ tag }) => tag === 'a').map(({ text }) => text)).toEqual(
      attacks.flatMap(() => ['Runbook', 'Console']),
    );
    expect(tags.map(({ text }) => text)).toContain(`    ${attacks[1]}`);
  });
});

describe('in plain text', () => {
  it('is written as it is', () => {
    expect(plain([{ text: '<b> & [x](y)', code: true }])).toBe('    <b> & [x](y)');
  });
});

describe('an address of a runbook or the console', () => {
  it.each([
    ['https://wiki.example.com/a(b)?q=<x>|y#"z"', 'https://wiki.example.com/a%28b%29?q=%3Cx%3E%7Cy#%22z%22'],
    ['javascript:alert(1)', undefined],
    ['data:text/html,x', undefined],
    ['/relative', undefined],
    [`https://a.example/${'x'.repeat(1_000)}`, undefined],
  ])('%s becomes %s', (address, expected) => {
    expect(webAddress(address)).toBe(expected);
  });
});
