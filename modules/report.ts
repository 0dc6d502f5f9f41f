import { defineModule } from 'tocsin';
import { z } from 'zod';
import { RecordNotice, ReportStats } from './report/events.js';
import { Reporter } from './report/reporter.js';

/** Tells of every record, and at midnight and at the end how many there were. */
export default defineModule({
  name: 'report',
  description: 'One notice a record with its summary; statistics at midnight and at the end',
  options: z.strictObject({}),
  events: [RecordNotice, ReportStats],
  create: (_options, context) => new Reporter(context),
});
