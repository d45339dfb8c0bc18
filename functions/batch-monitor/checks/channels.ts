// Where alerts of checks may go, as healthchecks.io has it: the channels of the routing of alerts, by name or by an id.
import { createHash } from 'node:crypto';
import type { NamedChannel } from '../../../store/items/alert-routing.ts';
import { bad } from './dialect.ts';

/** As clients know them, where healthchecks.io has such a channel too. */
const KINDS: Readonly<Record<string, string>> = { smtp: 'email', ses: 'email', pagerduty: 'pd' };

export const channelView = ({ name, type }: NamedChannel) => ({ id: channelId(name), name, kind: KINDS[type] ?? type });

/** The same for the same name, in the form of a UUID, as clients expect it. */
export function channelId(name: string): string {
  const hex = createHash('sha256').update(`alert-channel ${name}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

/**
 * The names of the channels that a client asks for, with commas between: `*` are all there are now, and none if there are
 * none yet; undefined then leaves it to the owner. @throws {Problem} 400 in the words of healthchecks.io.
 */
export function channelsSet(asked: string, known: readonly NamedChannel[]): string | undefined {
  if (asked === '*') return known.length === 0 ? undefined : known.map(({ name }) => name).join(',');
  if (asked === '') return '';
  const names = asked.split(',').map((each) => {
    const id = each.trim();
    if (id === '') throw bad('empty channel identifier');
    const channel = known.find(({ name }) => name === id || channelId(name) === id.toLowerCase());
    if (channel === undefined) throw bad(`invalid channel identifier: ${id.slice(0, 100)}`);
    return channel.name;
  });
  return [...new Set(names)].join(',');
}

/** What was set, as clients are shown it. */
export const channelsShown = (channels: string | undefined): string =>
  (channels ?? '')
    .split(',')
    .filter((name) => name !== '')
    .map(channelId)
    .join(',');
