// Keeps what is sound of a faulty document, so that one error does not hide the next.
import { isName, pointerOf } from '../../api/index.ts';
import type { Finding, Place } from './findings.ts';

type Plain = Readonly<Record<string, unknown>>;

/** The sections that hold rules by name. */
const SECTIONS = ['resources', 'throttles', 'concurrency', 'dependencies', 'jobs', 'faults', 'slos', 'alerts'] as const;

export function isObject(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export interface StandIns {
  readonly value: unknown;
  /** By the pointer of a renamed rule: its place as its author wrote it. */
  readonly originals: ReadonlyMap<string, Place>;
}

/** Gives rules with impossible names possible ones: a validator does not look into what it cannot name. */
export function withStandIns(value: unknown): StandIns {
  const originals = new Map<string, Place>();
  if (!isObject(value)) return { value, originals };

  function renamed(rules: Plain, place: Place): Plain {
    return Object.fromEntries(
      Object.entries(rules).map(([name, rule]) => {
        if (isName(name)) return [name, rule];
        let standIn = `unnamed-${originals.size + 1}`;
        while (Object.hasOwn(rules, standIn)) standIn += 'x';
        originals.set(pointerOf([...place, standIn]), [...place, name]);
        return [standIn, rule];
      }),
    );
  }

  const copy: Record<string, unknown> = { ...value };
  for (const section of SECTIONS) {
    const rules = copy[section];
    if (isObject(rules)) copy[section] = renamed(rules, [section]);
  }
  const { dependencies } = copy;
  if (isObject(dependencies)) {
    copy['dependencies'] = Object.fromEntries(
      Object.entries(dependencies).map(([name, rule]) => {
        if (!isObject(rule) || !isObject(rule['operations'])) return [name, rule];
        return [name, { ...rule, operations: renamed(rule['operations'], ['dependencies', name, 'operations']) }];
      }),
    );
  }
  return { value: copy, originals };
}

/** The document without the rules, and the other parts, in which something was found. */
export function withoutFaults(value: unknown, findings: readonly Finding[]): unknown {
  if (!isObject(value)) return value;
  const sound: Record<string, unknown> = { ...value };
  const faulty = new Map<string, Set<string>>();
  for (const { place } of findings) {
    const [top, name] = place;
    if (typeof top !== 'string') continue;
    const isRule = typeof name === 'string' && SECTIONS.some((section) => section === top) && isObject(value[top]);
    if (!isRule) delete sound[top];
    else faulty.set(top, (faulty.get(top) ?? new Set()).add(name));
  }
  for (const [section, names] of faulty) {
    const rules = sound[section];
    if (!isObject(rules)) continue;
    sound[section] = Object.fromEntries(Object.entries(rules).filter(([name]) => !names.has(name)));
  }
  return { apiVersion: 'flyball/v1', service: 'unnamed', ...sound };
}
