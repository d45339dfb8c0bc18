// Fields whose name is a value of its own: `{"name":"password","value":…}`, `["password", …]`, parts of a form. Pure.
import { isSpace, skip } from './chars.ts';
import { endOfEnclosed, endOfValue, isEnclosed, type Span } from './field-value.ts';

const VALUE_NAMES: ReadonlySet<string> = new Set(['value', 'values', 'val']);
/** How far from a value its name is looked for. */
const NEAR = 256;
const NAME_BESIDE =
  /(?<![\w-])(?:name|key|field|header|param|parameter|id)["'`\\\s]{0,16}[:=]["'`\\\s]{0,16}([\w.-]{1,64})/gi;

/** Whether what begins at `start` and ends at `end` is `value` of an object that has the name of a secret beside it. */
export function isValueOfPair(text: string, start: number, end: number, isSecret: (name: string) => boolean): boolean {
  if (end - start > 6 || !VALUE_NAMES.has(text.slice(start, end).toLowerCase())) return false;
  const before = text.slice(Math.max(0, start - NEAR), start);
  const after = text.slice(end, end + NEAR);
  const near = [
    before.slice(Math.max(before.lastIndexOf('{'), before.lastIndexOf('}')) + 1),
    /^[^{}]*/.exec(after)?.[0] ?? '',
  ];
  return near.some((part) => [...part.matchAll(NAME_BESIDE)].some(([, name = '']) => isSecret(name)));
}

const BETWEEN_PAIR = /\\{0,8}(["'`])(?:\s|\\{1,4}[nrt]){0,64},(?:\s|\\{1,4}[nrt]){0,64}(?=\\{0,8}["'`]|[{[0-9])/y;

/** What follows the quoted name as the next of a list; undefined if that is a name itself. */
export function secondOfPair(text: string, start: number, end: number): Span | undefined {
  BETWEEN_PAIR.lastIndex = end;
  const between = BETWEEN_PAIR.exec(text);
  if (!between || between[1] !== text[start - 1]) return undefined;
  const at = end + between[0].length;
  const to = isEnclosed(text, at) ? endOfEnclosed(text, at) : endOfValue(text, { at, separator: '=' });
  return text[skip(text, to, isSpace)] === ':' ? undefined : [at, to];
}

/** What follows `name="…"` in a part of a form: parameters, headers and an empty line. Line breaks may be escaped. */
const PART_HEAD =
  /\\{0,4}"?(?:;(?:[^\r\n\\]|\\{1,4}"){0,200})?(?:(?:\r?\n|(?:\\{1,4}r)?\\{1,4}n)[\w-]{1,40}:(?:[^\r\n\\]|\\{1,4}"){0,200}){0,4}(?:\r?\n|(?:\\{1,4}r)?\\{1,4}n){2}/y;
const PART_END = /(?:\r?\n|(?:\\{1,4}r)?\\{1,4}n)--/g;

/** The part of a form whose name that is. To the end, if no boundary follows. */
export function partAfter(text: string, start: number, end: number): Span | undefined {
  if (!/name=\\{0,4}"?$/i.test(text.slice(Math.max(0, start - 10), start))) return undefined;
  PART_HEAD.lastIndex = end;
  const head = PART_HEAD.exec(text);
  if (!head) return undefined;
  PART_END.lastIndex = end + head[0].length;
  return [end + head[0].length, PART_END.exec(text)?.index ?? text.length];
}
