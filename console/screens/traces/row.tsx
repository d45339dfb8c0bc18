// A line of the waterfall: how it ended, what it is, and its bar on the axis of time.
import { Shape } from '../../parts/state.tsx';
import { durationOf } from '../../parts/time.tsx';
import { useTexts, type Tell } from '../../text/language.ts';
import type { Line } from './fold.ts';
import { stateOf } from './outcome.ts';
import { outcomeWord, traceTexts, type TraceTextKey } from './texts.ts';
import { spanOf, type Axis, type Seen } from './waterfall.ts';

interface RowLineProps {
  seen: Seen;
  at: number;
  axis: Axis;
  folded: boolean;
  chosen: boolean;
  onChoose: () => void;
  onFold: () => void;
}

const INDENT_PX = 14;
/** Deeper lines are not moved further: a phone has no room for it. */
const DEEPEST = 9;

export function RowLine({ seen: { line, level }, at, axis, folded, chosen, onChoose, onFold }: RowLineProps) {
  const t = useTexts(traceTexts);
  const state = lineState(line);
  const { left, width } = spanOf(line, axis);
  const branches = line.children.length > 0;
  const took = line.durationMs === null ? t('underWay') : durationOf(line.durationMs);
  const [place, style] = tookAt(left, left + width);
  return (
    <div
      id={`row-${line.id}`}
      role="row"
      class={`line ${line.kind} ${state} ${chosen ? 'chosen' : ''}`}
      data-outcome={line.outcome}
      aria-level={level}
      aria-rowindex={at}
      aria-selected={chosen}
      {...(branches ? { 'aria-expanded': !folded } : {})}
      onClick={onChoose}
    >
      <span
        role="gridcell"
        class="what"
        style={{ paddingInlineStart: `${String(Math.min(level - 1, DEEPEST) * INDENT_PX)}px` }}
      >
        {branches ? (
          <button
            type="button"
            class="fold"
            tabIndex={-1}
            aria-label={t(folded ? 'unfold' : 'fold')}
            onClick={(event) => {
              event.stopPropagation();
              onFold();
            }}
          >
            {folded ? '▸' : '▾'}
          </button>
        ) : (
          <span class="fold" />
        )}
        <span class={`ended ${state}`} title={outcomeWord(t, line.outcome)}>
          <Shape kind={state} />
          <span class="unseen">{outcomeWord(t, line.outcome)}</span>
        </span>
        <span class="called">{titleOf(line)}</span>
        {notesOf(t, line).map(({ text, kind, hint }) => (
          <span key={text} class={`chip ${kind}`} title={hint ?? text}>
            {text}
          </span>
        ))}
      </span>
      <span role="gridcell" class="track">
        <span
          class={`bar ${state} ${line.durationMs === null ? 'open' : ''}`}
          style={{ insetInlineStart: `${String(left)}%`, width: `${String(width)}%` }}
        />
        <span class={`took number ${place}`} style={style}>
          {took}
        </span>
      </span>
    </div>
  );
}

const ROOM_PERCENT = 16;

/** Behind the bar where there is room, else before it, else upon it. */
function tookAt(from: number, to: number): readonly [string, Record<string, string>] {
  if (100 - to >= ROOM_PERCENT) return ['', { insetInlineStart: `${String(to)}%` }];
  return from >= ROOM_PERCENT
    ? ['', { insetInlineEnd: `${String(100 - from)}%` }]
    : ['upon', { insetInlineEnd: '4px' }];
}

/** `orders · create-order`, `payments · charge`. */
export function titleOf({ name, kind, annotations }: Line): string {
  const more = annotations[kind === 'invocation' ? 'resource' : 'operation'];
  return typeof more === 'string' && more !== 'default' ? `${name} · ${more}` : name;
}

export function lineState({ outcome, trouble }: Line): ReturnType<typeof stateOf> {
  if (outcome !== undefined) return stateOf(outcome);
  if (trouble === 'throttle') return 'held';
  return trouble === 'fault' ? 'bad' : trouble === 'error' ? 'warn' : 'unknown';
}

interface Note {
  readonly text: string;
  readonly kind: 'quiet' | 'warn' | 'bad' | 'held';
  readonly hint?: string;
}

export function notesOf(t: Tell<TraceTextKey>, line: Line): readonly Note[] {
  const { annotations: says, outcome, kind } = line;
  const notes: Note[] = [];
  if (line.byMessage) notes.push({ text: t('byMessage'), kind: 'quiet', hint: t('byMessageHint') });
  const refusedBy = [says['refused_by'], says['refused_rule']].filter((part) => typeof part === 'string');
  if (refusedBy.length > 0) notes.push({ text: t('refused', { by: refusedBy.join('/') }), kind: 'held' });
  if (kind === 'call' && typeof says['attempts'] === 'number' && says['attempts'] !== 1) {
    notes.push({ text: t('attempts', { count: says['attempts'] }), kind: 'warn' });
  }
  if (kind === 'attempt' && typeof says['attempt'] === 'number') {
    notes.push({ text: t('attempt', { count: says['attempt'] }), kind: 'quiet' });
  }
  const breaker = says['breaker_state'];
  if (typeof breaker === 'string' && breaker !== 'CLOSED')
    notes.push({ text: t('breaker', { state: breaker }), kind: 'warn' });
  if (typeof says['fallback'] === 'string')
    notes.push({ text: t('fallback', { name: says['fallback'] }), kind: 'warn' });
  if (typeof says['fault'] === 'string') notes.push({ text: t('fault', { name: says['fault'] }), kind: 'warn' });
  if (line.links.length > 0) notes.push({ text: t('linked', { count: line.links.length }), kind: 'quiet' });
  if (outcome !== undefined && outcome !== 'ok' && outcome !== 'refused') {
    notes.push({ text: outcomeWord(t, outcome), kind: stateOf(outcome) === 'bad' ? 'bad' : 'warn' });
  }
  return notes;
}
