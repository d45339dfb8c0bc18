// The key of the alert about a channel that does not deliver, and which channel it is about. Pure.

const PREFIX = 'flyball/channel/';

export const channelKey = (channel: string): string => `${PREFIX}${channel}`;

/** Undefined for alerts about anything else. */
export const sickChannelOf = (key: string): string | undefined =>
  key.startsWith(PREFIX) ? key.slice(PREFIX.length) : undefined;
