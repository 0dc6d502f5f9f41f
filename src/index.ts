/** Everything a module or listener may import from `tocsin`, and nothing more. */
export { AppendFile, type AppendFileOptions } from './appender/append-file.js';
export { certificateFile } from './certificate-file.js';
export { escapeControls, escapeJson } from './escape.js';
export { duration } from './duration.js';
export { checkTemplates } from './events/check-templates.js';
export {
  AuditEvent,
  ErrorEvent,
  Event,
  type EventClass,
  NoticeEvent,
  type Severity,
  type StoredEvent,
  WarningEvent,
} from './events/event.js';
export { eventLine, isoTime } from './events/event-line.js';
export { FieldError, type FieldTypes, type FieldValues } from './events/fields.js';
export { type EventTemplate, eventTemplate } from './events/event-template.js';
export { renderHtml, renderText, renderTextOrSummary, TemplateError } from './events/render.js';
export type { Fault } from './fault.js';
export type { Json } from './json.js';
export {
  DeliveryError,
  defineListener,
  type Gathering,
  type Listener,
  type ListenerContext,
  type ListenerDefinition,
} from './listener.js';
export {
  isSpecialPurpose,
  type LoadedSources,
  loadLookupSources,
  type LookupFindings,
  type LookupQuery,
  missingLists,
  readLookupFindings,
  type SourceDefinition,
  sourceKey,
} from './lookups/index.js';
export { nextMidnight } from './midnight.js';
export {
  type CheckResult,
  type ConfigFile,
  defineModule,
  type KeyedState,
  type Log,
  type LogicModule,
  type LookupRequest,
  type LookupResult,
  type Metrics,
  type ModuleContext,
  type ModuleDefinition,
} from './module.js';
export type { NormalizedEvent } from './normalize/normalized-event.js';
export type { LogRecord, StructuredData } from './record.js';
export { Secret, secret, SecretError } from './secret.js';
