// What the package exports: each name it can be imported by, and the source behind it.

/** By subpath; `.` is `flyball` itself. The names of `exports` in package.json and of `paths` in tsconfig.json. */
export const ENTRIES = {
  '.': 'middleware/index.ts',
  './access': 'middleware/entries/access.ts',
  './breaker': 'middleware/entries/breaker.ts',
  './call': 'middleware/entries/call.ts',
  './concurrency': 'middleware/entries/concurrency.ts',
  './deadline': 'middleware/entries/deadline.ts',
  './fallback': 'middleware/entries/fallback.ts',
  './fault': 'middleware/entries/fault.ts',
  './handler': 'middleware/handler.ts',
  './idempotency': 'middleware/entries/idempotency.ts',
  './job-run': 'middleware/entries/job-run.ts',
  './opentelemetry': 'middleware/entries/opentelemetry.ts',
  './redelivery': 'middleware/entries/redelivery.ts',
  './retry': 'middleware/entries/retry.ts',
  './shed': 'middleware/entries/shed.ts',
  './store': 'store/index.ts',
  './telemetry': 'middleware/entries/telemetry.ts',
  './testing': 'middleware/testing/index.ts',
  './throttle': 'middleware/entries/throttle.ts',
  './trace': 'middleware/entries/trace.ts',
} as const;

export type Subpath = keyof typeof ENTRIES;

/** The file of a subpath in dist/, without its ending. */
export function nameOf(subpath: string): string {
  return subpath === '.' ? 'index' : subpath.slice('./'.length);
}

/** `flyball/throttle` for `./throttle`: what a user writes. */
export function specifierOf(subpath: string): string {
  return subpath === '.' ? 'flyball' : `flyball/${nameOf(subpath)}`;
}

/** `exports` of package.json: types first, as TypeScript asks. */
export function packageExports(): Record<string, unknown> {
  const entries = Object.entries(ENTRIES).map(([subpath, source]) => [
    subpath,
    {
      types: `./dist/types/${source.replace(/\.ts$/, '.d.ts')}`,
      default: `./dist/${nameOf(subpath)}.js`,
    },
  ]);
  return {
    ...(Object.fromEntries(entries) as Record<string, unknown>),
    './schema.json': './dist/schema.json',
    './package.json': './package.json',
  };
}

/** `paths` of tsconfig.json: inside the checkout the same names mean the source, so that nothing needs a build. */
export function sourcePaths(): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(ENTRIES).map(([subpath, source]) => [specifierOf(subpath), [`./${source}`]]),
  );
}
