// Who is signed in: a bearer token that lives as long as the tab, in sessionStorage, and never in an address.
export interface Session {
  token(): string | undefined;
  /** Why there is none: never signed in, signed out by hand, or the API took it no longer. */
  ended(): Ended | undefined;
  begin(token: string, expiresAt?: number): void;
  end(why: Ended): void;
  onChange(listener: () => void): () => void;
}

export type Ended = 'left' | 'refused';

const KEY = 'flyball.session';

interface Kept {
  readonly token: string;
  /** ms since the epoch. */
  readonly expiresAt?: number;
}

function kept(): Kept | undefined {
  try {
    const text = sessionStorage.getItem(KEY);
    return text === null ? undefined : (JSON.parse(text) as Kept);
  } catch {
    return undefined;
  }
}

function keep(value: Kept | undefined): void {
  try {
    if (value) sessionStorage.setItem(KEY, JSON.stringify(value));
    else sessionStorage.removeItem(KEY);
  } catch {
    // Storage may be forbidden: then the session lasts until the page is loaded anew.
  }
}

function openSession(): Session {
  const listeners = new Set<() => void>();
  let current = kept();
  let why: Ended | undefined;
  const changed = () => {
    for (const listener of [...listeners]) listener();
  };
  return {
    token: () => current?.token,
    ended: () => why,
    begin(token, expiresAt) {
      current = expiresAt === undefined ? { token } : { token, expiresAt };
      why = undefined;
      keep(current);
      changed();
    },
    end(reason) {
      if (!current) return;
      current = undefined;
      why = reason;
      keep(undefined);
      changed();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export const session: Session = openSession();
