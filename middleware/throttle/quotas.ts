// Fixed windows, which quotas are: one file, loaded before rules come in force that have one.
export { fixedWindow } from './fixed-window.ts';
export { readQuotaStanding } from './quota-standing.ts';
