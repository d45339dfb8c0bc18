// Logs: at which level a service writes them, as its rules say.
export { logsPolicy } from './policy.ts';
