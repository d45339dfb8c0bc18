// All services there are: the first page live, those behind it when it changes and twice a minute.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { get, queryOf } from '../../api/client.ts';
import { useLive, type Live } from '../../api/live.ts';
import { ApiError } from '../../api/problem.ts';
import { useNow } from '../../clock.ts';
import type { ServiceEntry, ServicePage } from './answers.ts';

const PAGE = 200;
const FURTHER_MS = 30_000;

export function useAllServices(): Live<readonly ServiceEntry[]> {
  const first = useLive<ServicePage>(`/v1/services${queryOf({ limit: PAGE })}`);
  const cursor = first.data?.cursor;
  const [behind, setBehind] = useState<readonly ServiceEntry[]>([]);
  const [error, setError] = useState<ApiError>();
  const beat = useNow(FURTHER_MS);
  useEffect(() => {
    if (cursor === undefined) {
      setBehind([]);
      return;
    }
    const gone = new AbortController();
    void pagesFrom(cursor, gone.signal).then(
      (services) => {
        setBehind(services);
        setError(undefined);
      },
      (failure: unknown) => {
        if (!gone.signal.aborted && failure instanceof ApiError) setError(failure);
      },
    );
    return () => gone.abort();
  }, [first.data, cursor, beat]);
  const data = useMemo(() => first.data && [...first.data.services, ...behind], [first.data, behind]);
  return { ...first, data, error: first.error ?? error };
}

async function pagesFrom(cursor: string, signal: AbortSignal): Promise<ServiceEntry[]> {
  const services: ServiceEntry[] = [];
  for (let next: string | undefined = cursor; next !== undefined;) {
    const page: ServicePage = await get<ServicePage>(`/v1/services${queryOf({ limit: PAGE, cursor: next })}`, signal);
    services.push(...page.services);
    next = page.cursor;
  }
  return services;
}
