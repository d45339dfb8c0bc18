// No account and no secret is written down in what is deployed.
import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const files = ['serverless.yml', ...globSync('{infra,functions}/**/*.{yml,cjs}')].filter(
  (name) => !name.includes('node_modules'),
);

it.each(files)('%s names neither an account nor a key', (name) => {
  const text = readFileSync(name, 'utf8');
  expect(text.match(/\b\d{12}\b/)).toBeNull();
  expect(text.match(/\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN|\bfb_[A-Za-z0-9_-]{43}\b/)).toBeNull();
});
