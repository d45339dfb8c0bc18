// What every screen says of alerts.
import { texts } from '../text/language.ts';

export const alertTexts = texts(
  {
    urgent: 'Urgent',
    firing: 'Firing',
    deferred: 'Waits',
    muted: 'Muted',
    silenced: 'Silenced',
    inhibited: 'Inhibited',
    acknowledged: 'Acknowledged',
    resolved: 'Over',
    'severity.realtime': 'realtime',
    'severity.high': 'high',
    'severity.deferred': 'deferred',
    'kind.job': 'job',
    'kind.check': 'check',
    'kind.breaker': 'breaker',
    'kind.throttle': 'throttle',
    'kind.quota': 'quota',
    'kind.slo': 'objective',
    'kind.rule': 'alert rule',
    'kind.saturation': 'saturation',
    'kind.business': 'business',
    'kind.fleet': 'fleet',
    'kind.flyball': 'flyball itself',
    since: 'since',
    until: 'until',
    over: 'over',
    told: 'told: {channels}',
    toldNobody: 'nobody told yet',
    failing: 'not reached: {channels}',
    sendsIn: 'Sent in {left}',
    sending: 'Sent with the next tick',
    seenBy: 'acknowledged by {name}',
  },
  {
    urgent: '紧急',
    firing: '告警中',
    deferred: '等待发送',
    muted: '免打扰',
    silenced: '已静默',
    inhibited: '已抑制',
    acknowledged: '已确认',
    resolved: '已恢复',
    'severity.realtime': '实时',
    'severity.high': '高',
    'severity.deferred': '可推迟',
    'kind.job': '任务',
    'kind.check': '检查',
    'kind.breaker': '熔断器',
    'kind.throttle': '限流',
    'kind.quota': '配额',
    'kind.slo': '服务目标',
    'kind.rule': '告警规则',
    'kind.saturation': '饱和度',
    'kind.business': '业务',
    'kind.fleet': '实例',
    'kind.flyball': 'flyball 自身',
    since: '始于',
    until: '截至',
    over: '结束于',
    told: '已通知：{channels}',
    toldNobody: '尚未通知任何人',
    failing: '未送达：{channels}',
    sendsIn: '{left}后发送',
    sending: '即将发送',
    seenBy: '{name} 已确认',
  },
);

export type AlertKind =
  'job' | 'check' | 'breaker' | 'throttle' | 'quota' | 'slo' | 'rule' | 'saturation' | 'business' | 'fleet' | 'flyball';
export const ALERT_KINDS: readonly AlertKind[] = [
  'job',
  'check',
  'breaker',
  'throttle',
  'quota',
  'slo',
  'rule',
  'saturation',
  'business',
  'fleet',
  'flyball',
];
const isKind = (kind: string): kind is AlertKind => (ALERT_KINDS as readonly string[]).includes(kind);

export const isAlertWord = (key: string): key is keyof typeof alertTexts.en => Object.hasOwn(alertTexts.en, key);

/** Of a kind that a newer API has, its own word stands. */
export const kindKey = (kind: string): `kind.${AlertKind}` | undefined => (isKind(kind) ? `kind.${kind}` : undefined);
