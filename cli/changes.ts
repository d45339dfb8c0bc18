// What differs between two rule documents, rule by rule, as people read it.
import { cell, type Fields } from './answers.ts';
import type { Line } from './line.ts';
import { isObject } from './problem.ts';

/** Rules that came are good, those that went are bad; of those that changed each field says from what to what. */
export function linesOfChanges(changes: readonly Fields[]): Line[] {
  return changes.flatMap((change): Line[] => {
    const path = cell(change['path']);
    switch (change['change']) {
      case 'added':
        return [{ text: `+ ${path}  ${jsonOf(change['after'])}`, tone: 'good' }];
      case 'removed':
        return [{ text: `- ${path}  ${jsonOf(change['before'])}`, tone: 'bad' }];
      case 'renamed':
        return [{ text: `> ${path}  was ${cell(change['from'])}`, tone: 'changed' }];
      default:
        return [
          { text: `~ ${path}`, tone: 'changed' },
          ...fieldsIn(change).flatMap((field) => lineOfField(path, field)),
        ];
    }
  });
}

export function changesIn(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

const fieldsIn = (change: Fields) => changesIn(change['fields']);

function lineOfField(rule: string, field: Fields): Line[] {
  const path = cell(field['path']);
  const name = path.startsWith(`${rule}/`) ? path.slice(rule.length + 1) : '';
  const at = name === '' ? '' : `${name}: `;
  const lines: Line[] = [];
  if ('before' in field) lines.push({ text: `  - ${at}${jsonOf(field['before'])}`, tone: 'bad' });
  if ('after' in field) lines.push({ text: `  + ${at}${jsonOf(field['after'])}`, tone: 'good' });
  return lines;
}

const jsonOf = (value: unknown) => JSON.stringify(value) ?? '';
