// A process of its own that is one deployed function: loads its bundle, answers one event on stdout, as Lambda would.
//   node test/deploy/invoke.ts <bundle> <export>     with the event as JSON on stdin
import { pathToFileURL } from 'node:url';
import { json } from 'node:stream/consumers';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { lambdaContext } from '../../middleware/testing/context.ts';

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

const [bundle = '', name = ''] = process.argv.slice(2);
const module = (await import(pathToFileURL(bundle).href)) as Record<string, Handler | undefined>;
const handler = module[name];
if (!handler) throw new Error(`${bundle} exports no "${name}".`);
const answer = await handler(await json(process.stdin), lambdaContext(systemClock, 60_000));
process.stdout.write(`\n${JSON.stringify(answer)}\n`);
