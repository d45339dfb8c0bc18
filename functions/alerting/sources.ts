// All that alerts are made from: each source says what can be said of its subjects.
import { flyballItself } from './signals/flyball.ts';
import { jobsAndChecks } from './signals/marked.ts';
import { services } from './signals/services.ts';
import type { Source } from './tick-parts.ts';

export const sources: readonly Source[] = [flyballItself, jobsAndChecks, services];
