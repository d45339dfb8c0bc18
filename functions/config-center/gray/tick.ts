// The judge: once a minute every gray publication with steps or a condition is stepped, promoted, taken back, or left as it is.
import type { Clock } from '../../../middleware/kernel/clock.ts';
import { errorFields, type Logger } from '../../../middleware/kernel/logger.ts';
import { appendAudit, type AuditEntry } from '../../../store/items/audit.ts';
import { abortGray, promoteGray, stepGray } from '../../../store/items/gray-changes.ts';
import {
  forgetPlan,
  listDueGrays,
  notePlan,
  readNotedPlan,
  readPlan,
  type Decision,
  type GrayPlan,
} from '../../../store/items/gray-plan.ts';
import { laterThan, readState, type RulesHead, type RulesState } from '../../../store/items/rules.ts';
import type { Table } from '../../../store/port.ts';
import { pagesOf, sideBySide } from '../../api/passes.ts';
import { settle } from '../afterwards.ts';
import { brokenBy } from '../baseline/broken.ts';
import { librariesBehind } from '../library.ts';
import { lookAt, shownFigures, type Look } from './look.ts';
import type { Next } from './next.ts';
import { shareOf } from './terms.ts';

/** Who the audit log names. */
export const JUDGE = 'flyball';
const PAGE = 100;
const SIDE_BY_SIDE = 4;
/** Nothing new is begun with less time than this, in ms: it stays due. */
const TIME_TO_STOP_MS = 5_000;
/** No publisher takes as long between a plan and its head, in ms: then it has died. */
const BEGINNING_MS = 10 * 60_000;

export interface TickParts {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long the tick may still take, in ms. */
  readonly remainingMs?: () => number;
}

export interface TickReport {
  grays: number;
  stepped: number;
  promoted: number;
  aborted: number;
  /** What could not be looked at; it stays due. */
  failed: number;
  complete: boolean;
}

/**
 * Safe to run twice at once and to die anywhere. What is about to be done is noted, done by the one conditional write of
 * the head, and then told; whoever finds the head changed and nothing told tells it. Without the store nothing happens.
 */
export async function judgeTick(parts: TickParts): Promise<TickReport> {
  const { table, clock, logger, remainingMs = () => Infinity } = parts;
  const nowMs = clock.now();
  const report: TickReport = { grays: 0, stepped: 0, promoted: 0, aborted: 0, failed: 0, complete: true };
  const pages = pagesOf(async (cursor) => {
    const { services, strangers, ...rest } = await listDueGrays(table, nowMs, { limit: PAGE, cursor });
    // Any service may put anything into the index.
    if (strangers > 0) logger.warn('items are due that are not what their key says', { strangers });
    return { found: services, ...rest };
  });
  for await (const page of pages) {
    // Also of pages that hold nothing but strangers.
    if (remainingMs() < TIME_TO_STOP_MS) report.complete = false;
    if (!report.complete) break;
    await sideBySide(SIDE_BY_SIDE, page, async (service) => {
      if (remainingMs() < TIME_TO_STOP_MS) {
        report.complete = false;
        return;
      }
      report.grays++;
      try {
        const done = await judgeOne(parts, service, nowMs);
        if (done) report[done]++;
      } catch (error) {
        report.failed++;
        logger.error('a gray publication could not be judged', { of: service, ...errorFields(error) });
      }
    });
    if (!report.complete) break;
  }
  return report;
}

async function judgeOne(parts: TickParts, service: string, nowMs: number): Promise<Decision['how'] | undefined> {
  const { table } = parts;
  const noted = await readNotedPlan(table, service);
  const state = await readState(table, service);
  if (!noted) return undefined;
  await tellDone(parts, service, noted, state);
  if (state.gray?.revision !== noted.revision) {
    await takeOff(table, service, noted, state, nowMs);
    return undefined;
  }
  const plan = await readPlan(table, service, state);
  if (plan?.state !== 'running') return undefined;
  const look = await lookAt(table, service, plan, nowMs);
  return act(parts, service, plan, state, look, nowMs);
}

/** It has ended, or never began: nobody is to look at it again. */
async function takeOff(
  table: Table,
  service: string,
  noted: GrayPlan,
  state: RulesState,
  nowMs: number,
): Promise<void> {
  const { revision } = noted;
  if (state.last >= revision) {
    const { state: how, reason } = (await readPlan(table, service, state)) ?? noted;
    await notePlan(table, service, revision, { state: how === 'running' ? 'aborted' : how, reason });
    await settle(table, service);
  } else if (nowMs - noted.startedAt > BEGINNING_MS) await forgetPlan(table, service, revision);
}

async function act(
  parts: TickParts,
  service: string,
  plan: GrayPlan,
  seen: RulesState,
  look: Look,
  nowMs: number,
): Promise<Decision['how'] | undefined> {
  const { table, logger } = parts;
  const { next, judgement } = look;
  const { head, gray } = seen;
  if (!head || !gray) return undefined;
  const { revision } = plan;
  if (next.do === 'wait') {
    if (next.extended && plan.extendedAt === undefined) {
      logger.warn('nobody can judge a gray publication, which goes on as it is', {
        of: service,
        revision,
        ...judgement,
      });
      await notePlan(table, service, revision, { extendedAt: nowMs });
    }
    return undefined;
  }
  if (next.do === 'promote' && gray.needs !== undefined) {
    const behind = await librariesBehind(table, service, gray.needs, nowMs);
    if (behind.size > 0) {
      const versions = [...behind.keys()];
      logger.warn('a gray publication waits: live instances do not know what it uses', {
        of: service,
        revision,
        versions,
      });
      return undefined;
    }
  }
  if (next.do === 'promote') {
    const broken = await brokenBy(table, service, revision);
    if (broken.length > 0) {
      // Whoever promotes it is told; here nobody would be.
      logger.warn('a gray publication waits for somebody to promote it: the baseline does not allow it any more', {
        of: service,
        revision,
        broken,
      });
      return undefined;
    }
  }
  const at = laterThan(head, nowMs);
  const figures = { part: shownFigures(look.part), rest: shownFigures(look.rest), verdict: judgement.verdict };
  const decided: Decision = { how: HOW[next.do], seq: head.seq + 1, at, reason: next.reason, figures };
  await notePlan(table, service, revision, { decided: { ...decided } });
  const written = await change(table, service, seen, next, at);
  // Somebody was faster: theirs holds, and the next tick looks at what it is.
  if (!written.applied) return undefined;
  const after = await readState(table, service);
  await tellDone(parts, service, { ...plan, decided }, after);
  return decided.how;
}

const HOW = { step: 'stepped', promote: 'promoted', abort: 'aborted' } as const;

function change(table: Table, service: string, seen: RulesState, next: Exclude<Next, { do: 'wait' }>, at: number) {
  if (next.do === 'step') return stepGray(table, { service, seen, at, share: next.share, step: next.step });
  return next.do === 'promote' ? promoteGray(table, { service, seen, at }) : abortGray(table, { service, seen, at });
}

/** Tells of what was decided, if it is what the head says now. May be done again: an entry of that moment is written once. */
async function tellDone(
  parts: TickParts,
  service: string,
  { decided, ...plan }: GrayPlan,
  state: RulesState,
): Promise<void> {
  const { head, gray } = state;
  if (!decided || !head || head.seq !== decided.seq || momentOf(head) !== decided.at) return;
  const { table, logger } = parts;
  const { how, at, reason, figures, seq } = decided;
  const { revision, baseRevision } = plan;
  const share = how === 'stepped' && gray?.share !== undefined ? { share: shareOf(gray.share) } : {};
  const entry: AuditEntry = {
    ...{ at, id: `gray-${service}-${seq}`, actor: JUDGE, action: ACTION[how], service, target: `revision ${revision}` },
    detail: { revision: head.revision, from: baseRevision, ...share, ...figures },
    note: reason,
  };
  try {
    if (await appendAudit(table, entry)) logger[how === 'aborted' ? 'warn' : 'info'](SAID[how], { entry });
  } catch (error) {
    logger.error('an audit entry could not be written', { entry, ...errorFields(error) });
  }
  if (how === 'stepped') await notePlan(table, service, revision, { step: gray?.step ?? plan.step, stepSince: at });
  else await notePlan(table, service, revision, { state: how, reason });
  await settle(table, service);
}

const momentOf = ({ changedAt, publishedAt }: RulesHead) => changedAt ?? publishedAt;
const ACTION = { stepped: 'rules.step', promoted: 'rules.promote', aborted: 'rules.abort' } as const;
const SAID = {
  stepped: 'a gray publication goes on to its next step',
  promoted: 'a gray publication was promoted: it is no worse than what the rest ran',
  aborted: 'a gray publication was taken back',
} as const;
