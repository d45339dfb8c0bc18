// What flyball refused lately, by service and by dependency: told from who calls whom. Pure.
import type { Edge, Topology } from './answers.ts';

export interface Refusals {
  /** Whose page says more. */
  readonly service: string;
  /** What was called, where the service refused a call of its own; undefined where it was called itself. */
  readonly dependency?: string;
  readonly perSecond: number;
  /** Of what was asked, from 0 to 1. */
  readonly share: number;
}

/** From this share on it is worth a look. */
export const NOTABLE_SHARE = 0.01;

/** What comes to a service is added up, whoever sends it; most refusals first. */
export function refusalsOf({ nodes, edges }: Topology): Refusals[] {
  const services = new Map(nodes.flatMap(({ id, kind, name }) => (kind === 'service' ? [[id, name] as const] : [])));
  const into = new Map<string, { asked: number; refused: number }>();
  const out: Refusals[] = [];
  for (const edge of edges) {
    if (edge.refusedShare <= 0 || edge.ratePerSecond === null) continue;
    const caller = services.get(edge.from);
    if (caller !== undefined) out.push(outgoing(caller, edge, services.get(edge.to) ?? edge.to));
  }
  for (const { to, ratePerSecond, refusedShare, from } of edges) {
    const callee = services.get(to);
    // A call that its caller's own breaker refused has never come to the callee.
    if (callee === undefined || ratePerSecond === null || services.has(from)) continue;
    const sum = into.get(callee) ?? { asked: 0, refused: 0 };
    into.set(callee, { asked: sum.asked + ratePerSecond, refused: sum.refused + ratePerSecond * refusedShare });
  }
  const own = [...into].flatMap(([service, { asked, refused }]) =>
    refused > 0 ? [{ service, perSecond: refused, share: refused / asked }] : [],
  );
  return [...own, ...out].sort((a, b) => b.perSecond - a.perSecond || a.service.localeCompare(b.service));
}

const outgoing = (service: string, { dependencies, ratePerSecond, refusedShare }: Edge, to: string): Refusals => ({
  service,
  dependency: dependencies?.join(', ') ?? to.slice(to.indexOf(':') + 1),
  perSecond: (ratePerSecond ?? 0) * refusedShare,
  share: refusedShare,
});
