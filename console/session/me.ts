// Who the API takes the viewer for, and what they may do: a button that would be refused says why instead.
import { useLive } from '../api/live.ts';

export const ROLES = ['pinger', 'viewer', 'editor', 'publisher', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export interface Me {
  readonly name: string;
  readonly identity: string;
  readonly role: Role;
  /** The services it may act on; all when left out. */
  readonly services?: readonly string[];
  readonly until?: string;
  readonly cell?: string;
  readonly stage?: string;
}

export const useMe = (): Me | undefined => useLive<Me>('/v1/me', 300_000).data;

/** Whether the viewer may do what takes this role, on this service if one is named. True while it is not known yet: the API decides. */
export function useMay(): (role: Role, service?: string) => boolean {
  const me = useMe();
  return (role, service) =>
    me === undefined ||
    (ROLES.indexOf(me.role) >= ROLES.indexOf(role) &&
      (me.services === undefined || (service !== undefined && me.services.includes(service))));
}
