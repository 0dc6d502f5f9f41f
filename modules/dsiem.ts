import { defineModule } from 'tocsin';
import { checkConfiguration, dsiemFiles } from './dsiem/configuration.js';
import { DsiemModule } from './dsiem/dsiem-module.js';
import { AlarmEvent, AlarmEventCounted } from './dsiem/events.js';
import { dsiemOptions } from './dsiem/options.js';
import { savedBacklogFiles } from './dsiem/saved-backlogs.js';

/** Runs dsiem's multi-stage directives over normalized events. */
export default defineModule({
  name: 'dsiem',
  description: 'Runs dsiem’s multi-stage directives over normalized events, and raises alarms',
  options: dsiemOptions,
  events: [AlarmEvent, AlarmEventCounted],
  files: dsiemFiles,
  imports: savedBacklogFiles,
  check: checkConfiguration,
  create: (options, context) => new DsiemModule(options, context),
});
