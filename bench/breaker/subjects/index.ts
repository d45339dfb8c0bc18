// The product and what it is measured beside.
import type { SubjectName } from '../scenario.ts';
import { electedProber } from './elected-prober.ts';
import { flyball } from './flyball.ts';
import { oracle } from './oracle.ts';
import { readModifyWrite } from './read-modify-write.ts';
import type { Subject } from './subject.ts';

export const SUBJECTS: { readonly [name in SubjectName]: Subject } = {
  flyball,
  oracle,
  'read-modify-write': readModifyWrite,
  'elected prober': electedProber,
};
