// The list of what may be written where the caret is: opened while typing or by Ctrl+Space, worked by the keyboard alone.
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useTexts } from '../../../text/language.ts';
import { suggest, type Suggestion, type Suggestions } from '../text/complete.ts';
import type { Edit } from '../text/keys.ts';
import type { Schema } from '../text/schema.ts';
import { rulesTexts } from '../texts.ts';
import { LINE_PX } from './lines.tsx';
import { ToldOf } from './told.tsx';

interface Wanted {
  id: string;
  area: RefObject<HTMLTextAreaElement | null>;
  schema: Schema | undefined;
  service: string;
  apply: (edit: Edit) => void;
}

interface Open extends Suggestions {
  readonly selected: number;
  readonly line: number;
  readonly column: number;
}

interface OptionListProps {
  id: string;
  open: Open;
  onTake: (item: Suggestion) => void;
}

export interface Completion {
  readonly shown: OptionListProps | undefined;
  readonly attributes: { readonly 'aria-controls'?: string; readonly 'aria-activedescendant'?: string };
  /** True when the key was for the list. */
  readonly onKey: (event: KeyboardEvent) => boolean;
  readonly open: (isAsked: boolean) => void;
  readonly typed: () => void;
  readonly moved: () => void;
  readonly close: () => void;
}

/** Values are listed unasked up to so many, where nothing was typed yet. */
const FEW = 12;

export function useCompletion({ id, area, schema, service, apply }: Wanted): Completion {
  const [open, setOpen] = useState<Open>();
  const typing = useRef(false);

  function look(isAsked: boolean): void {
    const element = area.current;
    if (!schema || !element || element.selectionStart !== element.selectionEnd) return setOpen(undefined);
    const { value: text, selectionStart: offset } = element;
    const found = suggest({ text, offset, schema, service });
    const isWanted = isAsked || !found.isBare || (found.isValue && found.items.length <= FEW);
    if (!isWanted || found.items.length === 0) return setOpen(undefined);
    const start = text.lastIndexOf('\n', found.from - 1) + 1;
    const line = text.slice(0, start).split('\n').length - 1;
    setOpen({ ...found, selected: 0, line, column: found.from - start });
  }

  function take({ insert, back, kind }: Suggestion): void {
    const offset = area.current?.selectionStart;
    if (!open || offset === undefined) return;
    const at = open.from + insert.length - back;
    setOpen(undefined);
    apply({ from: open.from, to: offset, insert, selection: [at, at] });
    // What stands behind a new key is asked next; behind a value nothing is.
    if (kind === 'key') look(false);
    else setOpen(undefined);
  }

  function onKey({ key, ctrlKey, metaKey, shiftKey }: KeyboardEvent): boolean {
    if (!open || ctrlKey || metaKey) return false;
    const { items, selected } = open;
    const item = items[selected];
    if (key === 'Escape') setOpen(undefined);
    else if ((key === 'Enter' || (key === 'Tab' && !shiftKey)) && item) take(item);
    else if (key === 'ArrowDown') setOpen({ ...open, selected: (selected + 1) % items.length });
    else if (key === 'ArrowUp') setOpen({ ...open, selected: (selected + items.length - 1) % items.length });
    else if (key === 'PageDown') setOpen({ ...open, selected: Math.min(items.length - 1, selected + 8) });
    else if (key === 'PageUp') setOpen({ ...open, selected: Math.max(0, selected - 8) });
    else return false;
    return true;
  }

  return {
    shown: open && { id, open, onTake: take },
    attributes: open
      ? { 'aria-controls': `${id}-list`, 'aria-activedescendant': `${id}-option-${String(open.selected)}` }
      : {},
    onKey,
    open: look,
    typed: () => {
      typing.current = true;
      look(false);
    },
    // A caret that moves by itself leaves what the list was for; one that moves by typing does not.
    moved: () => {
      if (typing.current) typing.current = false;
      else if (open && area.current && area.current.selectionStart < open.from) setOpen(undefined);
    },
    close: () => setOpen(undefined),
  };
}

export function OptionList({ id, open, onTake, box }: OptionListProps & { box: HTMLElement | null }) {
  const t = useTexts(rulesTexts);
  const list = useRef<HTMLUListElement>(null);
  const { items, selected, line, column } = open;
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [selected]);
  const isLow = box !== null && (line + 1) * LINE_PX - box.scrollTop > box.clientHeight / 2;
  const across = `min(calc(var(--gutter) + ${String(column)}ch), ${String(Math.max(0, (box?.scrollLeft ?? 0) + (box?.clientWidth ?? 400) - 330))}px)`;
  const place = isLow
    ? { bottom: `calc(100% - ${String(line * LINE_PX + 8)}px)`, left: across }
    : { top: `${String((line + 1) * LINE_PX + 10)}px`, left: across };
  const told = items[selected]?.told;
  return (
    <div class="completion" style={place}>
      <ul ref={list} id={`${id}-list`} role="listbox" aria-label={t('suggestions')}>
        {items.map((item, i) => (
          <li
            key={`${item.kind} ${item.label}`}
            id={`${id}-option-${String(i)}`}
            role="option"
            aria-selected={i === selected}
            onMouseDown={(event) => {
              event.preventDefault();
              onTake(item);
            }}
          >
            <span>{item.label}</span>
            <span class="quiet">{t(item.kind)}</span>
          </li>
        ))}
      </ul>
      {told ? <ToldOf told={told} /> : null}
      <span class="unseen" role="status">
        {t('suggested', { count: items.length })}
      </span>
    </div>
  );
}
