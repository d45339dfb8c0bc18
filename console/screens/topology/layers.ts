// Which column of the map each node stands in: callers left of what they call, cycles cut where they close. Pure.
export interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** Columns that fit beside each other on a wide screen, with labels between them. */
export const MOST_COLUMNS = 6;
const FEWEST_ROWS = 12;

/** The column of each node, from 0. `ids` and `arrows` decide by their content alone: their order does not matter. */
export function layersOf(ids: readonly string[], arrows: readonly Arrow[]): ReadonlyMap<string, number> {
  const { order, callers } = acyclic([...ids].sort(), arrows);
  const depth = new Map<string, number>();
  let deepest = 0;
  for (const id of order) {
    const at = Math.max(-1, ...(callers.get(id) ?? []).map((caller) => depth.get(caller) ?? 0)) + 1;
    depth.set(id, at);
    deepest = Math.max(deepest, at);
  }
  pullTowardsCallees(order, callers, depth);
  return balanced(order, depth, callers, Math.min(deepest + 1, MOST_COLUMNS), deepest + 1);
}

interface Acyclic {
  /** Callers before what they call. */
  readonly order: readonly string[];
  readonly callers: ReadonlyMap<string, readonly string[]>;
}

/** What closes a cycle, as a walk from the nodes that nobody calls meets it, is left out. */
function acyclic(ids: readonly string[], arrows: readonly Arrow[]): Acyclic {
  const callees = new Map<string, string[]>(ids.map((id) => [id, []]));
  const called = new Set<string>();
  for (const { from, to } of arrows) {
    if (from === to || !callees.has(to)) continue;
    callees.get(from)?.push(to);
    called.add(to);
  }
  for (const list of callees.values()) list.sort();
  const callers = new Map<string, string[]>(ids.map((id) => [id, []]));
  const finished: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (start: string) => {
    // Iterative: a chain may be longer than the stack is deep.
    const path = [{ id: start, next: 0 }];
    state.set(start, 'open');
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const callee = callees.get(top.id)?.[top.next++];
      if (callee === undefined) {
        state.set(top.id, 'done');
        finished.push(top.id);
        path.pop();
      } else if (state.get(callee) !== 'open') {
        callers.get(callee)?.push(top.id);
        if (state.has(callee)) continue;
        state.set(callee, 'open');
        path.push({ id: callee, next: 0 });
      }
    }
  };
  for (const id of [...ids.filter((id) => !called.has(id)), ...ids]) if (!state.has(id)) visit(id);
  return { order: finished.reverse(), callers };
}

/** What nobody calls stands right before the first thing it calls, not at the far left. */
function pullTowardsCallees(order: readonly string[], callers: Acyclic['callers'], depth: Map<string, number>): void {
  const first = new Map<string, number>();
  for (const [id, list] of callers) {
    for (const caller of list) first.set(caller, Math.min(first.get(caller) ?? Infinity, depth.get(id) ?? 0));
  }
  for (const id of order) {
    const callee = first.get(id);
    if (callee !== undefined && callers.get(id)?.length === 0) depth.set(id, callee - 1);
  }
}

/** Deep maps are pressed into the columns there are; what is too much for one column goes on in the next. */
function balanced(
  order: readonly string[],
  depth: ReadonlyMap<string, number>,
  callers: Acyclic['callers'],
  columns: number,
  depths: number,
): ReadonlyMap<string, number> {
  const rows = Math.max(FEWEST_ROWS, Math.ceil((order.length / MOST_COLUMNS) * 1.25));
  const placed = new Map<string, number>();
  const filled: number[] = [];
  for (const id of order) {
    const wanted = Math.floor(((depth.get(id) ?? 0) * columns) / depths);
    const behind = Math.max(-1, ...(callers.get(id) ?? []).map((caller) => placed.get(caller) ?? -1));
    let column = Math.min(Math.max(wanted, depths <= columns ? behind + 1 : wanted), MOST_COLUMNS - 1);
    while (column < MOST_COLUMNS - 1 && (filled[column] ?? 0) >= rows) column++;
    for (; column > 0 && (filled[column] ?? 0) >= rows; column--);
    filled[column] = (filled[column] ?? 0) + 1;
    placed.set(id, column);
  }
  return placed;
}
