// The house's import rules: imports point one way, functions -> middleware -> store.
const POLICIES =
  '(throttle|concurrency|breaker|retry|redelivery|idempotency|deadline|fallback|shed|fault|access|trace|telemetry|logs|job-run|call)';

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'store-is-the-ground-floor',
      comment: 'The store imports nothing of the house.',
      severity: 'error',
      from: { path: '^store/' },
      to: { path: '^(middleware|functions|console|cli|infra)/' },
    },
    {
      name: 'middleware-knows-no-function',
      severity: 'error',
      from: { path: '^middleware/' },
      to: { path: '^(functions|console|cli|infra)/' },
    },
    {
      name: 'only-the-store-speaks-dynamodb',
      comment: 'The example functions keep their own data in a table of their own.',
      severity: 'error',
      from: { pathNot: '^(store|functions/examples|infra|test|bench)/' },
      to: { path: 'node_modules/@aws-sdk/(client|lib)-dynamodb' },
    },
    {
      name: 'a-policy-imports-no-other-policy',
      comment: 'Policies meet through the kernel; govern.ts alone knows them all and their order.',
      severity: 'error',
      from: { path: `^middleware/${POLICIES}/` },
      to: { path: `^middleware/${POLICIES}/`, pathNot: '^middleware/$1/' },
    },
    {
      name: 'the-kernel-knows-no-policy',
      severity: 'error',
      from: { path: '^middleware/kernel/' },
      to: { path: `^middleware/${POLICIES}/` },
    },
    {
      name: 'functions-are-strangers',
      comment:
        'A deployed function imports no other; what they share over HTTP is in functions/api. The description of the API is of all, and signals of alerts read what others know.',
      severity: 'error',
      from: {
        path: '^functions/([^/]+)/',
        pathNot: '^functions/(examples/|config-center/openapi\\.ts$|alerting/signals/)',
      },
      to: { path: '^functions/([^/]+)/', pathNot: '^functions/($1|api)/' },
    },
    {
      name: 'signals-read-what-is-known',
      comment:
        'Of jobs, checks, telemetry and rules; whoever reads them handles no request and does nothing on a schedule.',
      severity: 'error',
      from: { path: '^functions/alerting/signals/' },
      to: {
        path: '^functions/([^/]+)/',
        pathNot: '^functions/(alerting|api|batch-monitor|telemetry|config-center)/',
      },
    },
    {
      name: 'console-and-cli-know-http-alone',
      severity: 'error',
      from: { path: '^(console|cli)/' },
      to: { path: '^(functions|middleware|store|infra)/' },
    },
    {
      name: 'zod-stays-in-the-control-plane',
      comment:
        'The data plane takes types from the rule schema, never the validator: it weighs 443 KB. A test may wait for it.',
      severity: 'error',
      from: { path: '^(middleware|store)/', pathNot: '^middleware/(kernel/rules/(document\\.ts$|schema/)|testing/)' },
      to: {
        path: '(node_modules/zod|^middleware/kernel/rules/(document\\.ts$|schema/))',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'the-test-kit-is-for-tests',
      comment: 'Nothing that is deployed imports the test kit.',
      severity: 'error',
      from: { path: '^(functions|middleware|store|console|cli)/', pathNot: '^middleware/testing/' },
      to: { path: '^middleware/testing/' },
    },
    {
      name: 'pure-files-do-no-io',
      comment:
        'An algorithm file (algorithm.ts, window.ts, machine.ts, backoff.ts, bucket.ts) does no input or output.',
      severity: 'error',
      from: { path: '^middleware/[^/]+/(algorithm|window|machine|backoff|bucket|gcra|schedule)\\.ts$' },
      to: { path: '(^store/|node_modules|^node:)', dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
