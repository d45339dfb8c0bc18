// Tells those who are admitted what is left, in the IETF's RateLimit fields of the handler's own answer.
import type { Invocation } from '../kernel/invocation.ts';
import type { Told } from './admission.ts';
import { limitField, policyField } from './refused.ts';

const POLICY = 'ratelimit-policy';
const LIMIT = 'ratelimit';

const NOTES = {};

/** Kept until there is an answer. */
export function noteTold(invocation: Invocation, told: readonly Told[]): void {
  invocation.state<Told[]>(NOTES, () => []).push(...told);
}

/** Adds the fields to an answer of HTTP's that says nothing of its own about limits; anything else stays as it is. */
export function tell(invocation: Invocation): void {
  const told = invocation.state<Told[]>(NOTES, () => []);
  const { response, trigger, event } = invocation;
  if (told.length === 0 || trigger.kind !== 'http') return;
  if (typeof response !== 'object' || response === null || !('statusCode' in response)) return;
  const nowUs = invocation.instance.clock.now() * 1000;
  const fields = {
    [POLICY]: told.map(({ rule }) => policyField(rule)).join(', '),
    [LIMIT]: told
      .map(({ rule, remaining, moreAtUs }) =>
        limitField(rule, Math.min(remaining, rule.limiter.policy.quota), (moreAtUs - nowUs) / 1000),
      )
      .join(', '),
  };
  const multiple =
    trigger.face === 'alb' && typeof event === 'object' && event !== null && 'multiValueHeaders' in event;
  const place = multiple ? 'multiValueHeaders' : 'headers';
  const own = headersIn(response, place);
  if (Object.keys(own).some((name) => name.toLowerCase() === LIMIT)) return;
  const added = multiple ? Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, [value]])) : fields;
  invocation.response = { ...response, [place]: { ...own, ...added } };
}

function headersIn(response: object, place: 'headers' | 'multiValueHeaders'): object {
  const headers = (response as Readonly<Record<string, unknown>>)[place];
  return typeof headers === 'object' && headers !== null ? headers : {};
}
