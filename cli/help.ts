// What `flyball --help` and `flyball <command> --help` print.
import type { Command } from './command.ts';

const ENVIRONMENT = `Environment:
  FLYBALL_URL    the address of the control plane, as its deployment printed it
  FLYBALL_TOKEN  an API key; there is no option for it, since command lines can be seen by others
  Without them, what flyball login has kept. NO_COLOR=1 turns colours off.`;

const COMMON = `  --url <address>   the control plane, in place of FLYBALL_URL
  --json            print one JSON value, for machines
  -h, --help        print this`;

const EXIT_CODES = `Times are shown in UTC.

Exit codes:
  0  done
  1  the control plane refused, or the rules have errors
  2  the command, a file or the environment is not as it must be
  3  the control plane was not reached, or could not answer
  4  something differs, where that was asked: apply --dry-run, diff --exit-code;
     simulate found the draft worse`;

export function helpOf(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return `Usage: flyball <command> [options]

Commands:
${commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n')}

${COMMON}
  -v, --version     print the version

${ENVIRONMENT}

${EXIT_CODES}

flyball <command> --help tells more.`;
}

export function helpOfCommand({ name, synopsis, help }: Command): string {
  return `Usage: flyball ${name} ${synopsis}

${help}
${COMMON}

${ENVIRONMENT}

${EXIT_CODES}`;
}
