// Trace ids as people have them at hand: X-Ray's, W3C's, or within a header. Pure.

/** `1-5759e988-bd862e3fe1be46a994272793` of whatever holds one; undefined of what holds none. */
export function traceIdIn(text: string): string | undefined {
  const xray = /1-[0-9a-f]{8}-[0-9a-f]{24}/i.exec(text)?.[0];
  if (xray) return xray.toLowerCase();
  const [, w3c] = /(?:^|-|\s)([0-9a-f]{32})(?:$|-|\s)/i.exec(text.trim()) ?? [];
  return w3c && `1-${w3c.slice(0, 8)}-${w3c.slice(8)}`.toLowerCase();
}
