// `flyball login` and `flyball logout`: keep a key for a control plane, for its owner alone, and forget it.
import type { Command } from '../command.ts';
import { baseOf, controlPlaneAt, keyOf } from '../control-plane.ts';
import { EXIT, WrongUsage } from '../failure.ts';
import { keepKeys, keptKeys } from '../key-file.ts';

export const login: Command = {
  name: 'login',
  summary: 'keep an API key, so that no variable is needed',
  synopsis: '--url <address>',
  help: `Asks for an API key, which is not shown while it is typed, or reads one that is piped
in; looks whether the control plane takes it; and keeps it in a file that you alone can
read, flyball/keys.json in XDG_CONFIG_HOME or ~/.config. One for each address; the
last one logged in to is asked from now on. FLYBALL_URL and FLYBALL_TOKEN come first.
`,
  options: {},
  takes: { atLeast: 0, atMost: 0 },

  async run({ text }, { env, console }) {
    const url = baseOf(text('url') ?? env['FLYBALL_URL'] ?? keptKeys(env).url);
    const kept = keptKeys(env);
    const typed = (await console.secret(`An API key of ${url}: `)).trim();
    if (typed === '') throw new WrongUsage('No key was given: type it, or pipe it in.');
    const token = keyOf(typed);
    // Whoever may do anything may ask this.
    await controlPlaneAt(() => ({ url, token })).ask('GET', '/v1/services?limit=1');
    const file = keepKeys(env, { url, keys: { ...kept.keys, [url]: token } });
    const other = env['FLYBALL_TOKEN']?.trim();
    const how = other === '' ? 'set to nothing: unset it, for it comes first' : 'set, and is used in its place';
    const others = other === undefined ? [] : [`FLYBALL_TOKEN is ${how}.`];
    return {
      exitCode: EXIT.ok,
      lines: [`Logged in to ${url}; the key is kept in ${file}.`, ...others],
      json: { url, file },
    };
  },
};

export const logout: Command = {
  name: 'logout',
  summary: 'forget the key that login has kept',
  synopsis: '[--url <address>] [--all]',
  help: `Forgets the key of the address, or of the one that was logged in to last. The key
itself stays valid: flyball keys revoke ends it.

  --all  forgets those of all addresses`,
  options: { all: { type: 'boolean' } },
  takes: { atLeast: 0, atMost: 0 },

  async run({ text, flag }, { env }) {
    const kept = keptKeys(env);
    const url = flag('all') ? undefined : baseOf(text('url') ?? env['FLYBALL_URL'] ?? kept.url);
    const forgotten = Object.keys(kept.keys).filter((one) => url === undefined || one === url);
    const rest = Object.entries(kept.keys).filter(([one]) => !forgotten.includes(one));
    if (forgotten.length > 0) {
      const current = rest.some(([one]) => one === kept.url) ? kept.url : rest.at(-1)?.[0];
      keepKeys(env, { url: current, keys: Object.fromEntries(rest) });
    }
    const lines =
      forgotten.length > 0 ? forgotten.map((one) => `The key of ${one} is forgotten.`) : ['No key was kept.'];
    return { exitCode: EXIT.ok, lines, json: { forgotten } };
  },
};
