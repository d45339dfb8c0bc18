// What the code may not do: silence types, leave a promise unawaited, or read time and chance outside the clock.
import tseslint from 'typescript-eslint';

const ambient = [
  { object: 'Date', property: 'now', message: 'Time arrives as a Clock (middleware/kernel/clock.ts).' },
  { object: 'Math', property: 'random', message: 'Chance arrives as a Random (middleware/kernel/clock.ts).' },
  { object: 'performance', property: 'now', message: 'Time arrives as a Clock (middleware/kernel/clock.ts).' },
];

/** How long something takes depends on the machine and on what else it does: tests wait as long as test/support/patience.ts says. */
const impatience = [
  'CallExpression[callee.object.name=/^(vi|expect)$/][callee.property.name=/^(waitFor|waitUntil|poll)$/][arguments.length<2]',
  'CallExpression[callee.property.name=/^(waitFor|waitUntil|poll)$/] > ObjectExpression > Property[key.name="timeout"][value.value<30000]',
  'CallExpression[callee.name=/^(it|test|beforeAll|beforeEach|afterAll|afterEach)$/] > Literal[value<300000]',
  'CallExpression[callee.name=/^(it|test)$/] > ObjectExpression > Property[key.name="timeout"][value.value<300000]',
].map((selector) => ({ selector, message: 'Wait for what is expected, with SOON of test/support/patience.ts.' }));

export default tseslint.config(
  {
    ignores: [
      'node_modules',
      '.esbuild',
      '.serverless',
      '.flyball',
      'coverage',
      'dist',
      'test/package/project',
      '**/*.cjs',
    ],
  },
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.js'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ['*.js'] }, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: [
      'functions/**/*.ts',
      'middleware/**/*.ts',
      'store/**/*.ts',
      'cli/**/*.ts',
      'console/**/*.ts',
      'console/**/*.tsx',
    ],
    ignores: ['middleware/kernel/clock.ts', 'console/clock.ts'],
    rules: {
      'no-restricted-properties': ['error', ...ambient],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Time arrives as a Clock.' },
        { selector: "NewExpression[callee.name='RegExp']", message: 'No user-written regular expression ever runs.' },
      ],
    },
  },
  { files: ['test/**/*.ts'], rules: { 'no-restricted-syntax': ['error', ...impatience] } },
  { files: ['infra/**/*.ts', 'bench/**/*.ts', 'cli/**/*.ts'], rules: { 'no-console': 'off' } },
);
