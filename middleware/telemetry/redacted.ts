// What stands in a text where something was taken out of it.
export const REDACTED = '[redacted]';
