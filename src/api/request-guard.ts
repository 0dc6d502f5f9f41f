/** What of a request says for whom it was meant and where it came from. */
export interface RequestOrigin {
  /** The header Host. */
  readonly host: string | undefined;
  /** The header Origin, which browsers send. */
  readonly origin: string | undefined;
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);
const portEnding = /:\d{1,5}$/;
const scheme = /^https?:\/\//;

/** Whether an address as sockets show it is this machine's own, reached by no other. */
const isLoopback = (address: string): boolean => address === '::1' || /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/.test(address);

/**
 * Why a request must not be answered; undefined where it may. A page of another site must not use its reader's browser to
 * get at us: by a name of its own that leads to loopback (DNS rebinding), or by sending requests across origins.
 */
export const guardRequest = ({ host, origin }: RequestOrigin, boundTo: string): string | undefined => {
  const name = host?.toLowerCase() ?? '';
  if (isLoopback(boundTo)) {
    const bare = name.replace(portEnding, '');
    if (!loopbackNames.has(bare) && bare !== boundTo) {
      return 'this Host is not served here; localhost, 127.0.0.1 or [::1] would be right';
    }
  }
  if (origin === undefined || origin.toLowerCase().replace(scheme, '') === name) return undefined;
  return 'requests from pages of other origins are not answered';
};
