// Checks redelivery: where it means anything, all that a queue needs to know and nothing that a stream cannot keep.
import type { RedeliveryRule, ResourceRule } from '../../../middleware/kernel/rules/document.ts';
import { checkBackoff } from './backoff.ts';
import type { Place, Report } from './findings.ts';

type Match = ResourceRule['match'];

/** SQS hides a message no longer than this. */
const SQS_MAX_VISIBILITY_MS = 12 * 3_600_000;

/** Names that can never stand for one kind of failure, and why. */
const MEANINGLESS: Readonly<Record<string, string>> = {
  Error: 'is what every error is; name a kind of them',
  Refused: 'is never a failure: what flyball refuses comes back',
  Rejected: 'always goes to the dead-letter queue at once; leave it out',
  ok: 'is no failure',
};

export function isParkable(trigger: Match['trigger']): boolean {
  return trigger === 'bucket' || trigger === 'topic' || trigger === 'event';
}

export function checkRedelivery(rule: RedeliveryRule, match: Match, place: Place, report: Report): void {
  const { attempts, backoff, never, expired } = rule;
  never?.forEach((entry, i) => {
    const reason = MEANINGLESS[entry];
    if (reason !== undefined) report([...place, 'never', i], `${entry} ${reason}`);
    else if (never.indexOf(entry) !== i) report([...place, 'never', i], `${entry} stands here twice`);
  });
  if (match.trigger === 'stream') return checkStream(rule, place, report);
  if (match.trigger !== 'queue' && !isParkable(match.trigger)) {
    report(
      place,
      'only queues redeliver by rule, and parking queues; add trigger: queue, bucket, topic, event or stream to the match',
    );
  }
  if (attempts === undefined)
    report([...place, 'attempts'], 'say how often a record may fail, the first time included');
  if (backoff === undefined) report([...place, 'backoff'], 'say after how long a failed record comes back');
  else {
    checkBackoff(backoff, [...place, 'backoff'], report, {
      ms: SQS_MAX_VISIBILITY_MS,
      because: 'SQS hides a message for at most 12h',
    });
  }
  if (expired === undefined) return;
  if (match.trigger !== 'queue')
    report([...place, 'expired'], 'only messages of queues bring a deadline; leave it out');
  else if (match.source === undefined) {
    report([...place, 'expired'], 'deadlines are believed of queues the rules name alone; add the source to the match');
  }
}

/** A shard goes on from its first failure, at once and as often as its event source says. */
function checkStream({ attempts, backoff, never, expired }: RedeliveryRule, place: Place, report: Report): void {
  for (const [field, value] of Object.entries({ attempts, backoff, expired })) {
    if (value !== undefined) {
      report([...place, field], 'means nothing for a stream, whose event source says how often its shard tries again');
    }
  }
  if (never === undefined) report(place, 'of a stream says nothing; give never or leave it out');
}
