// Each kind of channel has a page, and what the pages show of the routing document may be put.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { channelConfig } from '../../../functions/alerting/channels/config.ts';
import { feishuSignature } from '../../../functions/alerting/channels/feishu.ts';

/** Lark's is that of Feishu. */
const PAGES = ['dingtalk', 'feishu', 'pagerduty', 'ses', 'slack', 'smtp', 'sns', 'webhook', 'wecom'];

const folder = new URL('../../../docs/alerts/', import.meta.url);
const pages = readdirSync(folder).map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }));
const shown = pages.flatMap(({ name, text }) =>
  [...text.matchAll(/^```yaml\n(channels:[^]*?)^```/gm)].flatMap(([, block = '']) => {
    const { channels } = parse(block) as { readonly channels: Record<string, { readonly type: string }> };
    return Object.entries(channels).map(([channel, config]) => ({ name, channel, config }));
  }),
);

describe('the channels in the pages', () => {
  it.each(shown)('$channel of $name may be put', ({ config }) => {
    expect(channelConfig.parse(config)).toEqual(config);
  });

  it('are of each kind, each on its page', () => {
    const onPages = shown.filter(({ name, config }) => name === `${config.type}.md`).map(({ config }) => config.type);
    expect(onPages.sort()).toEqual(PAGES);
  });

  it('sign as they are shown', () => {
    const { timestamp, sign } = feishuSignature('demo', 1_599_360_473_000);
    const page = pages.find(({ name }) => name === 'feishu.md')?.text;
    expect(page).toContain(`{"timestamp": "${timestamp}", "sign": "${sign}"`);
  });
});
