// `flyball alerts`: what is wrong and who has been told, why, and what people do about it.
import type { Command } from '../command.ts';
import { WrongUsage } from '../failure.ts';
import { didYouMean } from '../nearest.ts';
import { acknowledge, sendNow, test, unacknowledge, type AlertAct } from './alert-acts.ts';
import { dead, retry } from './alert-dead.ts';
import { list, report } from './alert-lists.ts';
import { show, why } from './alert-record.ts';
import { silence, silences, unsilence } from './alert-silences.ts';

interface Verb {
  readonly act: AlertAct;
  /** What it wants behind it; undefined when nothing. */
  readonly wants?: string;
  /** It takes several of them. */
  readonly several?: boolean;
}

const AN_ALERT = 'an alert, by its id';

/** By the first word. */
const VERBS: Readonly<Record<string, Verb>> = {
  list: { act: list },
  show: { act: show, wants: AN_ALERT },
  why: { act: why, wants: AN_ALERT },
  ack: { act: acknowledge, wants: AN_ALERT },
  unack: { act: unacknowledge, wants: AN_ALERT },
  'send-now': { act: sendNow, wants: AN_ALERT },
  silence: { act: silence, wants: 'what it is for, such as service=settlement', several: true },
  silences: { act: silences },
  unsilence: { act: unsilence, wants: 'a silence, by its id' },
  dead: { act: dead },
  retry: { act: retry, wants: 'a delivery, by its id' },
  report: { act: report },
  test: { act: test, wants: 'a channel' },
};

/** Options and what they are for. */
const MEANT: Readonly<Record<string, readonly string[]>> = {
  service: ['list'],
  status: ['list'],
  reason: ['ack', 'send-now', 'silence'],
  until: ['ack', 'silence'],
  for: ['silence'],
  from: ['silence'],
  all: ['silences'],
  week: ['report'],
};

/** A silence may say each field of a match several times. */
const MOST_ARGUMENTS = 51;

export const alerts: Command = {
  name: 'alerts',
  summary: 'tell what is wrong, who was told and why; acknowledge, silence, send now',
  synopsis: `[${Object.keys(VERBS).join('|')}] [<alert>|<match>|<silence>|<delivery>|<channel>] [--reason <text>]`,
  help: `Without a word: what fires, the worst first, since when, who has been told and what is
held back; before that, why nobody may be told.

show <alert>         all that is known of it, what was sent, and why
why <alert>          who was told, who was not, and why
ack <alert>          says that you have seen it: nobody is told again
unack <alert>        takes that back
send-now <alert>     sends what is held back, with the next tick
silence <match>…     nobody is told of what fits, for a time: service=settlement,
                     owner, kind, severity, name, tag; * for any letters. All that are
                     said must fit; of a field that is said twice one is enough
silences             those that hold or are to come
unsilence <silence>  ends one: what still burns is sent
dead                 what could not be delivered, and was given up
retry <delivery>     tries one of those again
report               a week's alerts by rule: what nobody acts on comes first
test <channel>       sends a test message to a channel of the routing document

  --service <name>   of the list: those of this service
  --status <status>  of the list: firing, held, acknowledged, silenced, resolved, all
  --reason <text>    why, for those who ask; send-now and silence want one
  --until <time>     of ack and silence: until then, 2027-01-01T00:00:00Z
  --for <time>       of silence: for so long, 2h, 90d at most; in place of --until
  --from <time>      of silence: not before then
  --all              of silences: also those that are over
  --week <week>      of the report: 2026-W47; the present one unless given`,
  options: {
    service: { type: 'string' },
    status: { type: 'string' },
    reason: { type: 'string' },
    until: { type: 'string' },
    for: { type: 'string' },
    from: { type: 'string' },
    all: { type: 'boolean' },
    week: { type: 'string' },
  },
  takes: { atLeast: 0, atMost: MOST_ARGUMENTS },

  async run(given, { controlPlane }) {
    const [word = 'list', ...named] = given.args;
    const verb = Object.hasOwn(VERBS, word) ? VERBS[word] : undefined;
    if (!verb) {
      const words = Object.keys(VERBS);
      throw new WrongUsage(`There is no "${word}" of alerts: write ${words.join(', ')}.${didYouMean(word, words)}`);
    }
    for (const [option, words] of Object.entries(MEANT)) {
      if ((given.text(option) === undefined && !given.flag(option)) || words.includes(word)) continue;
      throw new WrongUsage(`--${option} is for ${new Intl.ListFormat('en-GB').format(words)}; leave it out.`);
    }
    requireNamed(word, verb, named);
    return verb.act({ given, controlPlane, named });
  },
};

/** @throws {WrongUsage} unless there are as many names as it takes. */
function requireNamed(word: string, { wants, several = false }: Verb, named: readonly string[]): void {
  if (wants === undefined) {
    if (named.length > 0) throw new WrongUsage(`${word} takes no name.`);
    return;
  }
  if (named.length === 0) throw new WrongUsage(`Say which: ${word} wants ${wants}.`);
  if (named.length > 1 && !several) throw new WrongUsage(`${word} takes one at a time: ${wants}.`);
}
