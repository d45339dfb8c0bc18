// Before each file of tests that shares its process with others: nothing of those before it is left. A process for each
// would load the same packages hundreds of times, which takes longer than the tests do.
import { vi } from 'vitest';

const FIRST = Symbol.for('flyball.test.first-environment');
const process_ = globalThis as { [FIRST]?: Readonly<NodeJS.ProcessEnv> };
const environment = (process_[FIRST] ??= { ...process.env });

vi.useRealTimers();
vi.restoreAllMocks();
vi.unstubAllGlobals();
vi.unstubAllEnvs();
for (const name of Object.keys(process.env)) if (environment[name] === undefined) delete process.env[name];
Object.assign(process.env, environment);
// Flyball's own modules, with all they remember, are loaded anew; those of packages stay.
vi.resetModules();
