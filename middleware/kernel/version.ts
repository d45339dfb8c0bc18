// The version of this library, as telemetry reports it and rules ask for it; a test holds it to package.json.
export const LIBRARY_VERSION = '0.3.0';

/**
 * True when version `a` comes after `b`; both are `major.minor.patch`. What cannot be read as a version comes after
 * nothing, so that a damaged field never keeps an instance from its rules.
 */
export function isLaterVersion(a: string, b: string): boolean {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (const i of [0, 1, 2] as const) {
    const difference = left[i] - right[i];
    if (difference !== 0) return difference > 0;
  }
  return false;
}

function partsOf(version: string): readonly [number, number, number] {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return [major || 0, minor || 0, patch || 0];
}
