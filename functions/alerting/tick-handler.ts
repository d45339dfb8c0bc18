// The deployed tick of alerts: once a minute, governed by flyball itself.
import { flyball, governed } from '../../middleware/index.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { logged, loggerOf } from '../api/logging.ts';
import { signedControlPlaneTable } from '../api/signed-table.ts';
import { createChannels, hostsNamed, listsAll } from './channels/index.ts';
import { deadMansSwitch } from './dead-mans-switch.ts';
import { heartbeatLine } from './heartbeat.ts';
import { routingReader } from './routing/stored.ts';
import { changesBefore } from './signals/changes.ts';
import { channelBreaker } from './sick-channel.ts';
import { sources } from './sources.ts';
import { tick as runTick } from './tick.ts';
import type { TickParts } from './tick-parts.ts';

const clock = systemClock;
const logger = loggerOf('alerting');
const table = signedControlPlaneTable();
const routing = routingReader(table);
const {
  FLYBALL_STAGE = '',
  FLYBALL_CELL: cell = 'local',
  FLYBALL_METRICS_NAMESPACE: namespace = `flyball/${FLYBALL_STAGE}`,
  FLYBALL_ALERT_PRIVATE_HOSTS,
  FLYBALL_HEARTBEAT_URL,
} = process.env;
const channelOf = createChannels({ clock, privateHosts: hostsNamed(FLYBALL_ALERT_PRIVATE_HOSTS) });
const beat = deadMansSwitch({ clock, logger, url: FLYBALL_HEARTBEAT_URL });
/** As function.yml says. */
const TIMEOUT_MS = 55_000;

const parts: Omit<TickParts, 'remainingMs' | 'guarded'> = {
  ...{ table, clock, logger, sources, cell, timeoutMs: TIMEOUT_MS },
  routing: async () => (await routing())?.routing,
  channels: ({ channels }, name) => {
    const config = channels.get(name);
    return config && { type: config.type, send: channelOf(name, config), eachNotice: listsAll(config.type) };
  },
  changesBefore: (service, atMs) => changesBefore(table, service, atMs),
};

/** Something could not be looked at, decided or written down; it is tried again in a minute. */
class TickFailed extends Error {
  override readonly name = 'TickFailed';
  readonly code = 'ALERT_TICK_FAILED';
  constructor(failed: number) {
    super(
      `${failed} things could not be looked at, decided or written down; the lines before this one name them and say why`,
    );
  }
}

export const tick = logged(
  logger,
  governed({ service: 'alerting', logger }, async (_event: unknown, { flyball: invocation }) => {
    const report = await runTick({
      ...parts,
      remainingMs: () => invocation.remainingMs(),
      guarded: (type, channel, send) => flyball.run(channelBreaker(type), send, { breakerKey: channel }),
    });
    // Past the console, which would put something before it.
    if (namespace !== '') process.stdout.write(`${heartbeatLine(namespace, clock.now(), report)}\n`);
    await beat();
    logger.debug('looked after alerts', { ...report });
    if (report.failed > 0) throw new TickFailed(report.failed);
    return report;
  }),
);
