// The channels that a caller may see and name: all there are, or those of the services of its key.
import {
  alertChannels,
  channelsIn,
  readRoutingDocument,
  type NamedChannel,
} from '../../../store/items/alert-routing.ts';
import { readService } from '../../../store/items/services.ts';
import type { Table } from '../../../store/port.ts';
import { sideBySide } from '../../api/passes.ts';
import type { Caller } from '../../api/index.ts';
import { channelsInScope, type Owned } from './channel-scope.ts';

const SIDE_BY_SIDE = 8;

export async function channelsKnownTo(table: Table, { services }: Pick<Caller, 'services'>): Promise<NamedChannel[]> {
  if (services === undefined) return alertChannels(table);
  const document = await readRoutingDocument(table);
  const owned: Owned[] = [];
  await sideBySide(SIDE_BY_SIDE, services, async (service) => {
    owned.push({ service, owner: (await readService(table, service))?.rules?.owner });
  });
  const isInScope = channelsInScope(document, owned);
  return channelsIn(document).filter(({ name }) => isInScope(name));
}
