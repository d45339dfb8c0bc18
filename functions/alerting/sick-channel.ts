// How a channel that does not deliver is called: the key of the alert about it, and the breakers of flyball's own that it opens. Pure.

const PREFIX = 'flyball/channel/';

export const channelKey = (channel: string): string => `${PREFIX}${channel}`;

const ALERTING = 'alerting';
const BREAKER = 'channel-';

/** As the rules of alerting have it: one for all channels of a type, with the channel's name as its key. */
export const channelBreaker = (type: string): string => `${BREAKER}${type}`;

export const isChannelBreaker = (service: string, name: string): boolean =>
  service === ALERTING && name.startsWith(BREAKER);

/** Undefined for alerts about anything else. */
export const sickChannelOf = (key: string): string | undefined =>
  key.startsWith(PREFIX) ? key.slice(PREFIX.length) : undefined;
