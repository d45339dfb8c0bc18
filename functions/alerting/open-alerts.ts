// The alerts that are open, as this tick knows them: read once, and kept up with what it writes.
import type { Alert } from '../../store/items/alerts.ts';

export class OpenAlerts {
  readonly #byHash = new Map<string, Alert>();

  /** The later of two words counts: several things of one alert are done side by side. */
  learn(alert: Alert): void {
    const known = this.#byHash.get(alert.hash);
    if (known === undefined || known.rev <= alert.rev) this.#byHash.set(alert.hash, alert);
  }

  get(hash: string): Alert | undefined {
    return this.#byHash.get(hash);
  }

  /** Those that are settled now are not open any more. */
  all(): Alert[] {
    return [...this.#byHash.values()].filter(({ dueAt }) => dueAt !== undefined);
  }

  firing(): Alert[] {
    return this.all().filter(({ status }) => status === 'firing');
  }
}
