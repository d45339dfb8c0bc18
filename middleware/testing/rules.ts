// Rules of a test: checked by the same schema as published ones, and published the same way.
import { publishRevision } from '../../store/items/rules.ts';
import type { Table } from '../../store/port.ts';
import { Misused } from '../kernel/errors.ts';
import type { RuleDocument } from '../kernel/rules/document.ts';
import { strayResources } from './names.ts';

/** As rules are written: a constant will do. */
type Written<T> = T extends object ? { readonly [Field in keyof T]: Written<T[Field]> } : T;

/**
 * A rule document, with or without `apiVersion` and `service`; or the path of a JSON file with one, from the working
 * directory or as a file URL.
 */
export type TestRules = Written<Omit<RuleDocument, 'apiVersion' | 'service'> | RuleDocument> | string | URL;

/** @throws {Misused} naming every place of the document that is wrong, and why. */
export async function readRules(service: string, rules: TestRules): Promise<RuleDocument> {
  const given: unknown = typeof rules === 'string' || rules instanceof URL ? readFile(rules) : rules;
  if (typeof given !== 'object' || given === null) throw new Misused('the rules of a test are a document or a path');
  // The validator weighs more than all the rest: only a test waits for it.
  const { ruleDocument } = await import('../kernel/rules/document.ts');
  const parsed = ruleDocument.safeParse({ apiVersion: 'flyball/v1', service, ...given });
  if (!parsed.success) {
    const { faultsOf } = await import('../kernel/rules/faults.ts');
    const faults = faultsOf(parsed.error, given).map(({ path, reason }) => `\n  ${path.join('.')}: ${reason}`);
    throw new Misused(`the rules are not a rule document:${faults.join('')}`);
  }
  const stray = strayResources(parsed.data);
  if (stray.length > 0) throw new Misused(['the rules name what they do not have:', ...stray].join('\n  '));
  if (parsed.data.service !== service) {
    throw new Misused(`the rules are those of service "${parsed.data.service}", not of "${service}"`);
  }
  return parsed.data;
}

function readFile(path: string | URL): unknown {
  const { readFileSync } = process.getBuiltinModule('node:fs');
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Misused(
      `the rules ${String(path)} cannot be read: ${error instanceof Error ? error.message : 'unknown'}`,
    );
  }
}

/** Publishes as the config center does; gives the new revision's number. */
export async function publishTo(
  table: Table,
  document: RuleDocument,
  expectedSeq: number,
  at: number,
): Promise<number> {
  const { service } = document;
  const source = JSON.stringify(document);
  const published = await publishRevision(table, {
    service,
    document,
    source,
    author: 'test',
    note: '',
    at,
    expectedSeq,
  });
  if (!published.applied) throw new Misused(`somebody else has published rules of "${service}" to this table`);
  return published.head.revision;
}
