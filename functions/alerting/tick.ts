// The tick: looks at all that can be wrong, decides about every open alert, and sends what is due. Safe to run twice at
// once and to die anywhere: each write leans on what it has seen, and what is not done is found by the next tick.
import { errorFields } from '../../middleware/kernel/logger.ts';
import { hashOfCondition } from '../../store/alert-keys.ts';
import { noteAlertTick } from '../../store/items/alert-tick.ts';
import { changeAlert, listOpenAlerts, type Alert } from '../../store/items/alerts.ts';
import { listSilences, noteSilenced, type Silence } from '../../store/items/silences.ts';
import { pagesOf, sideBySide } from '../api/passes.ts';
import { decided, type Around } from './alert/decide.ts';
import { quieting } from './alert/quiet.ts';
import { worstFirst } from './alert/severity.ts';
import { deliver, type DeliverReport } from './deliver/deliver.ts';
import { isOutdated, observe, saysNothingNew } from './observe.ts';
import { OpenAlerts } from './open-alerts.ts';
import type { Routing } from './routing/document.ts';
import type { Source, Subject, TickParts } from './tick-parts.ts';

const PAGE = 500;
const SIDE_BY_SIDE = 8;
/** With less time left nothing more is looked at: what is known already is still to be told. */
const LOOKING_ENDS_MS = 25_000;
const DECIDING_ENDS_MS = 15_000;
/** Something at which others look at the same time is looked at so often, and then by them. */
const MOST_LOOKS = 3;
const HOUR_MS = 3_600_000;

export interface TickReport {
  /** Alerts that are open when it ends. */
  open: number;
  subjects: number;
  /** Alerts that somebody is to be told of, or is not, since this tick. */
  decided: number;
  /** Notices that were sent. */
  sent: number;
  /** Notices that were not delivered this time: a channel's fault, and an alert of its own when it lasts. */
  undelivered: number;
  /** What could not be looked at, decided or written down; it stays due and is tried again by the next tick. */
  failed: number;
  /** False when time ran out first. */
  complete: boolean;
}

export async function tick(parts: TickParts): Promise<TickReport> {
  const report: TickReport = { open: 0, subjects: 0, decided: 0, sent: 0, undelivered: 0, failed: 0, complete: true };
  const open = new OpenAlerts();
  const known = await readOpen(parts, open, report);
  const seen = new Set<string>();
  for (const [i, source] of parts.sources.entries()) {
    const untilMs = lookingEndsMs(parts.remainingMs(), parts.sources.length - i);
    await lookAt(parts, source, { open, known, seen, untilMs }, report);
  }
  const word = await readWord(parts, report);
  if (word) {
    await lookAgain(parts, word, { open, known, seen, untilMs: LOOKING_ENDS_MS }, report);
    await decideAll(parts, word, open, report);
    await noteSilences(parts, word.silences, open);
    if (word.routing) {
      const sent = await deliver({ ...parts, routing: word.routing }, open, {
        decide: (alerts) => decideThese(parts, word, open, alerts, report),
      });
      addTo(report, sent);
    }
  }
  report.open = open.all().length;
  const { open: count, sent, undelivered, complete } = report;
  const failed = report.failed + undelivered;
  await noteAlertTick(parts.table, { at: parts.clock.now(), open: count, sent, failed, complete });
  return report;
}

/** @returns whether all of them are known. */
async function readOpen({ table, logger }: TickParts, open: OpenAlerts, report: TickReport): Promise<boolean> {
  const pages = pagesOf(async (cursor) => {
    const { alerts, strangers, ...rest } = await listOpenAlerts(table, { limit: PAGE, cursor });
    if (strangers > 0) {
      report.failed += strangers;
      logger.error('alerts are open that cannot be read, or that are not what their key says', { strangers });
    }
    return { found: alerts, ...rest };
  });
  const failed = report.failed;
  for await (const page of pages) for (const alert of page) open.learn(alert);
  return report.failed === failed;
}

/** What this tick has seen so far. */
interface Seen {
  readonly open: OpenAlerts;
  /** All open alerts are known. */
  readonly known: boolean;
  /** Hashes of the conditions that sources have spoken of. */
  readonly seen: Set<string>;
  /** With less time left nothing more is looked at. */
  readonly untilMs: number;
}

/** With how much time left the first of so many sources has to end: whatever it has to say, the others have as much as it. */
function lookingEndsMs(remainingMs: number, sources: number): number {
  if (sources === 1) return LOOKING_ENDS_MS;
  return LOOKING_ENDS_MS + (Math.max(remainingMs - LOOKING_ENDS_MS, 0) / sources) * (sources - 1);
}

async function lookAt(parts: TickParts, source: Source, sofar: Seen, report: TickReport): Promise<void> {
  const { logger } = parts;
  try {
    for await (const page of source.subjects(parts)) {
      if (!(await lookAtAll(parts, page, sofar, report))) return;
    }
  } catch (error) {
    report.failed++;
    logger.error('a source of alerts could not be asked', { source: source.name, ...errorFields(error) });
  }
}

/** @returns whether there was time for all of them. */
async function lookAtAll(
  parts: TickParts,
  subjects: readonly Subject[],
  sofar: Seen,
  report: TickReport,
): Promise<boolean> {
  const { logger, remainingMs } = parts;
  let all = true;
  await sideBySide(SIDE_BY_SIDE, subjects, async (subject) => {
    if (remainingMs() < sofar.untilMs) {
      all = false;
      report.complete = false;
      return;
    }
    try {
      await lookAtOne(parts, subject, sofar);
      report.subjects++;
    } catch (error) {
      report.failed++;
      logger.error('something could not be looked at', { subject: subject.name, ...errorFields(error) });
    }
  });
  return all;
}

async function lookAtOne(parts: TickParts, subject: Subject, sofar: Seen): Promise<void> {
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    // What could not be kept keeps its mark.
    const isKept = await keepWhatIsSaid(parts, subject, sofar);
    if (isKept && (await subject.observed?.()) !== false) return;
  }
}

/** @returns whether all of it is: of what others have seen later nobody can tell. */
async function keepWhatIsSaid(parts: TickParts, subject: Subject, { open, known, seen }: Seen): Promise<boolean> {
  const seenAt = parts.clock.now();
  let isKept = true;
  for (const condition of await subject.conditions()) {
    const hash = hashOfCondition(condition.key);
    seen.add(hash);
    // Who comes once, for a mark, is heard by what is written; who comes each minute, by what was read of it.
    const isSpared = known && subject.observed === undefined;
    if (isSpared && saysNothingNew(open.get(hash), condition, seenAt)) continue;
    const alert = await observe(parts, condition, seenAt);
    if (alert) open.learn(alert);
    if (isOutdated(alert, condition, seenAt)) isKept = false;
  }
  return isKept;
}

/** Before anybody is told of what was said long ago, it is looked at once more. */
async function lookAgain(parts: TickParts, word: Word, sofar: Seen, report: TickReport): Promise<void> {
  const around = aroundOf(parts, word, sofar.open);
  const telling = sofar.open
    .firing()
    .filter((alert) => !sofar.seen.has(alert.hash) && decided(alert, around).seq > alert.seq);
  const subjects = telling.flatMap(({ condition }) =>
    parts.sources.flatMap((source) => source.again?.(parts, condition.key) ?? []),
  );
  await lookAtAll(parts, subjects, sofar, report);
}

/** What decisions are made by, beside alerts. */
interface Word {
  readonly routing: Routing | undefined;
  readonly silences: readonly Silence[];
}

/** Undefined when it cannot be read: nothing is decided by half of it. */
async function readWord({ table, routing, logger }: TickParts, report: TickReport): Promise<Word | undefined> {
  try {
    const [inForce, { silences, unreadable }] = await Promise.all([routing(), listSilences(table)]);
    if (unreadable > 0) logger.error('silences cannot be read: a newer flyball has written them', { unreadable });
    return { routing: inForce, silences };
  } catch (error) {
    report.failed++;
    report.complete = false;
    logger.error('how alerts are routed could not be read: nothing is decided', errorFields(error));
    return undefined;
  }
}

const aroundOf = ({ clock }: TickParts, word: Word, open: OpenAlerts): Around => ({
  ...word,
  nowMs: clock.now(),
  quietedBy: quieting(word.routing, open.firing()),
});

const decideAll = (parts: TickParts, word: Word, open: OpenAlerts, report: TickReport): Promise<void> =>
  decideThese(parts, word, open, open.all(), report);

async function decideThese(
  parts: TickParts,
  word: Word,
  open: OpenAlerts,
  alerts: readonly Alert[],
  report: TickReport,
): Promise<void> {
  const { table, logger, remainingMs } = parts;
  const around = aroundOf(parts, word, open);
  // There may be more than this tick has time for.
  const changing = alerts.filter((alert) => decided(alert, around) !== alert).toSorted(worstFirst);
  await sideBySide(SIDE_BY_SIDE, changing, async (seen) => {
    if (remainingMs() < DECIDING_ENDS_MS) {
      report.complete = false;
      return;
    }
    try {
      const decide = (current: Alert | undefined) => {
        const next = current && decided(current, around);
        return next === current || next === undefined ? undefined : { alert: next };
      };
      const { alert } = await changeAlert(table, seen.hash, decide, seen);
      if (alert) open.learn(alert);
      report.decided++;
    } catch (error) {
      report.failed++;
      logger.error('nothing could be decided about an alert', { alert: seen.id, ...errorFields(error) });
    }
  });
}

/** That silences keep somebody from being told, once an hour: those that do not are forgotten ones. */
async function noteSilences(
  { table, clock, logger }: TickParts,
  silences: readonly Silence[],
  open: OpenAlerts,
): Promise<void> {
  const hour = Math.floor(clock.now() / HOUR_MS) * HOUR_MS;
  const holding = new Set(open.all().flatMap(({ holds }) => holds.map(({ kind, by }) => `${kind} ${by ?? ''}`)));
  const noted = silences.filter(({ id, matchedAt = 0 }) => holding.has(`silenced ${id}`) && matchedAt < hour);
  await sideBySide(SIDE_BY_SIDE, noted, async ({ id }) => {
    try {
      await noteSilenced(table, id, hour);
    } catch (error) {
      logger.warn('it could not be noted that a silence holds something', { silence: id, ...errorFields(error) });
    }
  });
}

function addTo(report: TickReport, { sent, undelivered, failed, complete }: DeliverReport): void {
  report.sent += sent;
  report.undelivered += undelivered;
  report.failed += failed;
  report.complete &&= complete;
}
