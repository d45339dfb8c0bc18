// Values of rules as they are written in YAML: in one line where they fit, and below each other where they do not.
const LINE = 68;

export function said(value: unknown, indent = ''): string {
  const short = inline(value);
  if (short.length + indent.length <= LINE || typeof value !== 'object' || value === null) return short;
  if (Array.isArray(value))
    return value.map((item) => `${indent}- ${said(item, `${indent}  `).trimStart()}`).join('\n');
  return Object.entries(value)
    .map(([key, member]) => {
      const one = inline(member);
      if (one.length + indent.length + key.length <= LINE) return `${indent}${word(key)}: ${one}`;
      return `${indent}${word(key)}:\n${said(member, `${indent}  `)}`;
    })
    .join('\n');
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([key, member]) => `${word(key)}: ${inline(member)}`);
    return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
  }
  return typeof value === 'string' ? word(value) : JSON.stringify(value);
}

/** Quoted where YAML would read it as something else than this text. */
function word(text: string): string {
  const isPlain = /^[A-Za-z0-9$./%*_+-][^#:,[\]{}"'\n]*$/.test(text) || /^[\w/.-]+:[\w/.:-]+$/.test(text);
  const isOther = /^(true|false|null|~|-?[\d.]+(e\d+)?|-)$/i.test(text) || text.trim() !== text || text.startsWith('*');
  return isPlain && !isOther ? text : JSON.stringify(text);
}
