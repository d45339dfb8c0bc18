// How it is said that one alert speaks for another, and how that is said to who must not learn the other's key. Pure.

/** In place of the key of an alert that is nobody's business here. */
export const ANOTHERS = 'an alert of another service';

const SPEAKS = ' speaks for it, ';
const NO_MORE = ' does not speak for it any more';

/** `rule` is its place in the routing document; undefined of a cause. */
export const speaksFor = (key: string, rule: string | undefined): string =>
  `${key}${SPEAKS}${rule === undefined ? 'which it is because of' : `by the rule ${rule}`}`;

export const speaksNoMore = (key: string | undefined): string => `${key ?? 'what spoke for it'}${NO_MORE}`;

/** The key itself, or what is said in place of one of a service that is not `known`. */
export function keyFor(key: string, known: (service: string) => boolean): string {
  const service = serviceOf(key);
  return service === undefined || known(service) ? key : ANOTHERS;
}

/**
 * Words as they were recorded, without the key they say of a service that is not `known`. What was decided may stand
 * before it, as in `inhibited: …`, and the end may have been cut off.
 */
export function wordsFor(words: string, known: (service: string) => boolean): string {
  const decided = /^[a-z-]+: /.exec(words)?.[0] ?? '';
  const said = words.slice(decided.length);
  const service = serviceOf(said);
  if (service === undefined || known(service)) return words;
  const end = [SPEAKS, NO_MORE].map((verb) => said.lastIndexOf(verb)).find((at) => at > 0);
  if (end !== undefined) return `${decided}${ANOTHERS}${said.slice(end)}`;
  // Cut off within the key, unless it is somebody's own words.
  return said.endsWith('…') ? `${decided}${ANOTHERS}…` : words;
}

/** Of a key, or of words that begin with one: `job/orders/nightly`; undefined where there is none. */
function serviceOf(said: string): string | undefined {
  const [, kind, service] = /^([a-z]+)\/([^/\s]+)\//.exec(said) ?? [];
  // That a channel does not deliver is flyball's own alert, whatever the channel is called.
  return kind === 'flyball' && service === 'channel' ? 'flyball' : service;
}
