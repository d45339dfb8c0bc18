// How long tests wait: far longer than anything takes, for machines that are slow or have other work.

/** What a test expects to come; for `vi.waitFor` and `expect.poll`. */
export const SOON = { timeout: 30_000, interval: 20 } as const;

/** Limits of whole tests, against what hangs and not against what is slow; room for several waits of `SOON`. */
export const TEST_LIMITS = { testTimeout: 300_000, hookTimeout: 300_000, teardownTimeout: 60_000 } as const;
