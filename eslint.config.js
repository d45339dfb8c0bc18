// What the code may not do: silence types, leave a promise unawaited, or read time and chance outside the clock.
import tseslint from 'typescript-eslint';

const ambient = [
  { object: 'Date', property: 'now', message: 'Time arrives as a Clock (middleware/kernel/clock.ts).' },
  { object: 'Math', property: 'random', message: 'Chance arrives as a Random (middleware/kernel/clock.ts).' },
  { object: 'performance', property: 'now', message: 'Time arrives as a Clock (middleware/kernel/clock.ts).' },
];

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
    files: ['**/*.ts', '**/*.js'],
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
    files: ['functions/**/*.ts', 'middleware/**/*.ts', 'store/**/*.ts', 'cli/**/*.ts', 'console/**/*.ts'],
    ignores: ['middleware/kernel/clock.ts'],
    rules: {
      'no-restricted-properties': ['error', ...ambient],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Time arrives as a Clock.' },
        { selector: "NewExpression[callee.name='RegExp']", message: 'No user-written regular expression ever runs.' },
      ],
    },
  },
  { files: ['infra/**/*.ts', 'bench/**/*.ts', 'cli/**/*.ts'], rules: { 'no-console': 'off' } },
);
