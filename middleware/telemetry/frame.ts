// Where an error was thrown in the function's own code: the first frame that is not Node's, a package's or flyball's. Pure.

const LONGEST_NAME = 80;
/** flyball's own source, as source maps and its own repository name it. A package's is in node_modules. */
const OWN =
  /(?:^|\/)(?:store|middleware\/(?:access|breaker|call|deadline|fallback|handler|job-run|kernel|redelivery|retry|telemetry|throttle|trace))\/[\w./-]*$/;

/** `charge (handler.ts:12)`; empty when no frame is the function's own. */
export function frameOf(stack: string): string {
  // A message may hold lines that look like frames; those of the stack are the last.
  const lines = stack.split('\n');
  let first = lines.length;
  while (first > 0 && /^ {4}at /.test(lines[first - 1] ?? '')) first--;
  for (const line of lines.slice(first)) {
    const found = /^ {4}at (?:(?:async |new )?(.{1,200}?) \()?(.{1,1000}?):([0-9]{1,9})(?::[0-9]{1,9})?\)?$/.exec(line);
    if (!found) continue;
    const [, name, path = '', lineNumber = ''] = found;
    if (path.startsWith('node:') || path.includes('node_modules/') || path === '<anonymous>' || OWN.test(path))
      continue;
    const file = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    const place = `${file}:${lineNumber}`.slice(-LONGEST_NAME);
    return name === undefined ? place : `${name.slice(0, LONGEST_NAME)} (${place})`;
  }
  return '';
}
