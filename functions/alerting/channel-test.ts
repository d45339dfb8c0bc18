// Sends a test message to a channel, as the tick would send others.
import {
  bodyOf,
  json,
  notFound,
  Problem,
  requireAllServices,
  route,
  type ApiRequest,
  type Route,
} from '../api/index.ts';
import { record } from '../api/trail.ts';
import { NotDelivered } from './channel.ts';
import * as described from './described-acts.ts';
import type { Message } from './message.ts';
import type { AlertingParts } from './parts.ts';
import { routingInForce } from './routing/stored.ts';

/** Within the function's own time limit, with time left to answer. */
const TIMEOUT_MS = 8_000;

export function channelRoutes(parts: AlertingParts): Route[] {
  return [
    route('POST', '/v1/alerts/channels/{channel}/test', 'publisher', described.testChannel, async (request) => {
      requireAllServices(request.caller);
      bodyOf(request, described.emptyBody);
      return tested(parts, request);
    }),
  ];
}

async function tested(parts: AlertingParts, request: ApiRequest<'channel'>) {
  const { table, clock, channels, cell } = parts;
  const name = request.params.channel;
  const inForce = await routingInForce(table);
  const config = inForce?.routing.channels.get(name);
  if (!inForce || !config) {
    const there = inForce ? 'The routing document has no such channel' : 'There is no routing document';
    throw notFound(`${there}: "${name}".`);
  }
  const message: Message = {
    id: parts.newId(),
    kind: 'test',
    reason: `${request.caller.name} tries the channel`,
    ...{ cell, notices: [], more: 0, at: clock.now(), timezone: inForce.routing.timezone },
  };
  let failure: NotDelivered | undefined;
  try {
    await channels(name, config)(message, AbortSignal.timeout(TIMEOUT_MS));
  } catch (error) {
    if (!(error instanceof NotDelivered)) throw error;
    failure = error;
  }
  const delivered = failure === undefined;
  await record(parts, request, {
    ...{ action: 'alert-channel.test', target: `channel ${name}` },
    detail: { delivered, type: config.type },
  });
  if (failure) {
    const { message: detail, retryable } = failure;
    throw new Problem(502, detail, { code: 'NOT_DELIVERED', more: { channel: name, type: config.type, retryable } });
  }
  return json({ channel: name, type: config.type, delivered, messageId: message.id });
}
