// `flyball breaker`: forces a breaker open or closed, and releases it.
import type { Command, Given, Outcome } from '../command.ts';
import { strange, type ControlPlane } from '../control-plane.ts';
import { EXIT, WrongUsage } from '../failure.ts';
import { isObject } from '../problem.ts';
import { serviceName } from '../rules-file.ts';
import { detailsOf, standingOf } from './breaker-words.ts';
import { keyParts } from './breakers.ts';

const STATES: Readonly<Record<string, string>> = { open: 'FORCED_OPEN', closed: 'FORCED_CLOSED' };

export const breaker: Command = {
  name: 'breaker',
  summary: 'force a breaker open or closed, or release it',
  synopsis: 'force <service> <breaker> <open|closed> --reason <text>, or release <service> <breaker> --reason <text>',
  help: `force     open: every call is refused; closed: every call passes, whatever happens.
          The fleet follows within 6 s
release   goes on from the state beneath, with a fresh window

  --reason <text>      why, for those who ask
  --for <time>         how long: 30m, 2h; without it until it is released
  --until <time>       or until then: 2027-01-01T00:00:00Z
  --key <part=value>   of a rule with a key the one of this value: client=ada;
                       of several parts client=ada&header:x-plan=gold
  --stored <key>       the same as the table has it, as flyball breakers shows it`,
  options: {
    reason: { type: 'string' },
    for: { type: 'string' },
    until: { type: 'string' },
    key: { type: 'string' },
    stored: { type: 'string' },
  },
  takes: { atLeast: 3, atMost: 4 },

  async run(given, { controlPlane }) {
    const [action, , , state] = given.args;
    if (action === 'force') {
      const wanted = STATES[state ?? ''];
      if (wanted === undefined)
        throw new WrongUsage('Say which: flyball breaker force <service> <breaker> open (or closed)');
      return set(given, controlPlane, wanted);
    }
    if (action === 'release' && state === undefined) return set(given, controlPlane, null);
    throw new WrongUsage(
      action === 'release'
        ? 'release takes a service and a breaker, no state.'
        : `There is no "${action ?? ''}" of breaker: write force or release.`,
    );
  },
};

async function set({ args, text }: Given, controlPlane: ControlPlane, state: string | null): Promise<Outcome> {
  const [, service = '', name = ''] = args;
  const reason = text('reason') ?? '';
  if (reason.trim() === '') throw new WrongUsage('--reason is missing: say in a few words why, for those who ask.');
  const [lasting, until, key, stored] = [text('for'), text('until'), text('key'), text('stored')];
  if (state === null && (lasting ?? until) !== undefined)
    throw new WrongUsage('A release has no end: leave --for and --until out.');
  if (lasting !== undefined && until !== undefined) throw new WrongUsage('Give either --for or --until.');
  const body = {
    state,
    reason,
    ...(lasting === undefined ? {} : { for: lasting }),
    ...(until === undefined ? {} : { until }),
    ...(key === undefined ? {} : { key: keyParts(key) }),
    ...(stored === undefined ? {} : { stored }),
  };
  const path = `/v1/services/${serviceName(service)}/breakers/${encodeURIComponent(name)}/force`;
  const answer = await controlPlane.ask('POST', path, {
    body: { text: JSON.stringify(body), type: 'application/json' },
  });
  const told: unknown = JSON.parse(answer.text);
  if (!isObject(told)) throw strange('that of a breaker', answer);
  return {
    exitCode: EXIT.ok,
    lines: [standingOf(name, told), ...detailsOf(told).map((line) => `  ${line}`)],
    json: told,
  };
}
