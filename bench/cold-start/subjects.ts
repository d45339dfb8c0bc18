// Who takes part in the cold-start benchmark, and in which scenario: only equal work stands beside each other.
import { versioned } from '../result.ts';
import { TABLE } from './store.ts';

export interface Subject {
  readonly name: string;
  /** A module in `functions/`, or under the repository's root if it has a path. */
  readonly module: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The bundle holds CommonJS, which asks for `require`. */
  readonly commonJs?: boolean;
  /** Everything in one file, as bundlers without code splitting make it. */
  readonly oneFile?: boolean;
  /** Bundled with nothing in the place of flyball. */
  readonly ungoverned?: boolean;
  /** What DESIGN wants flyball to add at most. */
  readonly goal?: { readonly ms: number; readonly kb: number };
}

export interface Scenario {
  readonly name: string;
  /** What is taken off every subject: the bare handler unless said. */
  readonly baseline?: Subject;
  /** What one process is timed doing: importing the module, or importing it and answering a first event. */
  readonly until: 'import' | 'answer';
  readonly subjects: readonly Subject[];
}

const withTable = { FLYBALL_TABLE: TABLE };

/** What a function costs that does nothing. */
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

/** The example as `serverless package` bundles it: one file, with the SDK in it, which this request does not come to use. */
const orders: Subject = {
  name: 'flyball',
  module: 'functions/examples/orders/handler.ts',
  environment: { ...withTable, FLYBALL_EXAMPLES_TABLE: TABLE },
  commonJs: true,
  oneFile: true,
};
const ordersUngoverned: Subject = { ...orders, name: 'orders without flyball', ungoverned: true };

export const SCENARIOS: readonly Scenario[] = [
  { name: 'import', until: 'import', subjects: [flyball, oneFile, powertools, sdkRead] },
  { name: 'first answer, no rules published', until: 'answer', subjects: [unpublished] },
  { name: 'first answer, a throttle and a breaker from the table', until: 'answer', subjects: [flyball, oneFile] },
  { name: 'first answer, no table', until: 'answer', subjects: [packaged, powertools] },
  {
    name: 'the orders example, one file with the SDK in it, first answer',
    until: 'answer',
    baseline: ordersUngoverned,
    subjects: [orders],
  },
  { name: 'first answer, one item read', until: 'answer', subjects: [signedRead, sdkRead] },
];
