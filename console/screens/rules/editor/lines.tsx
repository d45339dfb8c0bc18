// What is seen of the text: line numbers with their marks, and coloured lines; for the eye only, the text area holds the text.
import { memo } from '../memo.ts';
import { Shape } from '../../../parts/state.tsx';
import { piecesOf } from '../text/highlight.ts';

export const LINE_PX = 20;
export type Mark = 'bad' | 'warn';

interface LinesProps {
  lines: readonly string[];
  scalarLines: ReadonlySet<number>;
  marks: ReadonlyMap<number, Mark>;
  first: number;
  last: number;
}

export function Lines({ lines, scalarLines, marks, first, last }: LinesProps) {
  const shown = lines.slice(first, last);
  const top = { top: `${String(first * LINE_PX)}px` };
  return (
    <>
      <div class="gutter" aria-hidden="true">
        <div style={top}>
          {shown.map((_, i) => {
            const mark = marks.get(first + i);
            return (
              <div key={first + i} class={mark ?? ''}>
                {mark ? <Shape kind={mark} /> : null}
                {first + i + 1}
              </div>
            );
          })}
        </div>
      </div>
      <div class="layer" aria-hidden="true">
        <div style={top}>
          {shown.map((text, i) => (
            <Line key={first + i} text={text} isScalar={scalarLines.has(first + i)} mark={marks.get(first + i) ?? ''} />
          ))}
        </div>
      </div>
    </>
  );
}

interface LineProps {
  text: string;
  isScalar: boolean;
  mark: Mark | '';
}

const Line = memo<LineProps>(({ text, isScalar, mark }) => (
  <div class={mark}>
    {piecesOf(text, isScalar).map(([kind, piece], i) =>
      kind === 'plain' ? (
        piece
      ) : (
        <span key={i} class={kind}>
          {piece}
        </span>
      ),
    )}
  </div>
));
