// Writes a throttle into the text of a rule document, line by line, so that everything else stays as its author wrote it. Pure.
import { outlineOf } from '../rules/text/outline.ts';

export interface NewThrottle {
  readonly resources?: readonly string[];
  readonly limit: string;
  readonly mode?: 'shadow';
}

/** Undefined where only a new text of the whole document would have room for it: throttles within braces, several documents. */
export function withThrottle(text: string, name: string, rule: NewThrottle): string | undefined {
  if (text.trimStart().startsWith('{')) return withinJson(text, name, rule);
  if (/^(---|\.\.\.)/m.test(text.trimStart().replace(/^---\s/, ''))) return undefined;
  const { entries, byPointer } = outlineOf(text);
  const lines = text.split('\n');
  const section = byPointer.get('/throttles');
  if (!section) {
    const end = text === '' || text.endsWith('\n') ? '' : '\n';
    return `${text}${end}throttles:\n${written(name, rule, 2)}\n`;
  }
  const header = lines[section.line] ?? '';
  if (!/^throttles[ \t]*:[ \t]*(#.*)?\r?$/.test(header)) return undefined;
  const first = entries.find(({ parent }) => parent === '/throttles');
  const column = first ? first.from - text.lastIndexOf('\n', first.from) - 1 : 2;
  lines.splice(section.line + 1, 0, written(name, rule, column));
  return lines.join('\n');
}

function withinJson(text: string, name: string, rule: NewThrottle): string | undefined {
  try {
    const document = JSON.parse(text) as { throttles?: object };
    return `${JSON.stringify({ ...document, throttles: { ...document.throttles, [name]: rule } }, undefined, 2)}\n`;
  } catch {
    return undefined;
  }
}

/** Names and limits are of letters, digits and dashes: nothing of it has to be quoted. */
function written(name: string, { resources, limit, mode }: NewThrottle, column: number): string {
  const fields = [
    ...(resources ? [`resources: [${resources.join(', ')}]`] : []),
    `limit: ${limit}`,
    ...(mode ? [`mode: ${mode}`] : []),
  ];
  const indent = ' '.repeat(column);
  return [`${indent}${name}:`, ...fields.map((field) => `${indent}  ${field}`)].join('\n');
}
