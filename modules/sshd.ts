import { defineModule } from 'tocsin';
import { SshdAttemptsExceeded, SshdLogin, SshdLoginFailed, SshdSessionOpened, SshdStats } from './sshd/events.js';
import { sshdOptions } from './sshd/options.js';
import { SshdFollower } from './sshd/sshd-follower.js';

/** Follows OpenSSH logins from first line to last, and addresses that guess. */
export default defineModule({
  name: 'sshd',
  description: 'Follows OpenSSH logins from first line to last, and counts the failures of each address',
  options: sshdOptions,
  events: [SshdSessionOpened, SshdLogin, SshdLoginFailed, SshdAttemptsExceeded, SshdStats],
  create: (options, context) => new SshdFollower(options, context),
});
