// Writes a throttle into a rule document's text; loaded with its parser when a draft is made. Pure.
import { isMap, parseDocument } from 'yaml';
import type { NewThrottle } from './draft.ts';

/** @throws {Error} when the text is no rule document, or has a throttle of that name. */
export function withThrottle(text: string, name: string, rule: NewThrottle): string {
  const document = parseDocument(text, { keepSourceTokens: true });
  const [wrong] = document.errors;
  if (wrong) throw new Error(`The draft cannot be read: ${wrong.message}`);
  if (!isMap(document.contents)) throw new Error('The draft is no rule document: it has no names and values.');
  if (document.hasIn(['throttles', name])) throw new Error(`The draft has a throttle "${name}" already.`);
  if (!isMap(document.get('throttles'))) document.set('throttles', document.createNode({}));
  document.setIn(['throttles', name], document.createNode(rule));
  return document.toString({ lineWidth: 0 });
}
