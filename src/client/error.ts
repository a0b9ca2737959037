/** What went wrong, for whoever asked. Everything that the client rejects with is of this class. */
export class PresenceError extends Error {
  override readonly name = 'PresenceError';
  /**
   * As the API's table of errors has it. The client's own: `DISCONNECTED` (there was no connection for ten seconds),
   * `CONNECTION_LOST` (it broke before the answer came: it may have been done, or not), `CONNECTION_REFUSED` (it will
   * not come), `CLOSED` (by `close`), `NOT_ENTERED` (a room).
   */
  readonly code: string;
  /** Which input, where it was one. */
  readonly field: string | null;
  /** Whether the same may work later. */
  readonly retryable: boolean;
  /** How long to wait before that, where the server says so. */
  readonly retryAfterMs: number | null;
  /** Everything else that the server says, such as `limit`. */
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, extensions: Readonly<Record<string, unknown>> = {}) {
    super(message);
    const { field, retryable, retryAfterMs } = extensions;
    this.code = code;
    this.field = typeof field === 'string' ? field : null;
    this.retryable = retryable === true;
    this.retryAfterMs = typeof retryAfterMs === 'number' ? retryAfterMs : null;
    this.extensions = extensions;
  }
}

/** The first of the errors in a GraphQL response; null when what there is are no such errors. */
export function errorIn(errors: unknown): PresenceError | null {
  if (!Array.isArray(errors)) return null;
  const [first = {}] = errors;
  const { message = 'Something unexpected failed.', extensions = {} } = first;
  return new PresenceError(extensions.code ?? 'INTERNAL_SERVER_ERROR', message, extensions);
}

export const lost = () =>
  new PresenceError('CONNECTION_LOST', 'The connection broke before the answer came.', { retryable: true });

/** Not refused, only not said: it is, as soon as there is a connection. */
export const isUnsaid = (error: unknown): boolean =>
  error instanceof PresenceError && (error.code === 'DISCONNECTED' || error.code === 'CONNECTION_LOST');
