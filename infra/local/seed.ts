// Puts into a new world what it begins with: the admin's API key, and the rules that lie beside the functions.
import { globSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { sdkTable } from '../../store/adapters/sdk.ts';
import { putApiKey } from '../../store/items/api-keys.ts';

const RULE_FILES = ['functions/*/flyball.rules.{yaml,json}', 'functions/examples/*/flyball.rules.{yaml,json}'];
const ATTEMPTS = 20;
const PAUSE_MS = 500;

export async function seedAdminKey(tableName: string, key: string): Promise<void> {
  const stored = await putApiKey(sdkTable({ tableName }), {
    key,
    role: 'admin',
    name: 'local-admin',
    createdAt: systemClock.now(),
  });
  if (!stored) throw new Error('FLYBALL_ADMIN_TOKEN is a key that was revoked: choose another one.');
}

/** Publishes, through the HTTP API, the rules of every service that has none yet; gives the services published. */
export async function seedRules(http: string, token: string): Promise<string[]> {
  const published: string[] = [];
  for (const file of globSync(RULE_FILES).sort()) {
    const source = readFileSync(file, 'utf8');
    const document = parse(source) as { readonly service?: unknown } | null;
    const service = document?.service;
    if (typeof service !== 'string') throw new Error(`${file} does not say which service its rules are for.`);
    if (await seedService(`${http}/v1/services/${service}`, source, file, token)) published.push(service);
  }
  return published;
}

async function seedService(url: string, source: string, file: string, token: string): Promise<boolean> {
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
  const publish = await answer(`${url}/publish`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ note: 'the rules the local world starts with' }),
  });
  if (!publish.ok) throw await refusal(file, publish);
  return true;
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
  return new Error(`${file} could not be published: ${String(response.status)} ${await response.text()}`);
}
