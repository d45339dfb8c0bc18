// `flyball completion`: what a shell needs to complete commands and options.
import type { Command } from '../command.ts';
import { EXIT, WrongUsage } from '../failure.ts';
import { didYouMean } from '../nearest.ts';

const COMMON = ['--url', '--json', '--help'];

export const completion: Command = {
  name: 'completion',
  summary: 'print what a shell needs to complete commands',
  synopsis: '<bash|zsh|fish>',
  help: `bash  source <(flyball completion bash), in ~/.bashrc
zsh   source <(flyball completion zsh), in ~/.zshrc behind compinit
fish  flyball completion fish > ~/.config/fish/completions/flyball.fish
`,
  options: {},
  takes: { atLeast: 1, atMost: 1 },

  async run({ args: [shell = ''] }, { commands }) {
    const script = SHELLS[shell]?.(commands);
    if (script === undefined) {
      const names = Object.keys(SHELLS);
      throw new WrongUsage(`There is nothing for "${shell}": write ${names.join(', ')}.${didYouMean(shell, names)}`);
    }
    return { exitCode: EXIT.ok, lines: script.trimEnd().split('\n'), json: { shell, script } };
  },
};

const SHELLS: Readonly<Record<string, (commands: readonly Command[]) => string>> = { bash, zsh, fish };

const optionsOf = ({ options }: Command) => [...Object.keys(options).map((name) => `--${name}`), ...COMMON];
const namesOf = (commands: readonly Command[]) => commands.map(({ name }) => name).join(' ');

/** Words that follow an option by its command; else files. */
function cases(commands: readonly Command[]): string {
  return commands.map((one) => `    ${one.name}) words="${optionsOf(one).join(' ')}" ;;`).join('\n');
}

function bash(commands: readonly Command[]): string {
  return `_flyball() {
  local word="\${COMP_WORDS[COMP_CWORD]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${namesOf(commands)} --help --version" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases(commands)}
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$word")) ;;
    *) COMPREPLY=() ;;
  esac
}
complete -o default -F _flyball flyball
`;
}

function zsh(commands: readonly Command[]): string {
  const described = commands.map(({ name, summary }) => `    '${name}:${summary.replaceAll("'", '’')}'`).join('\n');
  return `#compdef flyball
_flyball() {
  local words_of=""
  local -a commands=(
${described}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case "\${words[2]}" in
${cases(commands).replaceAll('words=', 'words_of=')}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    compadd -- \${=words_of}
  else
    _files
  fi
}
compdef _flyball flyball
`;
}

function fish(commands: readonly Command[]): string {
  const lines = commands.flatMap((one) => [
    `complete -c flyball -n __fish_use_subcommand -f -a ${one.name} -d '${one.summary.replaceAll("'", '’')}'`,
    ...optionsOf(one).map(
      (option) => `complete -c flyball -n '__fish_seen_subcommand_from ${one.name}' -l ${option.slice(2)}`,
    ),
  ]);
  return `${lines.join('\n')}\n`;
}
