// The commands of `flyball`, in the order in which its help names them.
import type { Command } from './command.ts';
import { alerts } from './commands/alerts.ts';
import { apply } from './commands/apply.ts';
import { approve } from './commands/approve.ts';
import { baseline } from './commands/baseline.ts';
import { breaker } from './commands/breaker.ts';
import { breakers } from './commands/breakers.ts';
import { completion } from './commands/completion.ts';
import { diff } from './commands/diff.ts';
import { edit } from './commands/edit.ts';
import { faults } from './commands/faults.ts';
import { fleet } from './commands/fleet.ts';
import { force } from './commands/force.ts';
import { get } from './commands/get.ts';
import { abort, promote, rollback } from './commands/gray-end.ts';
import { gray } from './commands/gray.ts';
import { history } from './commands/history.ts';
import { jobs } from './commands/jobs.ts';
import { keys } from './commands/keys.ts';
import { services } from './commands/list-services.ts';
import { login, logout } from './commands/login.ts';
import { publish } from './commands/publish.ts';
import { pull } from './commands/pull.ts';
import { remove } from './commands/remove.ts';
import { schedules } from './commands/schedules.ts';
import { shed } from './commands/shed.ts';
import { simulate } from './commands/simulate.ts';
import { top } from './commands/top.ts';
import { usage } from './commands/usage.ts';
import { validate } from './commands/validate.ts';

export const COMMANDS: readonly Command[] = [
  ...[login, logout, services, get, edit, validate, diff, simulate],
  ...[publish, approve, gray, promote, abort, rollback, remove, history, baseline, apply, pull],
  ...[top, fleet, breakers, breaker, force, shed, faults, usage, jobs, alerts, schedules, keys, completion],
];
