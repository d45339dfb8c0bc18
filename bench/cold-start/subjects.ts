// Who takes part in the cold-start benchmark, and in which scenario: only equal work stands beside each other.
import { versioned } from '../result.ts';
import { TABLE } from './store.ts';

export interface Subject {
  readonly name: string;
  /** A module in `functions/`. */
  readonly module: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The bundle holds CommonJS, which asks for `require`. */
  readonly commonJs?: boolean;
  /** Everything in one file, as bundlers without code splitting make it. */
  readonly oneFile?: boolean;
  /** What DESIGN wants flyball to add at most. */
  readonly goal?: { readonly ms: number; readonly kb: number };
}

export interface Scenario {
  readonly name: string;
  /** What one process is timed doing: importing the module, or importing it and answering a first event. */
  readonly until: 'import' | 'answer';
  readonly subjects: readonly Subject[];
}

const withTable = { FLYBALL_TABLE: TABLE };

/** Added to every scenario, and taken off every subject. */
export const BARE: Subject = { name: 'bare handler', module: 'bare', environment: {} };

const GOAL = { ms: 10, kb: 20 };
const flyball: Subject = {
  name: 'flyball',
  module: 'governed',
  environment: { ...withTable, BENCH_SERVICE: 'bench' },
  goal: GOAL,
};
const oneFile: Subject = { ...flyball, name: 'flyball, bundled into one file', oneFile: true };
const unpublished: Subject = { ...flyball, environment: { ...withTable, BENCH_SERVICE: 'unpublished' } };
const packaged: Subject = { name: 'flyball', module: 'packaged', environment: {} };

const powertools: Subject = {
  name: `${versioned('@aws-lambda-powertools/logger')}, metrics and tracer`,
  module: 'powertools',
  environment: { POWERTOOLS_SERVICE_NAME: 'bench' },
  commonJs: true,
};
const signedRead: Subject = { name: "flyball's signed client", module: 'signed-read', environment: withTable };
const sdkRead: Subject = {
  name: versioned('@aws-sdk/client-dynamodb'),
  module: 'sdk-read',
  environment: withTable,
  commonJs: true,
};

export const SCENARIOS: readonly Scenario[] = [
  { name: 'import', until: 'import', subjects: [flyball, oneFile, powertools, sdkRead] },
  { name: 'first answer, no rules published', until: 'answer', subjects: [unpublished] },
  { name: 'first answer, a throttle and a breaker from the table', until: 'answer', subjects: [flyball, oneFile] },
  { name: 'first answer, no table', until: 'answer', subjects: [packaged, powertools] },
  { name: 'first answer, one item read', until: 'answer', subjects: [signedRead, sdkRead] },
];
