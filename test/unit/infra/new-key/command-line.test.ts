// What `npm run new-key` takes, and what it says of what it does not take.
import { describe, expect, it } from 'vitest';
import { HELP, readCommandLine } from '../../../../infra/new-key/command-line.ts';
import { ROLES } from '../../../../store/items/api-keys.ts';

const env = { FLYBALL_TABLE: 'flyball-prod' };
const ada = ['--role', 'editor', '--name', 'Ada Lovelace'];
const wanted = { table: 'flyball-prod', role: 'editor', name: 'Ada Lovelace' };

describe('a key', () => {
  it.each([
    ['for all services and for ever', [], {}],
    ['for some services', ['--services', 'orders,payments'], { services: ['orders', 'payments'] }],
    ['for services written with spaces, and twice', ['--services=a, b,a'], { services: ['a', 'b'] }],
    ['for some days', ['--days', '30'], { livesForMs: 2_592_000_000 }],
    ['for half a day', ['--days', '0.5'], { livesForMs: 43_200_000 }],
  ])('%s', (_what, more, fields) => {
    expect(readCommandLine([...ada, ...more], env)).toEqual({ kind: 'key', wanted: { ...wanted, ...fields } });
  });
});

describe('refused in one line is', () => {
  it.each([
    ['no role', ['--name', 'a'], 'A key needs a --role: one of pinger, viewer, editor, publisher, admin.'],
    ['an unknown role', ['--role', 'root', '--name', 'a'], 'There is no role "root": one of pinger, '],
    ['no name', ['--role', 'admin'], 'A key needs a --name'],
    ['an empty name', ['--role', 'admin', '--name', ' '], 'A key needs a --name'],
    ['a name of two lines', ['--role', 'admin', '--name', 'a\nb'], '--name takes 1 to 64 characters in one line.'],
    ['a long name', ['--role', 'admin', '--name', 'x'.repeat(65)], '--name takes 1 to 64'],
    ['a service in capitals', [...ada, '--services', 'Orders'], '--services: "Orders" names no service.'],
    ['a service with a star', [...ada, '--services', 'orders,*'], '--services: "*" names no service.'],
    ['no service', [...ada, '--services', ''], '--services: "" names no service.'],
    ['a comma too many', [...ada, '--services', 'orders,'], '--services: "" names no service.'],
    ['no days', [...ada, '--days', '0'], '--days takes a number above 0, at most 3650.'],
    ['days that are no number', [...ada, '--days', 'ten'], '--days takes a number'],
    ['days below zero', [...ada, '--days=-1'], '--days takes a number'],
    ['empty days', [...ada, '--days', ''], '--days takes a number'],
    ['days in hex', [...ada, '--days', '0x10'], '--days takes a number'],
    ['more days than anybody means', [...ada, '--days', '1e9'], '--days takes a number'],
    ['an unknown option', [...ada, '--service', 'orders'], "Unknown option '--service'"],
    ['an option without its value', ['--role'], "Option '--role <value>' argument missing"],
    ['a word too many', [...ada, 'please'], "Unexpected argument 'please'"],
  ])('%s', (_what, argv, says) => {
    const asked = readCommandLine(argv, env);
    expect(asked).toEqual({ kind: 'wrong', reason: expect.stringContaining(says) as unknown });
    expect(asked.kind === 'wrong' && asked.reason).not.toContain('\n');
  });

  it.each([
    [undefined, "FLYBALL_TABLE is not set: it takes the name of flyball's table, such as flyball-prod."],
    ['', 'FLYBALL_TABLE is not set'],
    ['my table', 'FLYBALL_TABLE is "my table", which no table is called'],
  ])('a table %j', (table, says) => {
    const asked = readCommandLine(ada, { FLYBALL_TABLE: table });
    expect(asked).toEqual({ kind: 'wrong', reason: expect.stringContaining(says) as unknown });
  });
});

describe('help', () => {
  it.each([[['--help']], [['-h']], [[...ada, '--help']]])('is what %j asks for, whatever is missing', (argv) => {
    expect(readCommandLine(argv, {})).toEqual({ kind: 'help' });
  });

  it('names every role and every option', () => {
    for (const word of [...ROLES.map((role) => `${role}:`), '--role', '--name', '--services', '--days', '--help']) {
      expect(HELP).toContain(word);
    }
  });
});
