// The commands of `flyball`, in the order in which its help names them.
import type { Command } from './command.ts';
import { breaker } from './commands/breaker.ts';
import { breakers } from './commands/breakers.ts';
import { faults } from './commands/faults.ts';
import { publish } from './commands/publish.ts';
import { pull } from './commands/pull.ts';
import { shed } from './commands/shed.ts';
import { usage } from './commands/usage.ts';
import { validate } from './commands/validate.ts';

export const COMMANDS: readonly Command[] = [pull, validate, publish, breakers, breaker, shed, faults, usage];
