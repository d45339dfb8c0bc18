// How a tick goes over much work: page by page, a few at a time.

export interface Found<T> {
  readonly found: readonly T[];
  readonly cursor?: string | undefined;
}

/** Every page there is; the next one is read when the last has been dealt with. */
export async function* pagesOf<T>(
  read: (cursor: string | undefined) => Promise<Found<T>>,
): AsyncGenerator<readonly T[]> {
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    yield page.found;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** Works through a list, at most `width` at once. `work` must not reject. */
export async function sideBySide<T>(
  width: number,
  list: readonly T[],
  work: (entry: T) => Promise<void>,
): Promise<void> {
  const entries = list.values();
  const lane = async () => {
    for (const entry of entries) await work(entry);
  };
  await Promise.all(Array.from({ length: Math.min(width, list.length) }, lane));
}
