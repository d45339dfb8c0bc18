// Puts into a new world what it begins with: the admin's API key, and the rules that lie beside the functions.
import { globSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { sdkTable } from '../../store/adapters/sdk.ts';
import { putApiKey } from '../../store/items/api-keys.ts';

const RULE_FILES = ['functions/*/flyball.rules.{yaml,json}', 'functions/examples/*/flyball.rules.{yaml,json}'];
/** With the receiver's usual address. */
const ALERT_ROUTING_FILE = 'infra/local/alert-routing.yaml';
const ATTEMPTS = 20;
const PAUSE_MS = 500;
/** Nobody has their keys but the seed. */
const REVIEWED_WITHIN = '1h';

export async function seedAdminKey(tableName: string, key: string): Promise<void> {
  const stored = await putApiKey(sdkTable({ tableName }), {
    key,
    role: 'admin',
    name: 'local-admin',
    createdAt: systemClock.now(),
  });
  if (!stored) throw new Error('FLYBALL_ADMIN_TOKEN is a key that was revoked: choose another one.');
}

/**
 * Publishes, through the HTTP API, the rules of every service that has none yet; gives the services published. Where others
 * must agree, it brings them along.
 */
export async function seedRules(http: string, token: string): Promise<string[]> {
  const reviewers = new Reviewers(http, token);
  const published: string[] = [];
  for (const file of globSync(RULE_FILES).sort()) {
    const source = readFileSync(file, 'utf8');
    const document = parse(source) as { readonly service?: unknown } | null;
    const service = document?.service;
    if (typeof service !== 'string') throw new Error(`${file} does not say which service its rules are for.`);
    if (await seedService(`${http}/v1/services/${service}`, source, file, token, reviewers)) published.push(service);
  }
  return published;
}

/** Has somebody on this machine told of alerts, unless there is a routing document already. */
export async function seedAlertRouting(http: string, token: string, alerts: string): Promise<void> {
  const url = `${http}/v1/alerts/routing`;
  const authorization = `Bearer ${token}`;
  const present = await answer(url, { headers: { authorization } });
  if (present.ok) return;
  if (present.status !== 404) throw await refusal(ALERT_ROUTING_FILE, present);
  const put = await answer(`${url}?note=the+routing+the+local+world+starts+with`, {
    method: 'PUT',
    headers: { authorization, 'content-type': 'application/yaml', 'if-none-match': '*' },
    body: readFileSync(ALERT_ROUTING_FILE, 'utf8').replaceAll('http://127.0.0.1:4580', alerts),
  });
  if (!put.ok) throw await refusal(ALERT_ROUTING_FILE, put);
}

async function seedService(
  url: string,
  source: string,
  file: string,
  token: string,
  reviewers: Reviewers,
): Promise<boolean> {
  const authorization = `Bearer ${token}`;
  const present = await answer(`${url}/rules`, { headers: { authorization } });
  if (present.ok) return false;
  if (present.status !== 404) throw await refusal(file, present);
  const draft = await answer(`${url}/draft`, {
    method: 'PUT',
    headers: { authorization, 'content-type': file.endsWith('.json') ? 'application/json' : 'application/yaml' },
    body: source,
  });
  if (!draft.ok) throw await refusal(file, draft);
  const publish = () =>
    answer(`${url}/publish`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ note: 'the rules the local world starts with' }),
    });
  let published = await publish();
  if (await reviewers.agree(url, file, published)) published = await publish();
  if (!published.ok) throw await refusal(file, published);
  return true;
}

/** Others who agree to what the admin publishes, with keys of their own for as long as that takes. */
class Reviewers {
  readonly #http: string;
  readonly #token: string;
  readonly #keys: string[] = [];

  constructor(http: string, token: string) {
    this.#http = http;
    this.#token = token;
  }

  /** Approves a draft that was not published since others must agree to it. @returns whether that was so. */
  async agree(url: string, file: string, refused: Response): Promise<boolean> {
    if (refused.status !== 403) return false;
    const { code, etag, needed } = (await refused.clone().json()) as Readonly<Record<string, unknown>>;
    if (code !== 'FOUR_EYES' || typeof etag !== 'string' || typeof needed !== 'number') return false;
    while (this.#keys.length < needed) this.#keys.push(await this.#newKey(this.#keys.length + 1));
    for (const key of this.#keys.slice(0, needed)) {
      const headers = { authorization: `Bearer ${key}`, 'if-match': `"${etag}"` };
      const approved = await answer(`${url}/draft/approve`, { method: 'POST', headers });
      if (!approved.ok) throw await refusal(file, approved);
    }
    return true;
  }

  async #newKey(n: number): Promise<string> {
    const made = await answer(`${this.#http}/v1/keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: `local-reviewer-${String(n)}`, role: 'publisher', for: REVIEWED_WITHIN }),
    });
    const { key } = (await made.clone().json()) as { readonly key?: unknown };
    if (!made.ok || typeof key !== 'string') throw await refusal('the key of a reviewer', made);
    return key;
  }
}

/** An answer that is final: the first requests may meet a control plane that is not up yet. */
async function answer(url: string, init: RequestInit): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await fetch(url, init);
      if (response.status < 500 || attempt === ATTEMPTS) return response;
      await response.body?.cancel();
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
    await new Promise((resolve) => void setTimeout(resolve, PAUSE_MS));
  }
}

async function refusal(file: string, response: Response): Promise<Error> {
  return new Error(`${file} could not be put into the world: ${String(response.status)} ${await response.text()}`);
}
