// Reads a CloudFormation template written as YAML, with the short forms of its functions.
import { readFileSync } from 'node:fs';
import { parse, type ScalarTag } from 'yaml';
import type { Template } from './package.ts';

const short = (tag: string, long: string, valueOf: (text: string) => unknown = (text) => text): ScalarTag => ({
  tag: `!${tag}`,
  resolve: (text) => ({ [long]: valueOf(text) }),
});

export function readTemplate(file: URL): Template {
  const customTags = [
    short('Ref', 'Ref'),
    short('Sub', 'Fn::Sub'),
    short('GetAtt', 'Fn::GetAtt', (text) => text.split(/\.(.*)/).slice(0, 2)),
  ];
  return parse(readFileSync(file, 'utf8'), { customTags }) as Template;
}
