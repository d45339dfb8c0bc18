// A text area for YAML with line numbers, colours, marks where something is wrong, and completion.
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useTexts } from '../../../text/language.ts';
import type { Schema } from '../text/schema.ts';
import { outlineOf } from '../text/outline.ts';
import { newLine, shift, type Edit } from '../text/keys.ts';
import { rulesTexts } from '../texts.ts';
import { Hover, placeAt, type Hovered } from './hover.tsx';
import { Lines, LINE_PX, type Mark } from './lines.tsx';
import { OptionList, useCompletion } from './completion.tsx';

export interface Target {
  /** From 0. */
  readonly line: number;
}

interface EditorProps {
  label: string;
  text: string;
  schema: Schema | undefined;
  service: string;
  marks: ReadonlyMap<number, Mark>;
  /** A line to go to: each new object goes there anew. */
  target: Target | undefined;
  isReadOnly: boolean;
  onText: (text: string) => void;
  onCaret: (offset: number) => void;
  onSave: () => void;
}

/** Lines rendered beyond what is seen, each way. */
const BEYOND = 30;

export function Editor(props: EditorProps) {
  const { label, text, schema, service, marks, target, isReadOnly, onText, onCaret, onSave } = props;
  const t = useTexts(rulesTexts);
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const [view, setView] = useState({ first: 0, last: 60 });
  const [hovered, setHovered] = useState<Hovered>();
  const lines = useMemo(() => text.split('\n'), [text]);
  const scalarLines = useMemo(() => outlineOf(text).scalarLines, [text]);
  const columns = useMemo(() => Math.max(...lines.map(widthOf)), [lines]);
  const completion = useCompletion({ id, area, schema, service, apply });

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const seen = () => {
      const first = Math.floor(element.scrollTop / LINE_PX / 10) * 10;
      const last = first + Math.ceil(element.clientHeight / LINE_PX) + 10;
      setView((was) => (was.first === first && was.last === last ? was : { first, last }));
    };
    seen();
    element.addEventListener('scroll', seen, { passive: true });
    const resized = new ResizeObserver(seen);
    resized.observe(element);
    return () => {
      element.removeEventListener('scroll', seen);
      resized.disconnect();
    };
  }, []);

  useEffect(() => {
    const [element, holder] = [area.current, box.current];
    if (!target || !element || !holder) return;
    const at = offsetOf(element.value, target.line);
    element.focus({ preventScroll: true });
    element.setSelectionRange(at, at);
    holder.scrollTop = Math.max(0, (target.line - 4) * LINE_PX);
    holder.scrollLeft = 0;
    onCaret(at);
  }, [target]);

  /** As if it was typed, so that it can be undone. */
  function apply({ from, to, insert, selection }: Edit): void {
    const element = area.current;
    if (!element || isReadOnly) return;
    element.focus({ preventScroll: true });
    element.setSelectionRange(from, to);
    if (!insertAsTyped(insert)) {
      element.setRangeText(insert, from, to, 'end');
      onText(element.value);
    }
    element.setSelectionRange(selection[0], selection[1]);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const element = area.current;
    if (!element || event.isComposing) return;
    if (completion.onKey(event)) return event.preventDefault();
    const { value, selectionStart, selectionEnd } = element;
    const command = event.ctrlKey || event.metaKey;
    let edit: Edit | undefined;
    if (command && event.key === ' ') completion.open(true);
    else if (command && event.key === 's') onSave();
    else if (command && event.key === ']') edit = shift(value, selectionStart, selectionEnd, 'in');
    else if (command && event.key === '[') edit = shift(value, selectionStart, selectionEnd, 'out');
    else if (event.key === 'Enter' && !command && !event.shiftKey && !event.altKey) {
      edit = newLine(value, selectionStart, selectionEnd);
    } else return;
    event.preventDefault();
    if (edit) apply(edit);
  }

  const first = Math.max(0, view.first - BEYOND);
  const last = Math.min(lines.length, view.last + BEYOND);
  return (
    <>
      <div ref={box} class="editor" tabIndex={-1}>
        <div class="sheet" style={{ '--lines': String(lines.length), '--columns': String(columns) }}>
          <Lines {...{ lines, scalarLines, marks, first, last }} />
          <textarea
            ref={area}
            value={text}
            readOnly={isReadOnly}
            wrap="off"
            spellcheck={false}
            autocomplete="off"
            autocapitalize="off"
            aria-label={label}
            aria-multiline="true"
            aria-describedby={`${id}-keys`}
            aria-invalid={[...marks.values()].includes('bad')}
            aria-autocomplete="list"
            aria-haspopup="listbox"
            {...completion.attributes}
            onInput={({ currentTarget }) => {
              onText(currentTarget.value);
              onCaret(currentTarget.selectionStart);
              setHovered(undefined);
              completion.typed();
            }}
            onSelect={({ currentTarget }) => {
              onCaret(currentTarget.selectionStart);
              completion.moved();
            }}
            onKeyDown={onKeyDown}
            onBlur={() => completion.close()}
            onMouseMove={(event) => setHovered(schema && placeAt(event, area.current, schema, hovered))}
            onMouseLeave={() => setHovered(undefined)}
          />
          {completion.shown ? <OptionList {...completion.shown} box={box.current} /> : null}
          {hovered?.told && !completion.shown ? <Hover {...hovered} /> : null}
        </div>
      </div>
      <p id={`${id}-keys`} class="quiet">
        {t('editorKeys')}
      </p>
    </>
  );
}

/** Through the browser's editing, which keeps the undo history; false where that is not to be had. */
function insertAsTyped(insert: string): boolean {
  const editing = document as { execCommand?: (command: string, ui: boolean, value: string) => boolean };
  return editing.execCommand?.(insert === '' ? 'delete' : 'insertText', false, insert) ?? false;
}

function offsetOf(text: string, line: number): number {
  let at = 0;
  for (let i = 0; i < line; i += 1) {
    const next = text.indexOf('\n', at);
    if (next === -1) break;
    at = next + 1;
  }
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

/** In columns of a fixed-width font: what is wide takes two. */
function widthOf(line: string): number {
  let wide = 0;
  for (let i = 0; i < line.length; i += 1) if (line.charCodeAt(i) > 0x2e80) wide += 1;
  return line.length + wide;
}
