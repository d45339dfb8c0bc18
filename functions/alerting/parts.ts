// What the API of alerts is made of: everything that a test may want to be its own.
import type { Clock } from '../../middleware/kernel/clock.ts';
import type { TrailParts } from '../api/trail.ts';
import type { ChannelOf } from './channel.ts';
import type { MostSilences } from './silence-room.ts';

export interface AlertingParts extends TrailParts {
  readonly clock: Clock;
  /** How messages are sent, for those that try a channel. */
  readonly channels: ChannelOf;
  /** The cell's name, which messages say. */
  readonly cell: string;
  /** How many silences there may be, if not as many as there usually may. */
  readonly mostSilences?: MostSilences | undefined;
}
