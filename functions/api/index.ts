// The HTTP conventions that every function of the control plane follows.
export { moment, nextPage, shows, UNCHANGED } from './answers.ts';
export { createApi, type ApiHandler, type ApiOptions } from './api.ts';
export { inScope, requireAllServices, requireRole, requireScope, type Caller, type Role } from './auth.ts';
export {
  bodyOf,
  bodyText,
  documentOf,
  documentSyntax,
  MAX_BODY_BYTES,
  valueOfSource,
  type ReadDocument,
} from './body.ts';
export type { Answer, BodyDescription, Description, QueryShape } from './description.ts';
export { diffDocuments, type FieldChange, type RuleChange } from './document-diff.ts';
export { documentResponse, sameDocument, wantsYaml } from './documents.ts';
export { ifMatch, ifNoneMatch, includes, quoted, type Tags } from './etag.ts';
export { fieldErrorsOf, placesOf } from './field-errors.ts';
export { readTime } from './moments.ts';
export { isName } from './names.ts';
export { pageOf, sealCursor, type PageWanted } from './page.ts';
export { nameParameter, paging, serviceParameter, span, timeParameter } from './parameters.ts';
export { pointerOf } from './pointer.ts';
export { badRequest, MAX_ERRORS, notFound, Problem, unprocessable, type FieldError } from './problem.ts';
export { wrongWithName, wrongWithProse } from './legible.ts';
export { reasonGiven } from './reason.ts';
export type { ApiRequest, OpenRequest } from './request.ts';
export { bytes, json, notModified, text, type ApiResponse } from './response.ts';
export { openRoute, route, type Method, type OpenRoute, type Route } from './route.ts';
export { controlPlaneTable } from './table.ts';
