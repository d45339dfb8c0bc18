// Shows a result to people: one line a row, columns aligned.
import type { Result, Row } from './result.ts';

export function tableOf({ name, node, machine, rows }: Result): string {
  const lines = rows.map(cellsOf);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...lines.map((cells) => cells[column]?.length ?? 0)));
  const shown = lines.map((cells) =>
    cells.map((cell, i) => (i === 3 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join('  '),
  );
  return [`${name}: Node ${node.slice(1)}, ${machine}`, ...shown.map((line) => line.trimEnd())].join('\n');
}

function cellsOf({ scenario, subject, metric, value, unit, goal, holds }: Row): string[] {
  const judged = goal === undefined ? '' : `goal ${goal}: ${holds ? 'holds' : 'does not hold'}`;
  return [scenario, subject, metric, String(value), unit, judged];
}
