// Adds to a robot's address what signs a request.

/** Of what is no URL, itself: whoever sends to it says so, without showing it. */
export function withQuery(url: string, query: Readonly<Record<string, string>>): string {
  if (!URL.canParse(url)) return url;
  const target = new URL(url);
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
  return target.href;
}
