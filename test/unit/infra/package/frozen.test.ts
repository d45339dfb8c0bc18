// What is kept of a release to be met by others: all that is deployed of the folders it is kept of, schedules as well.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { FROZEN } from '../../../../infra/package/frozen.ts';

const folderOf = (source: string) => source.split('/')[1] ?? '';

it.each([...new Set(Object.values(FROZEN).map(folderOf))])('holds each function of %s', (folder) => {
  const deployed = parse(readFileSync(`functions/${folder}/function.yml`, 'utf8')) as Record<
    string,
    { handler: string }
  >;
  const sources = Object.values(deployed).map(({ handler }) => `${handler.slice(0, handler.lastIndexOf('.'))}.ts`);
  expect(
    Object.values(FROZEN)
      .filter((source) => folderOf(source) === folder)
      .sort(),
  ).toEqual(sources.sort());
});
