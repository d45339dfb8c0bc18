// One service's entry in the list of services, live.
import { queryOf } from '../../api/client.ts';
import { useLive, type Live } from '../../api/live.ts';
import type { ServiceEntry, ServicePage } from './answers.ts';

/** Names are in order: the first that begins with this one is this one, or there is none. `data` is null then. */
export function useService(service: string): Live<ServiceEntry | null> {
  const live = useLive<ServicePage>(`/v1/services${queryOf({ prefix: service, limit: 1 })}`);
  const data = live.data && (live.data.services.find((one) => one.service === service) ?? null);
  return { ...live, data };
}
