// Imports a module and calls its handler as Lambda does, one event after the other:
// node drive.mjs <module> <events.json> <answers.json>
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [module = '', eventsFile = '', answersFile = ''] = process.argv.slice(2);
const { handler } = await import(pathToFileURL(module).href);
const answers = [];
for (const [i, event] of JSON.parse(readFileSync(eventsFile, 'utf8')).entries()) {
  const context = {
    functionName: 'shop',
    functionVersion: '1',
    awsRequestId: `request-${i}`,
    getRemainingTimeInMillis: () => 10_000,
  };
  try {
    answers.push({ answer: await handler(event, context) });
  } catch (error) {
    answers.push({ thrown: { name: error.name, message: error.message } });
  }
}
writeFileSync(answersFile, JSON.stringify(answers));
