// Why several routes answer what was not asked for.

export const NO_RULES = { 404: 'The service has no published rules, or none of that name.' };
export const UNREADABLE = { 409: 'What instances wrote cannot be read; the answer names the item.' };
