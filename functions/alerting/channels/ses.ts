// E-mail by SES: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
import type { SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import type { Clock } from '../../../middleware/kernel/clock.ts';
import type { Message } from '../message.ts';
import { asked } from './aws.ts';
import type { ConfigOf } from './config.ts';
import { mailOf } from './mail.ts';

export function sesEmail({ from, to, configurationSet }: ConfigOf<'ses'>, message: Message): SendEmailCommandInput {
  const { subject, text, headers } = mailOf(message);
  return {
    FromEmailAddress: from,
    Destination: { ToAddresses: to },
    Content: {
      Simple: {
        Subject: { Data: subject, Charset: 'UTF-8' },
        Body: { Text: { Data: text, Charset: 'UTF-8' } },
        Headers: Object.entries(headers).map(([Name, Value]) => ({ Name, Value })),
      },
    },
    ...(configurationSet === undefined ? {} : { ConfigurationSetName: configurationSet }),
  };
}

/** @throws {Failed} */
export async function sendSes(config: ConfigOf<'ses'>, message: Message, clock: Clock, signal: AbortSignal) {
  const { SendEmailCommand, SESv2Client } = await import('@aws-sdk/client-sesv2');
  const { region } = config;
  const client = new SESv2Client({ maxAttempts: 1, ...(region === undefined ? {} : { region }) });
  try {
    await asked('SES', clock, signal, (abortSignal) =>
      client.send(new SendEmailCommand(sesEmail(config, message)), { abortSignal }),
    );
  } finally {
    client.destroy();
  }
}
