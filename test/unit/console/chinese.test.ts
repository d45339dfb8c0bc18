// The page's Chinese: whole, written as Chinese is, with one word for one thing.
import { describe, expect, it } from 'vitest';
import { ownTexts, type OwnText } from '../../console/own-texts.ts';

const texts = await ownTexts();

/** Names, units and words of formats, which are the same in Chinese. */
const TERMS = new Set(
  (
    'flyball API AWS CloudWatch CORS CSV Ctrl ID JSON LATEST Lambda OnCalendar systemd POST Ping SLO Tab X-Ray YAML breaker cron npm start ' +
    'p95 p99 ping m ms s S not found'
  ).split(' '),
);
/** Told as they are typed or searched for. */
const EXAMPLES = [
  /annotation\.\w+ = "[\w-]+"/g,
  /throttle\/per-client|per-client/g,
  /\$LATEST, live/g,
  /severity:realtime/g,
];

const values = /\{[^}]*\}/g;
const withoutValues = (text: string) => text.replace(values, ' ');
const valuesOf = (text: string) => [...new Set(text.match(/\{\w+/g))].sort();
const wrong = (is: (text: OwnText) => boolean) => texts.filter(is).map(({ at, en, zh }) => `${at}: "${en}" is "${zh}"`);

it('is there for each text, with the same values in it', () => {
  expect(texts.length).toBeGreaterThan(900);
  expect(wrong(({ zh }) => zh === '')).toEqual([]);
  expect(wrong(({ en, zh }) => String(valuesOf(en)) !== String(valuesOf(zh)))).toEqual([]);
});

it('is not English that was left, but for names, units and words of formats', () => {
  const left = ({ zh }: OwnText) =>
    EXAMPLES.reduce((text, example) => text.replace(example, ' '), withoutValues(zh))
      .match(/[A-Za-z][\w-]*/g)
      ?.some((word) => !TERMS.has(word)) ?? false;
  expect(wrong(left)).toEqual([]);
});

describe('is set as Chinese is', () => {
  it('with full-width marks beside its characters', () => {
    const mark = /\p{Script=Han}\s*[,;:?!()]|[,;:?!()]\s*\p{Script=Han}|\p{Script=Han}\.(?:\s|$)/u;
    expect(wrong(({ zh }) => mark.test(withoutValues(zh)))).toEqual([]);
  });

  it('with a space between its characters and Latin letters or figures, and none beside its marks', () => {
    const tight = /\p{Script=Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Script=Han}/u;
    const loose = /[，。：；？！（）、]\s|\s[，。：；？！（）、]/u;
    expect(wrong(({ zh }) => tight.test(zh) || loose.test(zh))).toEqual([]);
  });
});

describe('has one word for', () => {
  it.each([
    ['breakers', /\bbreakers?\b/i, '熔断器'],
    ['throttles', /\bthrottles?\b(?!\/)/i, '限流'],
    ['quotas', /\bquotas?\b/i, '配额'],
    ['gray publications', /\bgray\b/i, '灰度'],
    ['rolling back', /\broll(?:s|ed)? back\b/i, '回滚'],
    ['drafts', /\bdrafts?\b/i, '草稿'],
    ['revisions', /\brevisions?\b/i, '版本'],
    ['alerts', /\balerts?\b/i, '告警'],
    ['silences', /\bsilence[sd]?\b/i, '静默'],
    ['acknowledging', /\backnowledge/i, '确认'],
    ['escalation', /\bescalation\b/i, '升级'],
    ['owners', /\bowners?\b/i, '负责人'],
    ['traces', /\btraces?\b/i, '链路'],
    ['topology', /\btopology\b/i, '拓扑'],
    ['jobs', /\bjobs?\b/i, '任务'],
    ['objectives', /\bobjectives?\b/i, '服务目标'],
    ['instances', /\binstances?\b/i, '实例'],
    ['dependencies', /\bdependenc/i, '依赖'],
    ['baselines', /\bbaselines?\b/i, '基线'],
  ])('%s', (_what, english, chinese) => {
    const saysSo = ({ en }: OwnText) => english.test(withoutValues(en));
    expect(texts.some(saysSo)).toBe(true);
    expect(wrong((text) => saysSo(text) && !text.zh.includes(chinese))).toEqual([]);
  });
});
