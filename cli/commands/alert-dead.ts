// What could not be delivered and was given up: which messages, why, and one more try.
import { cell, fieldsOf, jsonBody, listed, moment } from '../answers.ts';
import type { Outcome } from '../command.ts';
import { EXIT } from '../failure.ts';
import { table } from '../line.ts';
import { ALERTS, type AskedOfAlerts } from './alert-acts.ts';

const DELIVERIES = `${ALERTS}/deliveries`;

export async function dead({ controlPlane }: AskedOfAlerts): Promise<Outcome> {
  const { rows } = await listed(controlPlane, DELIVERIES, 'deliveries');
  const lines = table(rows, [
    { title: 'DELIVERY', of: ({ id }) => cell(id) },
    { title: 'GIVEN UP', of: ({ settledAt }) => moment(settledAt) },
    { title: 'CHANNEL', of: ({ channel }) => cell(channel) },
    { title: 'WHAT', of: ({ kind }) => cell(kind) },
    { title: 'SERVICE', of: ({ service }) => cell(service) },
    { title: 'SUMMARY', of: ({ summary }) => cell(summary) },
    { title: 'ERROR', of: ({ error }) => cell(error) },
  ]);
  const none = ['Nothing was given up.'];
  return { exitCode: EXIT.ok, lines: rows.length > 0 ? lines : none, json: { deliveries: rows } };
}

export async function retry({ controlPlane, named: [delivery = ''] }: AskedOfAlerts): Promise<Outcome> {
  const path = `${DELIVERIES}/${encodeURIComponent(delivery)}/retry`;
  const told = fieldsOf(await controlPlane.ask('POST', path, { body: jsonBody({}) }), 'that of a delivery');
  const line = `${cell(told['id'])} is sent to ${cell(told['channel'])} again, within a minute.`;
  return { exitCode: EXIT.ok, lines: [line], json: told };
}
