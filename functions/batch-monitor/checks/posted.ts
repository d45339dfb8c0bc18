// What a ping has posted, as far as it is quoted: how it begins and how it ends, since that is where a program says why. Pure.
import { compileRedaction } from '../../../middleware/telemetry/redact.ts';

/** Stands on a line of its own for what was left out. */
export const LEFT_OUT = '…';

const redact = compileRedaction();

/** Redacted as a whole: of a secret that is cut in two, nobody would recognise the second half. `most` characters at most. */
export function quoted(body: Uint8Array, most: number): string {
  const text = redact(new TextDecoder().decode(body)).trim();
  if (text.length <= most) return text;
  const half = Math.floor((most - LEFT_OUT.length - 2) / 2);
  const end = text.slice(-half);
  // The end begins with a whole line, if there is one.
  const lineAt = end.indexOf('\n') + 1;
  const head = text.slice(0, half).toWellFormed();
  return `${head}\n${LEFT_OUT}\n${end.slice(lineAt).toWellFormed()}`;
}
