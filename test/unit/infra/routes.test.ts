// What the gateway leads to which function, and what that function's routes are: a route that no event leads to is a 404.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { alertingRoutes } from '../../../functions/alerting/api.ts';
import { batchMonitorRoutes } from '../../../functions/batch-monitor/api.ts';
import { consoleRoutes } from '../../../functions/console/routes.ts';
import { createConfigCenter } from '../../../functions/config-center/config-center.ts';
import { telemetryRoutes } from '../../../functions/telemetry/routes.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { noTable, silentLogger } from '../../support/instance.ts';

interface Described {
  readonly events?: readonly { readonly httpApi?: { readonly method: string; readonly path: string } }[];
}

/** The paths of a folder's functions, and the methods they are for. */
const eventsOf = (folder: string) =>
  Object.values(parse(readFileSync(`functions/${folder}/function.yml`, 'utf8')) as Record<string, Described>).flatMap(
    ({ events = [] }) => events.flatMap(({ httpApi }) => (httpApi ? [httpApi] : [])),
  );

const [table, clock, logger] = [noTable, fakeClock(), silentLogger];
const nothing = () => {
  throw new Error('these routes are not asked here');
};
const FOLDERS = {
  'config-center': createConfigCenter({
    ...{ table, clock, logger },
    newId: () => 'id',
    healthUrls: [],
    probe: () => Promise.resolve(),
  }),
  telemetry: telemetryRoutes(table),
  console: consoleRoutes({ files: nothing, signIn: nothing, stage: 'test' }),
  'batch-monitor': batchMonitorRoutes({ table, clock, logger, newId: () => 'id' }),
  alerting: alertingRoutes({
    ...{ table, clock, logger, cell: 'test' },
    newId: () => 'id',
    channels: () => () => Promise.resolve(),
  }),
};
const names = Object.keys(FOLDERS) as (keyof typeof FOLDERS)[];
const all = names.flatMap((name) => eventsOf(name).map(({ path }) => path));

/** As the gateway does: `{proxy+}` is one segment or more, another name in braces exactly one. */
function leads(event: string, path: string): boolean {
  const [wanted, given] = [event.split('/'), path.split('/')];
  if (wanted.at(-1) === '{proxy+}') {
    const before = wanted.slice(0, -1);
    return given.length >= wanted.length && before.every((segment, i) => segment === given[i]);
  }
  return (
    wanted.length === given.length && wanted.every((segment, i) => /^\{\w+\}$/.test(segment) || segment === given[i])
  );
}

describe.each(names)('%s', (name) => {
  const events = eventsOf(name);

  it('is led to by an event for each of its routes, and by none of another function', () => {
    const others = all.filter((path) => !events.some((event) => event.path === path));
    const lost = FOLDERS[name].filter(({ path }) => !events.some((event) => leads(event.path, path)));
    const taken = FOLDERS[name].filter(({ path }) => others.some((event) => leads(event, path)));
    expect({ lost: lost.map(({ path }) => path), taken: taken.map(({ path }) => path) }).toEqual({
      lost: [],
      taken: [],
    });
  });

  it('has no event without a route, and all of them for every method', () => {
    const idle = events.filter((event) => !FOLDERS[name].some(({ path }) => leads(event.path, path)));
    expect(idle).toEqual([]);
    // What does not exist is answered as a problem by the function, and not by the gateway.
    expect(events.filter(({ method }) => method !== '*')).toEqual([]);
  });
});

it('no path is given to two functions', () => {
  expect(all.toSorted()).toEqual([...new Set(all)].toSorted());
});
