/**
 * Where JSON lines keep what records carry, first found first taken: journald's export fields, then the names of
 * docker, zap, pino, logrus, GELF, rsyslog and, with dots for nesting or as they are, ECS.
 */
export const jsonNames = {
  message: ['MESSAGE', 'message', 'msg', 'log', 'short_message'],
  time: ['__REALTIME_TIMESTAMP', '@timestamp', 'timestamp', 'time', 'ts', 'timereported', 'eventTime'],
  host: ['_HOSTNAME', 'host', 'hostname', 'HOSTNAME', 'host.name', 'host.hostname', 'fromhost', 'source_host'],
  app: [
    'SYSLOG_IDENTIFIER',
    '_COMM',
    'app',
    'appname',
    'app_name',
    'app-name',
    'APP-NAME',
    'application',
    'program',
    'programname',
    'ident',
    'process.name',
    'process',
    'service.name',
    'service',
  ],
  pid: ['_PID', 'SYSLOG_PID', 'pid', 'PID', 'procid', 'PROCID', 'process_id', 'process.pid'],
  severity: ['PRIORITY', 'severity', 'level', 'log.level', 'lvl', 'loglevel', 'priority', 'syslogseverity'],
  facility: ['SYSLOG_FACILITY', 'facility', 'syslogfacility'],
  msgId: ['MESSAGE_ID', 'msgid', 'MSGID'],
} as const;

/** An object as JSON gives it: every name in it is the sender's. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether the value is an object and no array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object's own value under a name, or nested where the name has a dot; undefined where there is none. */
export function valueAt(object: JsonObject, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name];
  const dot = name.indexOf('.');
  if (dot < 0) return undefined;
  const inner = Object.hasOwn(object, name.slice(0, dot)) ? object[name.slice(0, dot)] : undefined;
  return isObject(inner) && Object.hasOwn(inner, name.slice(dot + 1)) ? inner[name.slice(dot + 1)] : undefined;
}

/** What the first of the names with a usable value gives. */
export function firstOf<Value>(
  object: JsonObject,
  names: readonly string[],
  read: (value: unknown) => Value | undefined,
): Value | undefined {
  for (const name of names) {
    const value = valueAt(object, name);
    const usable = value === undefined || value === null ? undefined : read(value);
    if (usable !== undefined) return usable;
  }
  return undefined;
}
