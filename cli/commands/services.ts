// Commands that act on several services at once: which are named, and what became of each.
import type { Answer } from '../control-plane.ts';
import { isObject } from '../problem.ts';
import { serviceName } from '../rules-file.ts';

/** Of a list with commas. */
export function servicesOf(text: string | undefined): string[] | undefined {
  return text?.split(',').map((name) => serviceName(name.trim()));
}

export const counted = (count: number) => `${String(count)} ${count === 1 ? 'service' : 'services'}`;

export function objectOf({ text }: Answer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** The services for which it failed, with why. */
export function linesOf(failed: unknown): string[] {
  if (!Array.isArray(failed)) return [];
  return failed.filter(isObject).map(({ service, reason }) => `${String(service)}: ${String(reason)}`);
}
